// Stands where QEMU would be started, in one of three parts:
//
//   judge    where there is a file PATH.judge, PATH being what it was started by
//   attack   with the arguments --exec-attack NAME, which no command line of QEMU begins with
//   report   otherwise
//
// The part of a judge or a reporter depends on nothing that a test may want to take away:
// arguments, environment, descriptors.
#define _GNU_SOURCE
#include "parts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    char sign[PATH_MAX];
    const char *started_by = (const char *)getauxval(AT_EXECFN);
    if (count == 3 && !strcmp(arguments[1], "--exec-attack"))
        return exec_attack(arguments[2]);
    snprintf(sign, sizeof sign, "%s.judge", started_by);
    return access(sign, F_OK) ? report(count, arguments, started_by) : judge(arguments, started_by);
}
