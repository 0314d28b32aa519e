#define _GNU_SOURCE
#include "landlock_calls.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Numbers and structures of include/uapi/linux/landlock.h; the header may be missing or older.
enum { create_ruleset = 444, add_rule = 445, restrict_self = 446, faccessat2 = 439 };

int landlock_calls_abi(void)
{
    return (int)syscall(create_ruleset, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
}

int landlock_calls_create_ruleset(uint64_t handled_access_fs, uint64_t scoped)
{
    struct {
        uint64_t handled_access_fs;
        uint64_t handled_access_net;
        uint64_t scoped;
    } attributes = {handled_access_fs, 0, scoped};
    // Older kernels accept the longer structure if the fields that they do not know are zero.
    return (int)syscall(create_ruleset, &attributes, sizeof attributes, 0);
}

int landlock_calls_add_path(int ruleset, uint64_t allowed_access, int parent)
{
    struct {
        uint64_t allowed_access;
        int32_t parent_fd;
    } __attribute__((packed)) attributes = {allowed_access, parent};
    return (int)syscall(add_rule, ruleset, 1 /* LANDLOCK_RULE_PATH_BENEATH */, &attributes, 0);
}

int landlock_calls_restrict_self(int ruleset, uint32_t flags)
{
    return (int)syscall(restrict_self, ruleset, flags);
}

int capability_calls_is_bounding(int capability)
{
    return prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
}

int capability_calls_drop_bounding(int capability)
{
    return prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

int capability_calls_get(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {0};
    int result = (int)syscall(SYS_capget, &header, data);
    *effective = data[0].effective | (uint64_t)data[1].effective << 32;
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    *inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return result;
}

int capability_calls_set(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
        {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
    };
    return (int)syscall(SYS_capset, &header, data);
}

int capability_calls_access(const char *path, int mode)
{
    return (int)syscall(faccessat2, AT_FDCWD, path, mode, AT_EACCESS);
}
