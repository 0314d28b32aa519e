#pragma once
// Thin wrappers for system calls and constants that Swift's Glibc module does not show.
// One function a system call, no logic; errno is left for the caller to read.
#include "seccomp_calls.h"
