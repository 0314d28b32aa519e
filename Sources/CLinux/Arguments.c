#include "arguments.h"

static char **kept;

// glibc hands what main would get to every function of the initialization array, in dynamic and
// static executables alike.
__attribute__((constructor)) static void keep(int count, char **arguments)
{
    (void)count;
    kept = arguments;
}

char *const *linux_arguments(void) { return kept; }
