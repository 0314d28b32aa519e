// The least that a static C program can do for the same result, as a bound for the launcher:
// ask the kernel what the launcher asks it about an image, hash it with OpenSSL while copying it
// into a memfd, seal it, compare the digest, load the same filter by way of libseccomp, permit one
// exec by user notification, exec. It parses no configuration, rewrites no command line, walks no
// directories one by one, writes no log and handles no error beyond giving up.
//
// usage: reference [-l FILTER] PROGRAM [IMAGE SHA256]
//        reference -e FILTER | -x FILTER
//
// -e writes the filter to a file, and -l loads it from there: what a program would take whose
// filter does not depend on QEMU's command line. -x writes one that allows every exec, for programs
// that cannot permit just one.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHUNK (128 * 1024)

// The launcher's own table, as `launcherctl policy --json` prints it for the same command line.
struct row {
    int number;
    uint32_t action;
    unsigned count;
    struct scmp_arg_cmp check;
};

#define ALLOW SCMP_ACT_ALLOW
#define REFUSE(error) SCMP_ACT_ERRNO(error)
#define KILL SCMP_ACT_KILL_PROCESS
#define CHECK(argument, mask, value) SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, value)

static const struct row rows[] = {
#include "rows.inc"
};

static void give_up(const char *what)
{
    perror(what);
    exit(71);
}

// Opened without following links, not writable for anyone, and nobody has it open for writing.
static int verified(const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
    struct statx status;
    struct statvfs mount;
    int image = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    if (image < 0)
        give_up(path);
    if (statx(image, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) < 0 ||
        status.stx_uid != geteuid() || !S_ISREG(status.stx_mode) || status.stx_mode & 0222 ||
        status.stx_nlink != 1 || fstatvfs(image, &mount) < 0)
        give_up("statx");
    if (fcntl(image, F_SETSIG, SIGURG) < 0 || fcntl(image, F_SETLEASE, F_RDLCK) < 0 ||
        fcntl(image, F_SETLEASE, F_UNLCK) < 0)
        give_up("F_SETLEASE");
    return image;
}

static int seal(const char *path, const char *expected)
{
    static unsigned char chunk[CHUNK];
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH + 1];
    SHA256_CTX context;
    ssize_t count;
    int image = verified(path);
    int copy = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0)
        give_up("memfd_create");
    SHA256_Init(&context);
    while ((count = read(image, chunk, sizeof chunk)) > 0) {
        SHA256_Update(&context, chunk, count);
        if (write(copy, chunk, count) != count)
            give_up("write");
    }
    if (count < 0)
        give_up("read");
    SHA256_Final(digest, &context);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
        sprintf(hex + 2 * i, "%02x", digest[i]);
    if (fchmod(copy, 0444) < 0 ||
        fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        give_up("F_ADD_SEALS");
    if (strcmp(hex, expected) != 0) {
        fprintf(stderr, "checksum differs\n");
        exit(65);
    }
    char name[64];
    sprintf(name, "/proc/self/fd/%d", copy);
    return open(name, O_RDONLY);
}

// Whether the table says something about the call only for some arguments.
static int is_conditional(int number)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].number == number && rows[i].count > 0)
            return 1;
    return 0;
}

// Permits the one exec, as the launcher does.
static void *permit(void *listener)
{
    struct seccomp_notif *question;
    struct seccomp_notif_resp *answer;
    int descriptor = *(int *)listener;
    if (seccomp_notify_alloc(&question, &answer) < 0 ||
        seccomp_notify_receive(descriptor, question) < 0)
        give_up("seccomp_notify_receive");
    answer->id = question->id;
    answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (seccomp_notify_respond(descriptor, answer) < 0)
        give_up("seccomp_notify_respond");
    close(descriptor);
    return NULL;
}

// The launcher's table as far as libseccomp can say it: where a call is allowed but for some
// arguments it is allowed for all, so that this filter is no longer than the launcher's.
static scmp_filter_ctx table(uint32_t exec)
{
    scmp_filter_ctx filter = seccomp_init(REFUSE(ENOSYS));
    if (!filter)
        give_up("seccomp_init");
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        int allows = row->action == ALLOW;
        if (row->action == REFUSE(ENOSYS) || (!allows && is_conditional(row->number)))
            continue;
        if (seccomp_rule_add_array(filter, row->action, row->number, row->count, &row->check) < 0)
            give_up("seccomp_rule_add");
    }
    if (seccomp_rule_add(filter, exec, SCMP_SYS(execve), 0) < 0 ||
        seccomp_rule_add(filter, exec, SCMP_SYS(execveat), 0) < 0)
        give_up("seccomp_rule_add");
    return filter;
}

static int load_prepared(const char *path)
{
    static struct sock_filter instructions[BPF_MAXINSNS];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = read(file, instructions, sizeof instructions);
    struct sock_fprog program = {count / sizeof *instructions, instructions};
    if (file < 0 || count < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        give_up(path);
    close(file);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                        SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static int load_generated(void)
{
    scmp_filter_ctx filter = table(SCMP_ACT_NOTIFY);
    if (seccomp_load(filter) < 0)
        give_up("seccomp_load");
    return seccomp_notify_fd(filter);
}

static void confine(const char *prepared)
{
    static int listener;
    pthread_t thread;
    listener = prepared ? load_prepared(prepared) : load_generated();
    if (listener < 0 || pthread_create(&thread, NULL, permit, &listener) != 0)
        give_up("confine");
}

int main(int count, char **words)
{
    const char *prepared = NULL;
    char path[64] = "none";
    if (count == 3 && strcmp(words[1], "-e") == 0)
        return seccomp_export_bpf(table(SCMP_ACT_NOTIFY), creat(words[2], 0600)) < 0;
    if (count == 3 && strcmp(words[1], "-x") == 0)
        return seccomp_export_bpf(table(ALLOW), creat(words[2], 0600)) < 0;
    if (count > 2 && strcmp(words[1], "-l") == 0) {
        prepared = words[2];
        words += 2;
        count -= 2;
    }
    if (count != 2 && count != 4) {
        fprintf(stderr, "usage: reference [-l FILTER] PROGRAM [IMAGE SHA256]\n");
        return 64;
    }
    if (count == 4)
        sprintf(path, "/proc/self/fd/%d", seal(words[2], words[3]));
    confine(prepared);
    char *arguments[] = {words[1], "-bios", path, NULL};
    execv(words[1], arguments);
    give_up(words[1]);
}
