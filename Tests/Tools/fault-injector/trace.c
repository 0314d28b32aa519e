// list, fail and short. Runs a program and has one of its system calls fail, as the kernel could
// have it fail; or lists the calls that there are. It follows the program's threads until it
// becomes another program, and ends as that one ends.
//
//   fault-injector list FROM FILE PROGRAM ARGUMENT...
//       writes a line a call into FILE: thread, ordinal in that thread, number, result, and the
//       path where it takes one
//   fault-injector fail FROM THREAD ORDINAL ERRNO PROGRAM ARGUMENT...
//       the call is not made, and returns the error (close(2) is made nevertheless)
//   fault-injector short FROM THREAD ORDINAL COUNT PROGRAM ARGUMENT...
//       the call's third argument, a count of bytes, is made smaller
//
// FROM is the number of the call from which on calls of the first thread are counted, or -1 for
// all; what a dynamic loader does before is none of the program's doing. Threads and ordinals are
// counted from 0, in the order they come. futex(2) is left out, which has no errors but those of a
// wait that ended early.
#define _GNU_SOURCE
#include "ways.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { own_trouble = 79, most_threads = 16 };

enum mode { list, fail, shorten };

struct plan {
    enum mode mode;
    long from;
    long thread, ordinal, value;
    FILE *output;
};

struct thread {
    pid_t id;
    long counted;
    int is_counting;
    /// Whether the call that it is in is to return an error of ours.
    int is_failing;
    /// Whether the call that it is in is not counted.
    int is_waiting;
    /// Of the call that it is in; the path is empty where it takes none.
    long number;
    char path[256];
};

static struct thread threads[most_threads];
static int thread_count;

/// A thread may end at any moment, with the process or with the exec of another thread: that is no
/// trouble, the next wait tells.
static void give_up(const char *what)
{
    if (errno == ESRCH)
        return;
    fprintf(stderr, "fault-injector: %s: %s\n", what, strerror(errno));
    exit(own_trouble);
}

static struct thread *thread_of(pid_t id)
{
    for (int i = 0; i < thread_count; i++)
        if (threads[i].id == id)
            return &threads[i];
    if (thread_count == most_threads)
        give_up("too many threads");
    threads[thread_count] = (struct thread){.id = id, .is_counting = thread_count > 0};
    return &threads[thread_count++];
}

/// The path that a call is about, where it takes one.
static void read_path(struct thread *thread, const struct user_regs_struct *registers)
{
    unsigned long long address = 0;
    thread->path[0] = 0;
    switch (registers->orig_rax) {
    case SYS_open:
    case SYS_stat:
    case SYS_lstat:
    case SYS_access:
    case SYS_readlink:
    case SYS_statfs:
    case SYS_execve:
    case SYS_chdir:
    case SYS_unlink:
    case SYS_mkdir:
        address = registers->rdi;
        break;
    case SYS_openat:
    case SYS_openat2:
    case SYS_newfstatat:
    case SYS_statx:
    case SYS_readlinkat:
    case SYS_faccessat:
    case SYS_execveat:
    case SYS_unlinkat:
    case SYS_mkdirat:
        address = registers->rsi;
        break;
    }
    if (!address)
        return;
    // A path may end just before memory that is not there.
    for (size_t size = sizeof thread->path - 1; size > 0; size /= 2) {
        struct iovec mine = {thread->path, size}, theirs = {(void *)address, size};
        if (process_vm_readv(thread->id, &mine, 1, &theirs, 1, 0) > 0)
            return;
    }
}

static void enter(struct plan *plan, struct thread *thread, long number)
{
    if (!thread->is_counting && (plan->from < 0 || number == plan->from))
        thread->is_counting = 1;
    // How often threads wait for one another depends on who is faster.
    thread->is_waiting = number == SYS_futex;
    thread->number = number;
    if (!thread->is_counting || thread->is_waiting)
        return;
    long ordinal = thread->counted++;
    struct user_regs_struct registers;
    if (plan->mode == list) {
        if (!ptrace(PTRACE_GETREGS, thread->id, 0, &registers))
            read_path(thread, &registers);
        // The exec that ends the list does not return.
        if (number == SYS_execve || number == SYS_execveat)
            fprintf(plan->output, "%ld %ld %ld 0 %s\n", (long)(thread - threads), ordinal, number,
                    thread->path);
        return;
    }
    if (thread - threads != plan->thread || ordinal != plan->ordinal)
        return;

    if (ptrace(PTRACE_GETREGS, thread->id, 0, &registers))
        give_up("reading registers");
    if (plan->mode == fail) {
        // Linux closes the descriptor whatever close(2) returns.
        if (number != SYS_close)
            registers.orig_rax = -1;
        thread->is_failing = 1;
    } else if ((long)registers.rdx > plan->value) {
        registers.rdx = plan->value;
    }
    if (ptrace(PTRACE_SETREGS, thread->id, 0, &registers))
        give_up("writing registers");
}

