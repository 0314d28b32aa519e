#pragma once

/// argv as the kernel handed it over: entries, then NULL; NULL if the C library gave none.
///
/// Swift's own `CommandLine` looks for it on the stack, with what /proc/self/maps says of that: it
/// shows an empty command line if the file cannot be read, and the launcher would start QEMU
/// without its arguments.
char *const *linux_arguments(void);
