#define _GNU_SOURCE

#include "CLinux.h"

#include <unistd.h>

extern char **environ;

char *const *linux_environment(void)
{
    return environ;
}

int linux_dup3(int descriptor, int number, int flags)
{
    return dup3(descriptor, number, flags);
}
