#define _GNU_SOURCE
#include "seccomp_calls.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int seccomp_calls_set_no_new_privs(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int seccomp_calls_get_no_new_privs(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }

int seccomp_calls_set_filter(unsigned int flags, const struct sock_fprog *program)
{
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

int seccomp_calls_action_available(unsigned int action)
{
    return (int)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

int seccomp_calls_receive(int listener, struct seccomp_notif *call)
{
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call);
}

int seccomp_calls_answer(int listener, struct seccomp_notif_resp *answer)
{
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, answer);
}

int seccomp_calls_thread(void) { return (int)syscall(SYS_gettid); }
