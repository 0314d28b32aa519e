// A program that the launcher became, and that now tries by one way after another to become a
// third. Exit status 42: the kernel said no as it should. 99: the third program ran. Anything
// else: the attempt itself went wrong.

#define _GNU_SOURCE
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 42, RAN = 99, BROKEN = 3 };

extern char **environ;
static char *const third[] = {"sh", "-c", "exit 99", NULL};

static int refused_with(int expected) { return errno == expected ? REFUSED : BROKEN; }

static int execve_again(void)
{
    execve("/bin/sh", third, environ);
    return refused_with(ENOSYS);
}

static int execveat_with(int folder, const char *path, int flags)
{
    syscall(SYS_execveat, folder, path, third, environ, flags);
    return refused_with(ENOSYS);
}

// The path is absolute, so the descriptor does not matter, whatever its number says.
static int execveat_absolute(void) { return execveat_with(4096, "/bin/sh", AT_EMPTY_PATH); }

static int execveat_descriptor(void)
{
    return execveat_with(open("/bin/sh", O_PATH | O_CLOEXEC), "", AT_EMPTY_PATH);
}

static int execveat_memory(void)
{
    int file = memfd_create("copy", 0);
    int shell = open("/bin/sh", O_RDONLY);
    char buffer[65536];
    for (ssize_t count; (count = read(shell, buffer, sizeof buffer)) > 0;)
        if (write(file, buffer, (size_t)count) != count)
            return BROKEN;
    return execveat_with(file, "", AT_EMPTY_PATH);
}

// Every descriptor number that can be had, also by being sent one.
static int execveat_sent_descriptor(void)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return BROKEN;
    int shell = open("/bin/sh", O_PATH);
    char byte = 0;
    struct iovec data = {&byte, 1};
    for (int round = 0; round < 200; round++) {
        char control[CMSG_SPACE(sizeof(int))] = {0};
        struct msghdr message = {.msg_iov = &data,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &shell, sizeof shell);
        if (sendmsg(ends[0], &message, 0) != 1 || recvmsg(ends[1], &message, 0) != 1)
            return BROKEN;
        int received;
        memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
        if (execveat_with(received, "", AT_EMPTY_PATH) != REFUSED)
            return BROKEN;
    }
    return REFUSED;
}

// Argument strings at addresses that the launcher may have used.
static int execve_at_low_address(void)
{
    for (uintptr_t address = 0x10000; address < 0x1000000; address += 0x40000) {
        char *page = mmap((void *)address, 4096, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (page == MAP_FAILED)
            continue;
        strcpy(page, "/bin/sh");
        execve(page, third, environ);
        if (errno != ENOSYS)
            return BROKEN;
    }
    return REFUSED;
}

static void *exec_in_thread(void *unused)
{
    (void)unused;
    execve("/bin/sh", third, environ);
    return (void *)(intptr_t)errno;
}

static int execve_in_thread(void)
{
    pthread_t thread;
    void *result;
    if (pthread_create(&thread, NULL, exec_in_thread, NULL) != 0)
        return BROKEN;
    pthread_join(thread, &result);
    return (intptr_t)result == ENOSYS ? REFUSED : BROKEN;
}

// Waiting for a child is not allowed either, so it tells us what became of its exec.
static int fork_and_exec(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        return BROKEN;
    pid_t child = fork();
    if (child < 0)
        return refused_with(EPERM);
    if (child == 0) {
        execve("/bin/sh", third, environ);
        unsigned char result = (unsigned char)refused_with(ENOSYS);
        _exit(write(ends[1], &result, 1) == 1 ? 0 : BROKEN);
    }
    close(ends[1]);
    unsigned char result = BROKEN;
    return read(ends[0], &result, 1) == 1 ? result : RAN;
}

static int raw_fork(void)
{
    if (syscall(SYS_fork) < 0)
        return refused_with(EPERM);
    return BROKEN;
}

static int vfork_and_exec(void)
{
    if (syscall(SYS_vfork) < 0)
        return refused_with(EPERM);
    _exit(BROKEN);
}

static int clone_without_thread(void)
{
    if (syscall(SYS_clone, CLONE_VM | SIGCHLD, 0, 0, 0, 0) < 0)
        return refused_with(EPERM);
    _exit(BROKEN);
}

static int clone_into_namespace(void)
{
    if (syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) < 0)
        return refused_with(EPERM);
    _exit(BROKEN);
}

static int clone3_process(void)
{
    uint64_t arguments[11] = {0};
    arguments[4] = SIGCHLD;
    if (syscall(SYS_clone3, arguments, sizeof arguments) < 0)
        return refused_with(ENOSYS);
    _exit(BROKEN);
}

static int spawn(void)
{
    pid_t child;
    int error = posix_spawn(&child, "/bin/sh", NULL, NULL, third, environ);
    // A process may be had by -daemonize, and it still gets no program.
    if (error == EPERM || error == ENOSYS)
        return REFUSED;
    int status;
    if (error != 0 || waitpid(child, &status, 0) != child)
        return BROKEN;
    return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}

