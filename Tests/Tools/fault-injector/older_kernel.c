// without. Runs a program as if the kernel lacked a feature:
//
//   fault-injector without FEATURE PROGRAM ARGUMENT...
//
// A filter answers the feature's call as a kernel without it does. The answers are in each man
// page: ENOSYS for a call, EINVAL for a flag or command that is not known.
#define _GNU_SOURCE
#include "ways.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct feature {
    const char *name;
    unsigned int call;
    int error;
    /// The call is refused where the low half of this argument, masked, has the value.
    unsigned int argument, mask, value;
};

static const struct feature features[] = {
    {"openat2", SYS_openat2, ENOSYS, 0, 0, 0},
    {"memfd_create", SYS_memfd_create, ENOSYS, 0, 0, 0},
    {"memfd-noexec-seal", SYS_memfd_create, EINVAL, 1, 8, 8},
    {"seals", SYS_fcntl, EINVAL, 1, ~0U, F_ADD_SEALS},
    {"leases", SYS_fcntl, EINVAL, 1, ~0U, F_SETLEASE},
    {"statx", SYS_statx, ENOSYS, 0, 0, 0},
    {"clone3", SYS_clone3, ENOSYS, 0, 0, 0},
    {"seccomp", SYS_seccomp, ENOSYS, 0, 0, 0},
    {"seccomp-filters", SYS_seccomp, EINVAL, 0, ~0U, SECCOMP_SET_MODE_FILTER},
    {"seccomp-notifications", SYS_seccomp, EINVAL, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER,
     SECCOMP_FILTER_FLAG_NEW_LISTENER},
    // Something around us intercepts calls already, as LXD does.
    {"seccomp-free-listener", SYS_seccomp, EBUSY, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER,
     SECCOMP_FILTER_FLAG_NEW_LISTENER},
};

static int take_away(const struct feature *feature)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, feature->call, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args) + 8 * feature->argument),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, feature->mask),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, feature->value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | feature->error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, 2, &filter);
}

int older_kernel(int count, char **arguments)
{
    for (size_t i = 0; count > 2 && i < sizeof features / sizeof *features; i++) {
        if (strcmp(arguments[1], features[i].name))
            continue;
        if (take_away(&features[i])) {
            perror("fault-injector");
            return 79;
        }
        execv(arguments[2], arguments + 2);
        perror(arguments[2]);
        return 79;
    }
    fprintf(stderr, "fault-injector: no such feature\n");
    return 79;
}
