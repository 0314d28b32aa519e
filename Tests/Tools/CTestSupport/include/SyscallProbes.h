#pragma once
// System calls made as a program would make them that does not want to be seen by its libc: with
// any number, through any of the ABIs an x86_64 kernel offers. Each returns what the kernel
// returned: a result, or an error's number negated.

long probe_native(long number, long a0, long a1, long a2, long a3, long a4, long a5);
long probe_i386(long number);

// execveat(descriptor, "", {"sh", "-c", command}, environ, AT_EMPTY_PATH)
long probe_execveat(int descriptor, const char *command);
// fork(2), and the wait for its child: the child's exit status, or the signal that
// ended it in the second byte.
int probe_fork(void);
int probe_wait(int child);
// Loads a filter that allows everything, with a listener: returns it.
int probe_listen(void);
