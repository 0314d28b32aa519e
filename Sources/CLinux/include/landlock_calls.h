#pragma once
// landlock(7) and capabilities(7), as named functions instead of numbers and structures that the
// headers we build with may not have yet. One function a system call, no logic; errno is left for
// the caller to read.

#include <stdint.h>

/// landlock_create_ruleset(2) with LANDLOCK_CREATE_RULESET_VERSION: the kernel's version, or -1.
int landlock_calls_abi(void);

/// landlock_create_ruleset(2): a descriptor, or -1. `scoped` has to be zero before version 6.
int landlock_calls_create_ruleset(uint64_t handled_access_fs, uint64_t scoped);

/// landlock_add_rule(2) with LANDLOCK_RULE_PATH_BENEATH. 0 or -1.
int landlock_calls_add_path(int ruleset, uint64_t allowed_access, int parent);

/// landlock_restrict_self(2) of the calling thread. 0 or -1.
int landlock_calls_restrict_self(int ruleset, uint32_t flags);

/// prctl(2) PR_CAPBSET_READ: 1, 0, or -1 for a number that the kernel does not know.
int capability_calls_is_bounding(int capability);

/// prctl(2) PR_CAPBSET_DROP. 0 or -1.
int capability_calls_drop_bounding(int capability);

/// capget(2) of the calling thread. 0 or -1.
int capability_calls_get(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable);

/// capset(2) of the calling thread. 0 or -1.
int capability_calls_set(uint64_t effective, uint64_t permitted, uint64_t inheritable);

/// faccessat(2) with AT_EACCESS, by number: glibc's function would ask twice. 0 or -1.
int capability_calls_access(const char *path, int mode);
