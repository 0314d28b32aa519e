#define _GNU_SOURCE

#include "CLinux.h"

#include <sched.h>
#include <unistd.h>

extern char **environ;

char *const *linux_environment(void)
{
    return environ;
}

int linux_set_affinity(const uint64_t *mask, size_t byte_count)
{
    return sched_setaffinity(0, byte_count, (const cpu_set_t *)mask);
}

int linux_dup3(int descriptor, int number, int flags)
{
    return dup3(descriptor, number, flags);
}
