// The least that a static C program can do for the same result, as a bound for the launcher:
// ask the kernel what the launcher asks it about an image, hash it with OpenSSL while copying it
// into a memfd, seal it, compare the digest, load a libseccomp filter, exec. It parses no
// configuration, rewrites no command line, walks no directories one by one, writes no log and
// handles no error beyond giving up.
//
// usage: reference PROGRAM               load the filter, exec
//        reference PROGRAM IMAGE SHA256  the whole way
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <openssl/sha.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHUNK (128 * 1024)

static const char *const refused[] = {
#include "refused.inc"
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
    if (statx(image, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) < 0 || status.stx_uid != geteuid()
        || !S_ISREG(status.stx_mode) || status.stx_mode & 0222 || status.stx_nlink != 1
        || fstatvfs(image, &mount) < 0)
        give_up("statx");
    if (fcntl(image, F_SETSIG, SIGURG) < 0 || fcntl(image, F_SETLEASE, F_RDLCK) < 0
        || fcntl(image, F_SETLEASE, F_UNLCK) < 0)
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
    if (fchmod(copy, 0444) < 0
        || fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        give_up("F_ADD_SEALS");
    if (strcmp(hex, expected) != 0) {
        fprintf(stderr, "checksum differs\n");
        exit(65);
    }
    char name[64];
    sprintf(name, "/proc/self/fd/%d", copy);
    return open(name, O_RDONLY);
}

static void confine(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        give_up("seccomp_init");
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        int number = seccomp_syscall_resolve_name(refused[i]);
        if (number >= 0 && seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, number, 0) < 0)
            give_up(refused[i]);
    }
    if (seccomp_load(filter) < 0)
        give_up("seccomp_load");
    seccomp_release(filter);
}

int main(int count, char **words)
{
    char path[64] = "none";
    if (count != 2 && count != 4) {
        fprintf(stderr, "usage: reference PROGRAM [IMAGE SHA256]\n");
        return 64;
    }
    if (count == 4)
        sprintf(path, "/proc/self/fd/%d", seal(words[2], words[3]));
    confine();
    char *arguments[] = {words[1], "-bios", path, NULL};
    execv(words[1], arguments);
    give_up(words[1]);
}
