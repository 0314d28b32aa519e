// at and every. Runs a program and lets its system calls fail, or kills it at one:
//
//   fault-injector at NUMBER FAULT REPORT PROGRAM [ARGUMENT...]
//   fault-injector every CALL:ERRNO[,CALL:ERRNO...] REPORT PROGRAM [ARGUMENT...]
//
// NUMBER counts from 1 at the program's first openat2(2), which no library calls; 0 is none of
// them. FAULT is an errno, or "kill". With "every", the list says what each call of these system
// calls gets. REPORT gets the numbers of the calls that were counted, one a line. Ends as the
// program does, with 128 and the signal's number where that ended
// it; with 125 where it made fewer calls, and with 77 where the kernel lacks what this needs.
//
// The program's every call asks us first (SECCOMP_RET_USER_NOTIF), so this works without ptrace
// and without privileges.
#define _GNU_SOURCE
#include "ways.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { starting = -1, not_reached = 125, impossible = 77 };

struct order {
    long number;
    const char *every; // instead of the number: CALL:ERRNO,CALL:ERRNO
    int error;         // 0 to kill
    FILE *report;
};

static void become(char **arguments, volatile int *listener)
{
    struct sock_filter ask = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = {1, &ask};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int number =
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    // The table of descriptors is shared until exec, so the number is good for the parent too.
    // From here on every call waits for it; storing the number is none.
    *listener = number < 0 ? -errno - 1 : number;
    execv(arguments[0], arguments);
    _exit(impossible);
}

// The errno that every such call gets, or 0.
static int every_error(const struct order *order, int call)
{
    for (const char *item = order->every; item && *item; item += strcspn(item, ",")) {
        int number = 0, error = 0;
        item += *item == ',';
        if (sscanf(item, "%d:%d", &number, &error) == 2 && number == call)
            return error;
    }
    return 0;
}

// Answers the program's calls until it has ended. Returns how many were counted.
static long attend(int listener, pid_t child, const struct order *order)
{
    long count = 0;
    struct pollfd ready = {listener, POLLIN, 0};
    while (poll(&ready, 1, -1) >= 0 || errno == EINTR) {
        struct seccomp_notif call = {0};
        if (ready.revents & POLLHUP)
            break;
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
            continue;
        if (count > 0 || call.data.nr == SYS_openat2) {
            count++;
            fprintf(order->report, "%d\n", call.data.nr);
        }
        struct seccomp_notif_resp answer = {.id = call.id};
        int error = every_error(order, call.data.nr);
        if (count > 0 && count == order->number) {
            error = order->error;
            if (!error)
                kill(child, SIGKILL);
        } else if (!error) {
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        }
        answer.error = -error;
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    return count;
}

int interrupt(int count, char **arguments)
{
    int is_every = !strcmp(arguments[0], "every");
    int report = is_every ? 2 : 3;
    if (count < report + 2)
        return 64;
    struct order order = {.report = fopen(arguments[report], "we")};
    if (is_every) {
        order.every = arguments[1];
    } else {
        order.number = atol(arguments[1]);
        order.error = atoi(arguments[2]);
    }
    volatile int *listener =
        mmap(NULL, sizeof *listener, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!order.report || listener == MAP_FAILED)
        return 71;
    *listener = starting;
    pid_t child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, 0);
    if (child < 0)
        return 71;
    if (child == 0)
        become(arguments + report + 1, listener);
    while (*listener == starting)
        sched_yield();
    if (*listener < 0) {
        kill(child, SIGKILL);
        return impossible;
    }
    long counted = attend(*listener, child, &order);
    int status = 0;
    waitpid(child, &status, 0);
    if (fclose(order.report))
        return 71;
    if (order.number > counted)
        return not_reached;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
