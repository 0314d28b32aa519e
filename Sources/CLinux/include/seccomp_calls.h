#pragma once
// seccomp(2) and what goes with it, as named functions instead of numbers and variable arguments.
// One function a system call, no logic; errno is left for the caller to read.

#include <linux/filter.h>
#include <linux/seccomp.h>

int seccomp_calls_set_no_new_privs(void);
int seccomp_calls_get_no_new_privs(void);

// SECCOMP_SET_MODE_FILTER: zero, or with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener.
int seccomp_calls_set_filter(unsigned int flags, const struct sock_fprog *program);

// SECCOMP_GET_ACTION_AVAIL: zero if filters may return `action`.
int seccomp_calls_action_available(unsigned int action);

// SECCOMP_IOCTL_NOTIF_RECV: blocks until a call waits for an answer.
int seccomp_calls_receive(int listener, struct seccomp_notif *call);
// SECCOMP_IOCTL_NOTIF_SEND
int seccomp_calls_answer(int listener, struct seccomp_notif_resp *answer);

// gettid
int seccomp_calls_thread(void);
