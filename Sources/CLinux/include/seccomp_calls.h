#pragma once
// prctl(2) and seccomp(2), as named functions instead of numbers and variable arguments.
// One function a system call, no logic; errno is left for the caller to read.

int seccomp_calls_set_no_new_privs(void);
int seccomp_calls_get_no_new_privs(void);
