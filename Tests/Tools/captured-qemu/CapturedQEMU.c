// What a captured QEMU could do: loaded into a real one by -plugin, it tries one thing after
// another, writes a line for each to the file that CAPTURED_OUTPUT names, and ends the process.
//
// It runs when the library is loaded, before QEMU looks whether it is a plugin of its version.
// CAPTURED_VICTIM is a process of somebody else, which nothing here harms.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t victim;
static char folder[256];

static long opened(const char *path, int flags, mode_t mode)
{
    int file = open(path, flags | O_CLOEXEC, mode);
    if (file < 0)
        return -1;
    close(file);
    return 0;
}

static long socket_of(int family, int type, int protocol)
{
    int file = socket(family, type, protocol);
    if (file < 0)
        return -1;
    close(file);
    return 0;
}

static long request(const char *path, unsigned long code, void *argument)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    long result = ioctl(file, code, argument);
    int error = errno;
    close(file);
    errno = error;
    return result < 0 ? -1 : 0;
}

// On a terminal of its own: what matters is whether the kernel is asked.
static long type_into_terminal(unsigned long code)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return -1;
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (terminal < 0)
        return -1;
    char letter = 'x';
    return ioctl(terminal, code, &letter);
}

static long typed(void) { return type_into_terminal(TIOCSTI); }
static long pasted(void) { return type_into_terminal(TIOCLINUX); }
// /dev/shm is a tmpfs, which cannot be frozen.
static long frozen(void) { return request("/dev/shm", FIFREEZE, NULL); }
static long loop(void) { return request("/dev/null", LOOP_CTL_GET_FREE, NULL); }
static long mapper(void)
{
    struct dm_ioctl data = {.version = {4, 0, 0}, .data_size = sizeof data};
    return request("/dev/null", DM_VERSION, &data);
}

static long shut_down(void)
{
    unsigned int flags = 0;
    return request("/dev/shm", 0x8004587d /* EXT4_IOC_SHUTDOWN */, &flags);
}
static long partitioned(void) { return request("/dev/null", BLKRRPART, NULL); }
static long flagged(void)
{
    int flags = FS_IMMUTABLE_FL;
    return request("/dev/null", FS_IOC_SETFLAGS, &flags);
}
// No signal follows: nothing comes in at this socket.
static long owned(void)
{
    int files[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, files) != 0)
        return -1;
    return fcntl(files[0], F_SETOWN, victim);
}
static long owned_by_request(void)
{
    int files[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, files) != 0)
        return -1;
    return ioctl(files[0], FIOSETOWN, &victim);
}

static long signalled(void) { return kill(victim, 0); }
static long signalled_thread(void) { return syscall(SYS_tkill, victim, 0); }
static long signalled_group(void) { return syscall(SYS_tgkill, victim, victim, 0); }
static long queued(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    return syscall(SYS_rt_sigqueueinfo, victim, 0, &info);
}
static long signalled_self(void) { return syscall(SYS_tgkill, getpid(), gettid(), 0); }
static long limited(void)
{
    struct rlimit limit;
    return syscall(SYS_prlimit64, victim, RLIMIT_NOFILE, NULL, &limit);
}
static long traced(void) { return ptrace(PTRACE_SEIZE, victim, 0, 0); }
static long read_memory(void)
{
    struct iovec nowhere = {NULL, 0};
    return syscall(SYS_process_vm_readv, victim, &nowhere, 1, &nowhere, 1, 0);
}
static long taken(void)
{
    int process = (int)syscall(SYS_pidfd_open, victim, 0);
    return process < 0 ? -1 : syscall(SYS_pidfd_getfd, process, 0, 0);
}

static long memory_of_other(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", victim);
    return opened(path, O_WRONLY, 0);
}
static long core_pattern(void) { return opened("/proc/sys/kernel/core_pattern", O_WRONLY, 0); }
static long scheduled_job(void)
{
    long result = opened("/etc/captured-qemu", O_WRONLY | O_CREAT, 0600);
    if (result == 0)
        unlink("/etc/captured-qemu");
    return result;
}
static long set_user_id(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/set-user-id", folder);
    return opened(path, O_WRONLY | O_CREAT, 04755);
}
static long changed_mode(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/mode", folder);
    return opened(path, O_WRONLY | O_CREAT, 0600) < 0 ? -1 : chmod(path, 04755);
}

