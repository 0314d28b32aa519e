// Judges what it was given in QEMU's place: the exit status is the verdict.
// For a program started as PATH, PATH.reference is a copy of the firmware that the launch is to
// bring; where there is no such file, the launch is to bring none. It writes nothing, so that
// thousands may run at once.
#define _GNU_SOURCE
#include "parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Beside the launcher's own statuses and a shell's.
enum verdict {
    as_wanted = 0,
    own_trouble = 79,
    wrong_bytes = 80,
    firmware_missing = 81,
    firmware_unwanted = 82,
    other_descriptor = 83,
    not_confined = 84,
    not_sealed = 85,
};

static const char descriptors[] = "/proc/self/fd/";

// The number in the first path below /proc/self/fd that stands in an argument, or -1.
static int image_number(char **arguments)
{
    for (; *arguments; arguments++) {
        const char *found = strstr(*arguments, descriptors);
        if (found)
            return atoi(found + strlen(descriptors));
    }
    return -1;
}

// Maps all of a file. Without a file, or where it is empty: null, and a size of 0.
static const char *map(const char *path, size_t *size)
{
    struct stat status;
    void *bytes = MAP_FAILED;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    *size = 0;
    if (file < 0)
        return NULL;
    if (!fstat(file, &status) && status.st_size > 0) {
        bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        *size = status.st_size;
    }
    close(file);
    return bytes == MAP_FAILED ? NULL : bytes;
}

// What QEMU would map is what must be right; what read(2) yields must be the same.
static enum verdict judge_bytes(int number, const char *reference, size_t size)
{
    static char chunk[1 << 16];
    char path[64];
    size_t found;
    snprintf(path, sizeof path, "%s%d", descriptors, number);
    const char *mapped = map(path, &found);
    if (!mapped || found != size || memcmp(mapped, reference, size))
        return wrong_bytes;

    int image = open(path, O_RDONLY | O_CLOEXEC);
    size_t offset = 0;
    for (ssize_t count; image >= 0 && (count = read(image, chunk, sizeof chunk)) > 0;
         offset += count)
        if (offset + count > size || memcmp(chunk, reference + offset, count))
            return wrong_bytes;
    close(image);
    return offset == size ? as_wanted : wrong_bytes;
}

static enum verdict judge_seals(int number)
{
    int wanted = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    int flags = fcntl(number, F_GETFL);
    int seals = fcntl(number, F_GET_SEALS);
    if (flags < 0 || (flags & O_ACCMODE) != O_RDONLY)
        return not_sealed;
    return seals >= 0 && (seals & wanted) == wanted ? as_wanted : not_sealed;
}

// Nothing but the standard streams and the image.
static enum verdict judge_descriptors(int image)
{
    enum verdict verdict = as_wanted;
    DIR *directory = opendir(descriptors);
    if (!directory)
        return own_trouble;
    for (struct dirent *entry; (entry = readdir(directory));) {
        int number = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && number > 2 && number != image && number != dirfd(directory))
            verdict = other_descriptor;
    }
    closedir(directory);
    return verdict;
}

// A filter is loaded, and under it no second program starts. (The kernel has not even looked at
// the path when the filter says ENOSYS.)
static enum verdict judge_confinement(void)
{
    char line[256];
    int mode = 0;
    FILE *status = fopen("/proc/self/status", "re");
    if (!status)
        return own_trouble;
    while (fgets(line, sizeof line, status))
        if (sscanf(line, "Seccomp: %d", &mode) == 1)
            break;
    fclose(status);
    if (mode != 2)
        return not_confined;
    char *const none[] = {NULL};
    execve("/", none, none);
    return errno == ENOSYS ? as_wanted : not_confined;
}

int judge(char **arguments, const char *started_by)
{
    char path[PATH_MAX];
    size_t size;
    int image = image_number(arguments);
    snprintf(path, sizeof path, "%s.reference", started_by);
    const char *reference = map(path, &size);

    enum verdict verdict = as_wanted;
    if (reference && image < 0)
        return firmware_missing;
    if (!reference && image >= 0)
        return firmware_unwanted;
    if (reference)
        verdict = judge_bytes(image, reference, size);
    if (reference && verdict == as_wanted)
        verdict = judge_seals(image);
    if (verdict == as_wanted)
        verdict = judge_descriptors(image);
    if (verdict == as_wanted)
        verdict = judge_confinement();
    return verdict;
}
