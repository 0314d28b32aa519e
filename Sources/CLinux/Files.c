#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

// Linux 6.3; the headers we build with may be older.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

const int32_t LINUX_O_PATH = O_PATH;
const uint64_t LINUX_RESOLVE_BENEATH = RESOLVE_BENEATH;
const uint64_t LINUX_RESOLVE_NO_MAGICLINKS = RESOLVE_NO_MAGICLINKS;
const uint64_t LINUX_RESOLVE_NO_SYMLINKS = RESOLVE_NO_SYMLINKS;

int linux_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int linux_rename_new(int directory, const char *from, const char *to)
{
    // By number: glibc 2.27 and older do not have the function.
    return (int)syscall(SYS_renameat2, directory, from, directory, to, 1 /* RENAME_NOREPLACE */);
}

const uint64_t LINUX_STATX_ATTR_IMMUTABLE = STATX_ATTR_IMMUTABLE;
const uint64_t LINUX_STATX_ATTR_VERITY = STATX_ATTR_VERITY;

int linux_statx_attributes(int descriptor, uint64_t *attributes)
{
    struct statx status = {0};
    int result = statx(descriptor, "", AT_EMPTY_PATH, 0, &status);
    *attributes = status.stx_attributes & status.stx_attributes_mask;
    return result;
}

const int32_t LINUX_F_SETLEASE = F_SETLEASE;
const int32_t LINUX_F_SETSIG = F_SETSIG;

const uint32_t LINUX_MFD_ALLOW_SEALING = MFD_ALLOW_SEALING;
const uint32_t LINUX_MFD_CLOEXEC = MFD_CLOEXEC;
const uint32_t LINUX_MFD_NOEXEC_SEAL = MFD_NOEXEC_SEAL;

int linux_memfd_create(const char *name, uint32_t flags) { return memfd_create(name, flags); }

const int32_t LINUX_F_ADD_SEALS = F_ADD_SEALS;
const int32_t LINUX_F_GET_SEALS = F_GET_SEALS;
const int32_t LINUX_F_SEAL_GROW = F_SEAL_GROW;
const int32_t LINUX_F_SEAL_SEAL = F_SEAL_SEAL;
const int32_t LINUX_F_SEAL_SHRINK = F_SEAL_SHRINK;
const int32_t LINUX_F_SEAL_WRITE = F_SEAL_WRITE;

int linux_file_system(const char *path, uint32_t *magic)
{
    struct statfs status;
    if (statfs(path, &status))
        return -1;
    *magic = (uint32_t)status.f_type;
    return 0;
}

ssize_t linux_attribute_size(const char *path, const char *name)
{
    return getxattr(path, name, NULL, 0);
}
