#pragma once
// Thin wrappers for system calls and constants that Swift's Glibc module does not show.
// One function a system call, no logic; errno is left for the caller to read.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// -- Files: opening below a directory, attributes ------------------------------------------------

extern const int32_t LINUX_O_PATH;
extern const uint64_t LINUX_RESOLVE_BENEATH;
extern const uint64_t LINUX_RESOLVE_NO_MAGICLINKS;
extern const uint64_t LINUX_RESOLVE_NO_SYMLINKS;

/// openat2(2), Linux 5.6. A new descriptor, or -1.
int linux_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve);

extern const uint64_t LINUX_STATX_ATTR_IMMUTABLE;
extern const uint64_t LINUX_STATX_ATTR_VERITY;

/// statx(2) of an open file: the attributes that hold, among those the file system knows. 0 or -1.
int linux_statx_attributes(int descriptor, uint64_t *attributes);

/// statfs(2): which file system a path is on, by its number in linux/magic.h. 0 or -1.
int linux_file_system(const char *path, uint32_t *magic);

/// getxattr(2) without a buffer: how long an attribute's value is, or -1.
ssize_t linux_attribute_size(const char *path, const char *name);

// -- Files: names --------------------------------------------------------------------------------

/// renameat2(2) within one directory with RENAME_NOREPLACE: EEXIST if `to` exists. 0 or -1.
int linux_rename_new(int directory, const char *from, const char *to);

// -- Files: leases -------------------------------------------------------------------------------

extern const int32_t LINUX_F_SETLEASE;
extern const int32_t LINUX_F_SETSIG;

// -- Memory files and their seals ----------------------------------------------------------------

extern const uint32_t LINUX_MFD_ALLOW_SEALING;
extern const uint32_t LINUX_MFD_CLOEXEC;
extern const uint32_t LINUX_MFD_NOEXEC_SEAL;

/// memfd_create(2). A new descriptor, or -1.
int linux_memfd_create(const char *name, uint32_t flags);

extern const int32_t LINUX_F_ADD_SEALS;
extern const int32_t LINUX_F_GET_SEALS;
extern const int32_t LINUX_F_SEAL_GROW;
extern const int32_t LINUX_F_SEAL_SEAL;
extern const int32_t LINUX_F_SEAL_SHRINK;
extern const int32_t LINUX_F_SEAL_WRITE;

// -- The process ---------------------------------------------------------------------------------

/// environ(7): entries, then NULL. Swift cannot read the variable itself, because it is mutable.
char *const *linux_environment(void);

/// sched_setaffinity(2) of the calling thread; `mask` has a bit for each CPU. 0 or -1.
int linux_set_affinity(const uint64_t *mask, size_t byte_count);

/// dup3(2). `number`, or -1.
int linux_dup3(int descriptor, int number, int flags);

/// fork(2), which Swift hides, because a program with threads may do little in the child.
int linux_fork(void);

/// bind(2) of a netlink socket to multicast groups, a bit for each. 0 or -1.
int linux_netlink_bind(int socket, uint32_t groups);

/// ferror(3) of standard output: whether something that was printed is lost. Swift cannot read the
/// variable `stdout`, because it is mutable.
int linux_output_has_failed(void);

/// prctl(2) with PR_SET_PDEATHSIG: the signal that ends us once our parent has ended. 0 or -1.
int linux_end_with_parent(int signal);

#include "arguments.h"
#include "landlock_calls.h"
#include "seccomp_calls.h"
