#pragma once
// System calls made as a program would make them that does not want to be seen by its libc: with
// any number, through any of the ABIs an x86_64 kernel offers. Each returns what the kernel
// returned: a result, or an error's number negated.

long probe_native(long number, long a0, long a1, long a2, long a3, long a4, long a5);
long probe_i386(long number);
