#define _GNU_SOURCE

#include "CLinux.h"

#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

char *const *linux_environment(void) { return environ; }

int linux_set_affinity(const uint64_t *mask, size_t byte_count)
{
    return sched_setaffinity(0, byte_count, (const cpu_set_t *)mask);
}

int linux_dup3(int descriptor, int number, int flags) { return dup3(descriptor, number, flags); }

int linux_fork(void) { return fork(); }

int linux_netlink_bind(int socket, uint32_t groups)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
    return bind(socket, (struct sockaddr *)&address, sizeof address);
}

int linux_end_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

int linux_output_has_failed(void) { return ferror(stdout); }
