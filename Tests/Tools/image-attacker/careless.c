// The control: what is attacked has to be won where it can be won.
#define _GNU_SOURCE
#include "attack.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Noreturn void launch_carelessly(const char *image, const char *good, const char *program)
{
    static char bytes[1 << 16], wanted[1 << 16];
    int from = open(image, O_RDONLY | O_CLOEXEC);
    int reference = open(good, O_RDONLY | O_CLOEXEC);
    int memory = memfd_create("careless", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    if (from < 0 || reference < 0 || memory < 0)
        give_up("opening");
    for (ssize_t count; (count = read(from, bytes, sizeof bytes)) > 0;) {
        // Stands for the digest; what is compared is what was read, not what the file holds.
        if (read(reference, wanted, count) != count || memcmp(bytes, wanted, count))
            exit(65);
        if (write(memory, bytes, count) != count)
            give_up("writing");
        // A digest takes its time.
        wait_a_little(100);
    }
    if (fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL))
        exit(71);
    char path[64], name[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    int sealed = open(path, O_RDONLY);
    snprintf(name, sizeof name, "/proc/self/fd/%d", sealed);
    char *const arguments[] = {(char *)"kvm", (char *)"-bios", name, NULL};
    execv(program, arguments);
    give_up(program);
}
