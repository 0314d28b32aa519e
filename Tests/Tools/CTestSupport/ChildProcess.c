#define _GNU_SOURCE
#include "ChildProcess.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { parking = 400, failed = 125 };

// posix_spawn knows neither a umask nor "nothing but these descriptors". Between fork and exec of
// a process with threads only what signal handlers may call is allowed; this is no more than that.
int child_process_start(const struct child_process *request)
{
    int child = fork();
    if (child != 0)
        return child;

    // First out of the way, because a source may have the number that another one is to get.
    int parked[32];
    if (request->count > sizeof parked / sizeof *parked)
        _exit(failed);
    for (size_t i = 0; i < request->count; i++)
        if ((parked[i] = fcntl(request->sources[i], F_DUPFD_CLOEXEC, parking)) < 0)
            _exit(failed);
    close_range(0, parking - 1, 0);
    for (size_t i = 0; i < request->count; i++)
        if (dup2(parked[i], request->numbers[i]) < 0)
            _exit(failed);
    close_range(parking, ~0U, 0);

    // Threads of a pool block most signals, and an exec keeps that.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(request->umask);
    if (request->directory && chdir(request->directory))
        _exit(failed);
    execve(request->program, request->arguments, request->environment);
    _exit(failed);
}
