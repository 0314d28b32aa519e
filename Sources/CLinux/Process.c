#include "CLinux.h"

#include <unistd.h>

extern char **environ;

char *const *linux_environment(void)
{
    return environ;
}