static long forked(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child < 0 ? -1 : (waitpid(child, NULL, 0) < 0 ? -1 : 0);
}
static long executed(void)
{
    pid_t child = vfork();
    if (child == 0) {
        execl("/bin/true", "true", NULL);
        _exit(errno == ENOSYS || errno == EACCES || errno == EPERM ? 100 + errno : 1);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    errno = WIFEXITED(status) && WEXITSTATUS(status) > 100 ? WEXITSTATUS(status) - 100 : EIO;
    return -1;
}

static long raw_socket(void) { return socket_of(AF_INET, SOCK_RAW, IPPROTO_RAW); }
static long packet_socket(void) { return socket_of(AF_PACKET, SOCK_RAW, 0); }
static long crypto_socket(void) { return socket_of(AF_ALG, SOCK_SEQPACKET, 0); }
static long audit_socket(void) { return socket_of(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT); }
static long route_socket(void) { return socket_of(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE); }
static long stream_socket(void) { return socket_of(AF_INET, SOCK_STREAM, 0); }
static long pair(void)
{
    int files[2];
    return socketpair(AF_INET, SOCK_STREAM, 0, files);
}

// Of a file system that no kernel has: it is refused with ENODEV by who would have mounted it.
static long mounted(void) { return mount("none", folder, "none-such", 0, NULL); }
static long unshared(void) { return unshare(CLONE_NEWNS); }
static long namespaced(void) { return setns(open("/proc/self/ns/net", O_RDONLY), CLONE_NEWNET); }
static long moved_heap(void) { return prctl(PR_SET_MM, PR_SET_MM_START_BRK, 0x10000, 0, 0); }
static long trusted_tracer(void) { return prctl(0x59616d61 /* PR_SET_PTRACER */, victim, 0, 0, 0); }
static long segment(void) { return syscall(SYS_arch_prctl, 0x1012 /* ARCH_SET_CPUID */, 1); }
static long ring(void)
{
    char parameters[120] = {0};
    long file = syscall(SYS_io_uring_setup, 4, parameters);
    return file < 0 ? -1 : close((int)file);
}
static long fault(void) { return syscall(SYS_userfaultfd, O_CLOEXEC) < 0 ? -1 : 0; }
static long program(void) { return syscall(SYS_bpf, 0, NULL, 0); }
static long module(void) { return syscall(SYS_finit_module, -1, "", 0); }
static long key(void) { return syscall(SYS_add_key, "user", "captured", "x", 1, -3); }

static const struct {
    const char *name;
    long (*attempt)(void);
} attempts[] = {
    {"signal itself", signalled_self},
    {"stream socket", stream_socket},
    {"route socket", route_socket},
    {"type into a terminal", typed},
    {"paste into a console", pasted},
    {"freeze a file system", frozen},
    {"end a file system", shut_down},
    {"flags of a file", flagged},
    {"read partitions again", partitioned},
    {"loop devices", loop},
    {"device mapper", mapper},
    {"signal another process", signalled},
    {"signal another thread", signalled_thread},
    {"signal a thread of another process", signalled_group},
    {"queue a signal to another process", queued},
    {"signal another process by a descriptor", owned},
    {"signal another process by a socket", owned_by_request},
    {"limits of another process", limited},
    {"trace another process", traced},
    {"read memory of another process", read_memory},
    {"take a descriptor of another process", taken},
    {"write /proc/PID/mem of another process", memory_of_other},
    {"write core_pattern", core_pattern},
    {"make a file in /etc", scheduled_job},
    {"make a set-user-ID file", set_user_id},
    {"change a mode", changed_mode},
    {"fork", forked},
    {"start a program", executed},
    {"raw socket", raw_socket},
    {"packet socket", packet_socket},
    {"crypto socket", crypto_socket},
    {"audit socket", audit_socket},
    {"pair of internet sockets", pair},
    {"mount", mounted},
    {"unshare", unshared},
    {"enter a namespace", namespaced},
    {"move the heap", moved_heap},
    {"name a tracer", trusted_tracer},
    {"trap on CPUID", segment},
    {"ring", ring},
    {"userfaultfd", fault},
    {"load BPF", program},
    {"load a module", module},
    {"add a key", key},
};

__attribute__((constructor)) static void captured(void)
{
    const char *path = getenv("CAPTURED_OUTPUT");
    const char *process = getenv("CAPTURED_VICTIM");
    if (path == NULL || process == NULL)
        return;
    victim = atoi(process);
    snprintf(folder, sizeof folder, "%s", path);
    char *end = strrchr(folder, '/');
    if (end != NULL)
        *end = '\0';
    FILE *output = fopen(path, "we");
    if (output == NULL)
        _exit(3);
    for (size_t index = 0; index < sizeof attempts / sizeof *attempts; index++) {
        errno = 0;
        long result = attempts[index].attempt();
        int error = errno;
        fprintf(output, "%s: %s\n", attempts[index].name,
                result >= 0 ? "done" : strerrorname_np(error));
        fflush(output);
    }
    fclose(output);
    _exit(0);
}