static int load(const struct sock_filter *instructions, unsigned short count, unsigned int flags)
{
    struct sock_fprog program = {count, (struct sock_filter *)instructions};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static const struct sock_filter ask_about_exec[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static void *say_yes(void *listener)
{
    struct seccomp_notif question = {0};
    if (ioctl((int)(intptr_t)listener, SECCOMP_IOCTL_NOTIF_RECV, &question) != 0)
        return NULL;
    struct seccomp_notif_resp answer = {question.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    ioctl((int)(intptr_t)listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    return NULL;
}

// A listener of our own would be asked instead of the launcher's, and could say yes.
static int own_listener(void)
{
    unsigned int flags[] = {
        SECCOMP_FILTER_FLAG_NEW_LISTENER,
        SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_LOG,
        SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC | 1 << 4,
    };
    for (size_t index = 0; index < sizeof flags / sizeof *flags; index++) {
        int listener = load(ask_about_exec, 4, flags[index]);
        if (listener < 0) {
            if (errno != EPERM)
                return BROKEN;
            continue;
        }
        pthread_t thread;
        pthread_create(&thread, NULL, say_yes, (void *)(intptr_t)listener);
        execve("/bin/sh", third, environ);
        return BROKEN;
    }
    return REFUSED;
}

// With garbage above the flags' 32 bits, which the kernel does not look at.
static int own_listener_wide_flags(void)
{
    struct sock_fprog program = {4, (struct sock_filter *)ask_about_exec};
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0xFFFFFFFF00000008UL, &program);
    return result < 0 ? refused_with(EPERM) : BROKEN;
}

// A filter of our own that says yes cannot take back a no.
static int permissive_filter(void)
{
    const struct sock_filter yes[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    if (load(yes, 1, 0) != 0)
        return BROKEN;
    execve("/bin/sh", third, environ);
    return refused_with(ENOSYS);
}

static int tracing_filter(void)
{
    const struct sock_filter trace[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    if (load(trace, 4, 0) != 0)
        return BROKEN;
    execve("/bin/sh", third, environ);
    return refused_with(ENOSYS);
}

static int traced(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? refused_with(EPERM) : BROKEN;
}

static int write_other_memory(void)
{
    struct iovec nowhere = {NULL, 0};
    long written = syscall(SYS_process_vm_writev, getpid(), &nowhere, 1, &nowhere, 1, 0);
    return written < 0 ? refused_with(EPERM) : BROKEN;
}

static int move_heap(void)
{
    return prctl(PR_SET_MM, PR_SET_MM_START_BRK, 0x10000, 0, 0) < 0 ? refused_with(EPERM) : BROKEN;
}

static int ring(void)
{
    char parameters[120] = {0};
    return syscall(SYS_io_uring_setup, 4, parameters) < 0 ? refused_with(ENOSYS) : BROKEN;
}

// execve is 11 in the i386 table and 520 in that of x32.
static int execve_i386(void)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(11L), "b"(0), "c"(0), "d"(0) : "memory");
    return BROKEN;
}

static int execve_x32(void)
{
    syscall(0x40000000 + 520, "/bin/sh", third, environ);
    return BROKEN;
}

static int many_times(void)
{
    for (int round = 0; round < 1000; round++) {
        execve("/bin/sh", third, environ);
        if (errno != ENOSYS)
            return BROKEN;
    }
    return REFUSED;
}

static const struct {
    const char *name;
    int (*attempt)(void);
} attacks[] = {
    {"clone-into-namespace", clone_into_namespace},
    {"clone-without-thread", clone_without_thread},
    {"clone3-process", clone3_process},
    {"execve-again", execve_again},
    {"execve-at-low-address", execve_at_low_address},
    {"execve-i386", execve_i386},
    {"execve-in-thread", execve_in_thread},
    {"execve-x32", execve_x32},
    {"execveat-absolute", execveat_absolute},
    {"execveat-descriptor", execveat_descriptor},
    {"execveat-memory", execveat_memory},
    {"execveat-sent-descriptor", execveat_sent_descriptor},
    {"fork-and-exec", fork_and_exec},
    {"many-times", many_times},
    {"move-heap", move_heap},
    {"own-listener", own_listener},
    {"own-listener-wide-flags", own_listener_wide_flags},
    {"permissive-filter", permissive_filter},
    {"raw-fork", raw_fork},
    {"ring", ring},
    {"spawn", spawn},
    {"traced", traced},
    {"tracing-filter", tracing_filter},
    {"vfork-and-exec", vfork_and_exec},
    {"write-other-memory", write_other_memory},
};

int exec_attack(const char *name)
{
    for (size_t index = 0; index < sizeof attacks / sizeof *attacks; index++)
        if (strcmp(name, attacks[index].name) == 0)
            return attacks[index].attempt();
    fprintf(stderr, "qemu-stand-in: no attack '%s'\n", name);
    return BROKEN;
}
