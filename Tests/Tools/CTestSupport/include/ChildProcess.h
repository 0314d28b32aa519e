#ifndef CHILD_PROCESS_H
#define CHILD_PROCESS_H

#include <stddef.h>

/// What a process is started with, all of it: nothing of the caller's comes along by itself but
/// its user and the signals it ignores.
struct child_process {
    const char *program;
    /// argv and the environment; each ends with a null pointer.
    char *const *arguments;
    char *const *environment;
    /// The working directory, or null for the caller's.
    const char *directory;
    unsigned umask;
    /// `sources[i]` of the caller becomes `numbers[i]`, below 400; every other number is closed.
    const int *sources;
    const int *numbers;
    size_t count;
};

/// Starts the process. Returns its ID, or -1 with errno; a process that could be made but not
/// started ends with status 125.
int child_process_start(const struct child_process *request);

#endif
