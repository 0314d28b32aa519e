// Attacks a firmware image, again and again, until it is killed; each time it puts back what was
// there, so that some launches meet the image as it should be:
//
//   image-attacker WAY IMAGE
//
// IMAGE.good beside the directory of the image is what it should hold; what is put in its place
// has the same size. Ways:
//
//   rename    another file takes the image's name, and gives it back
//   replace   a new file is renamed over it, a bad one and then a good one
//   truncate  it is cut, grown, and written again
//   rewrite   some of its bytes are written and written back
//   map       the same through a shared mapping, with the file closed
//   swap      its directory changes places with one that holds another image of that name
//   link      its directory changes places with a symbolic link to that one
//
// or the memory files that processes copy their image into:
//
//   image-attacker WAY PROGRAM
//
//   memory-write  bytes are written until they are sealed
//   memory-flip   a byte is written and written back
//   memory-map    a byte is written through a shared mapping that stays for a while
//   memory-maps   the same through many that do not
//
// or is a launcher that they deceive: image-attacker careless IMAGE IMAGE.good PROGRAM.
#define _GNU_SOURCE
#include "attack.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct target {
    char image[PATH_MAX], directory[PATH_MAX], name[NAME_MAX + 1];
    /// What is made beside the directory: the attacker's own.
    char other[PATH_MAX], link[PATH_MAX];
    char *good;
    size_t size;
};

_Noreturn void give_up(const char *what)
{
    fprintf(stderr, "image-attacker: %s: %s\n", what, strerror(errno));
    exit(79);
}

void wait_a_little(unsigned most)
{
    struct timespec time = {0, (long)(random() % most) * 1000};
    nanosleep(&time, NULL);
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        give_up(path);
    for (size_t offset = 0; offset < size;) {
        ssize_t count = write(file, bytes + offset, size - offset);
        if (count < 0)
            give_up(path);
        offset += count;
    }
    fchmod(file, 0444);
    close(file);
}

static void write_bad(const struct target *target, const char *path)
{
    char *bad = malloc(target->size);
    if (!bad)
        give_up("memory");
    memcpy(bad, target->good, target->size);
    bad[random() % target->size] ^= 0x5a;
    write_file(path, bad, target->size);
    free(bad);
}

static void exchange(const char *one, const char *other)
{
    if (syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2 /* RENAME_EXCHANGE */))
        give_up("exchanging names");
}

static void rename_once(struct target *target)
{
    exchange(target->image, target->other);
    wait_a_little(3000);
    exchange(target->image, target->other);
}

static void replace_once(struct target *target)
{
    write_bad(target, target->other);
    if (rename(target->other, target->image))
        give_up("rename");
    wait_a_little(3000);
    write_file(target->other, target->good, target->size);
    if (rename(target->other, target->image))
        give_up("rename");
}

static void truncate_once(struct target *target)
{
    size_t left = random() % target->size;
    if (truncate(target->image, left))
        give_up("truncate");
    wait_a_little(1000);
    if (random() % 2 && truncate(target->image, target->size))
        give_up("truncate");
    wait_a_little(1000);
    int file = open(target->image, O_WRONLY | O_CLOEXEC);
    if (file < 0 || pwrite(file, target->good + left, target->size - left, left) < 0)
        give_up("writing back");
    close(file);
}

static void rewrite_once(struct target *target)
{
    char byte;
    size_t offset = random() % target->size;
    for (int round = 0; round < 2; round++) {
        int file = open(target->image, O_WRONLY | O_CLOEXEC);
        byte = round ? target->good[offset] : target->good[offset] ^ 0x5a;
        if (file < 0 || pwrite(file, &byte, 1, offset) != 1)
            give_up("writing");
        close(file);
        wait_a_little(3000);
    }
}

static void map_once(struct target *target)
{
    int file = open(target->image, O_RDWR | O_CLOEXEC);
    if (file < 0)
        give_up(target->image);
    char *bytes = mmap(NULL, target->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (bytes == MAP_FAILED)
        give_up("mmap");
    for (int i = 0; i < 64; i++) {
        size_t offset = random() % target->size;
        bytes[offset] ^= 0x5a;
        if (i % 8 == 0)
            wait_a_little(200);
        bytes[offset] = target->good[offset];
    }
    munmap(bytes, target->size);
}

static void swap_once(struct target *target)
{
    exchange(target->directory, target->other);
    wait_a_little(3000);
    exchange(target->directory, target->other);
}

static void link_once(struct target *target)
{
    exchange(target->directory, target->link);
    wait_a_little(3000);
    exchange(target->directory, target->link);
}

/// A directory beside the image's, with a bad image of the same name.
static void make_directory(struct target *target)
{
    char path[PATH_MAX];
    if (mkdir(target->other, 0755) && errno != EEXIST)
        give_up(target->other);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", target->other, target->name) >= sizeof path)
        give_up("the path is too long");
    write_bad(target, path);
    if (symlink(target->other, target->link) && errno != EEXIST)
        give_up(target->link);
}

static const struct way {
    const char *name;
    void (*once)(struct target *);
    enum { needs_nothing, needs_file, needs_directory } needs;
} ways[] = {
    {"rename", rename_once, needs_file},        {"replace", replace_once, needs_nothing},
    {"truncate", truncate_once, needs_nothing}, {"rewrite", rewrite_once, needs_nothing},
    {"map", map_once, needs_nothing},           {"swap", swap_once, needs_directory},
    {"link", link_once, needs_directory},
};

static void find(struct target *target, const char *image, const char *way)
{
    char copy[PATH_MAX], good[PATH_MAX];
    snprintf(target->image, sizeof target->image, "%s", image);
    snprintf(copy, sizeof copy, "%s", image);
    snprintf(target->name, sizeof target->name, "%s", basename(copy));
    snprintf(copy, sizeof copy, "%s", image);
    snprintf(target->directory, sizeof target->directory, "%s", dirname(copy));
    snprintf(target->other, sizeof target->other, "%.3000s.%s", target->directory, way);
    snprintf(target->link, sizeof target->link, "%.3000s.%s-link", target->directory, way);
    snprintf(good, sizeof good, "%.3000s.good", target->directory);

    struct stat status;
    int file = open(good, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) || status.st_size < 1)
        give_up(good);
    target->size = status.st_size;
    target->good = mmap(NULL, target->size, PROT_READ, MAP_PRIVATE, file, 0);
    if (target->good == MAP_FAILED)
        give_up(good);
    close(file);
}

int main(int count, char **arguments)
{
    static struct target target;
    srandom(getpid());
    if (count == 5 && !strcmp(arguments[1], "careless"))
        launch_carelessly(arguments[2], arguments[3], arguments[4]);
    if (count == 3)
        attack_memory(arguments[1], arguments[2]);
    for (size_t i = 0; count == 3 && i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(arguments[1], ways[i].name))
            continue;
        find(&target, arguments[2], arguments[1]);
        if (ways[i].needs == needs_file)
            write_bad(&target, target.other);
        if (ways[i].needs == needs_directory)
            make_directory(&target);
        for (;;) {
            ways[i].once(&target);
            wait_a_little(4000);
        }
    }
    fprintf(stderr, "image-attacker: see its source for what it wants\n");
    return 79;
}