static void leave(struct plan *plan, struct thread *thread, long result)
{
    struct user_regs_struct registers;
    if (plan->mode == list && thread->is_counting && thread->counted > 0 && !thread->is_waiting) {
        fprintf(plan->output, "%ld %ld %ld %ld %s\n", (long)(thread - threads), thread->counted - 1,
                thread->number, result, thread->path);
    }
    if (!thread->is_failing)
        return;
    thread->is_failing = 0;
    if (ptrace(PTRACE_GETREGS, thread->id, 0, &registers))
        give_up("reading registers");
    registers.rax = -plan->value;
    if (ptrace(PTRACE_SETREGS, thread->id, 0, &registers))
        give_up("writing registers");
}

// Follows the program until it has become another; then it runs on by itself.
static int follow(struct plan *plan, pid_t program)
{
    for (;;) {
        int status;
        pid_t id = waitpid(-1, &status, __WALL);
        if (id < 0)
            give_up("waiting");
        if (!WIFSTOPPED(status)) {
            if (id == program)
                return status;
            continue;
        }
        int signal = WSTOPSIG(status), passed = 0;
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            ptrace(PTRACE_DETACH, id, 0, 0);
            if (waitpid(program, &status, __WALL) != program)
                give_up("waiting");
            return status;
        }
        struct thread *thread = thread_of(id);
        if (signal == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info call;
            call.op = PTRACE_SYSCALL_INFO_NONE;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, id, sizeof call, &call) < 0)
                give_up("reading the call");
            if (call.op == PTRACE_SYSCALL_INFO_ENTRY)
                enter(plan, thread, call.entry.nr);
            else if (call.op == PTRACE_SYSCALL_INFO_EXIT)
                leave(plan, thread, call.exit.rval);
        } else if (status >> 16 == 0 && signal != SIGSTOP) {
            passed = signal;
        }
        ptrace(PTRACE_SYSCALL, id, 0, passed);
    }
}

// Starts the program, stopped behind its own exec.
static pid_t start(char **arguments)
{
    pid_t program = fork();
    if (program < 0)
        give_up("fork");
    if (program == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(arguments[0], arguments);
        _exit(own_trouble);
    }
    int status;
    long options =
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (waitpid(program, &status, 0) != program || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, program, 0, options) || ptrace(PTRACE_CONT, program, 0, 0))
        give_up("attaching");
    if (waitpid(program, &status, 0) != program ||
        status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8) || ptrace(PTRACE_SYSCALL, program, 0, 0))
        give_up(arguments[0]);
    return program;
}

int trace(int count, char **arguments)
{
    struct plan plan = {.mode = fail};
    int first = 5;
    if (count > 3 && !strcmp(arguments[0], "list")) {
        plan.mode = list;
        plan.output = fopen(arguments[2], "we");
        if (!plan.output)
            give_up(arguments[2]);
        first = 3;
    } else if (count > 5) {
        if (!strcmp(arguments[0], "short"))
            plan.mode = shorten;
        plan.thread = atol(arguments[2]);
        plan.ordinal = atol(arguments[3]);
        plan.value = atol(arguments[4]);
    } else {
        fprintf(stderr, "fault-injector: see its source for what it wants\n");
        return own_trouble;
    }
    plan.from = atol(arguments[1]);

    pid_t program = start(arguments + first);
    thread_of(program);
    int status = follow(&plan, program);
    if (plan.output)
        fclose(plan.output);
    if (WIFSIGNALED(status)) {
        struct rlimit none = {0};
        setrlimit(RLIMIT_CORE, &none);
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    return WEXITSTATUS(status);
}
