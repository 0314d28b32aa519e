// What the memory file that an image is copied into has to withstand. It can be opened by way of
// /proc by root and by the same user for as long as the process lives; until it is sealed, whoever
// has it open writes to it.
#define _GNU_SOURCE
#include "attack.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { changed_byte = 100, rounds = 20000 };

/// Until the seal is on. The byte is in the first page, which is written and hashed first.
static void overwrite(int file)
{
    char bad = 0x5a;
    for (int i = 0; i < rounds && (pwrite(file, &bad, 1, changed_byte) == 1 || errno != EPERM); i++)
        ;
}

/// Bad for a moment, and good again: whoever looks twice may see both.
static void flip(int file)
{
    char good, bad = 0x5a;
    while (pread(file, &good, 1, changed_byte) != 1)
        wait_a_little(50);
    for (int i = 0; i < rounds; i++) {
        if (pwrite(file, &bad, 1, changed_byte) != 1)
            return;
        wait_a_little(500);
        if (pwrite(file, &good, 1, changed_byte) != 1)
            return;
        wait_a_little(500);
    }
}

/// The first page, once there is one; a null pointer where the seal came first.
static char *map(int file)
{
    struct stat status;
    for (int i = 0; i < rounds; i++) {
        if (fstat(file, &status))
            return NULL;
        if (status.st_size > changed_byte) {
            char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            return page == MAP_FAILED ? NULL : page;
        }
    }
    return NULL;
}

/// Through a mapping: while it is there, no seal against writing can be put on (EBUSY).
static void write_mapped(int file)
{
    char *page = map(file);
    if (!page)
        return;
    for (int i = 0; i < 2000; i++)
        page[changed_byte] = 0x5a;
    wait_a_little(20000);
    page[changed_byte] = 0x5a;
    munmap(page, 4096);
}

/// The same, gone as fast as can be: a launcher that tries again meets it anew.
static void write_mapped_briefly(int file)
{
    for (int i = 0; i < rounds; i++) {
        char *page = map(file);
        if (!page)
            return;
        page[changed_byte] = 0x5a;
        munmap(page, 4096);
    }
}

static const struct way {
    const char *name;
    void (*attack)(int file);
} ways[] = {
    {"memory-write", overwrite},
    {"memory-flip", flip},
    {"memory-map", write_mapped},
    {"memory-maps", write_mapped_briefly},
};

static bool leads_to(const char *path, const char *start, bool is_whole)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = 0;
    return is_whole ? !strcmp(target, start) : !strncmp(target, start, strlen(start));
}

/// The memory files of one process.
static void attack_process(const struct way *way, const char *process)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%s/fd", process);
    DIR *directory = opendir(path);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        snprintf(path, sizeof path, "/proc/%s/fd/%s", process, entry->d_name);
        if (!leads_to(path, "/memfd:", false))
            continue;
        int file = open(path, O_RDWR | O_CLOEXEC);
        if (file < 0)
            continue;
        way->attack(file);
        close(file);
    }
    closedir(directory);
}

void attack_memory(const char *name, const char *program)
{
    const struct way *way = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (!strcmp(ways[i].name, name))
            way = &ways[i];
    while (way) {
        DIR *processes = opendir("/proc");
        if (!processes)
            give_up("/proc");
        for (struct dirent *entry; (entry = readdir(processes));) {
            char path[PATH_MAX];
            if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
                continue;
            snprintf(path, sizeof path, "/proc/%s/exe", entry->d_name);
            if (leads_to(path, program, true))
                attack_process(way, entry->d_name);
        }
        closedir(processes);
    }
}
