// Writes down what it was given in QEMU's place: one fact a line, bytes in hexadecimal, into the
// file named like the path it was started by, with ".report" behind it. The file's name depends on
// nothing that a test may want to take away: arguments, environment, standard streams. Then it
// waits for the end of its standard input, so that a test can look at the process from outside.
#define _GNU_SOURCE
#include "parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static const char descriptors[] = "/proc/self/fd/";

static void write_bytes(FILE *report, const char *key, const char *bytes)
{
    fprintf(report, "%s ", key);
    for (; *bytes; bytes++)
        fprintf(report, "%02x", (unsigned char)*bytes);
    fputc('\n', report);
}

static void write_descriptors(FILE *report)
{
    DIR *directory = opendir(descriptors);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[PATH_MAX], target[PATH_MAX];
        int number = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || number == dirfd(directory))
            continue;
        snprintf(path, sizeof path, "%s%d", descriptors, number);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        fprintf(report, "descriptor %d %o %d", number, fcntl(number, F_GETFL),
                fcntl(number, F_GETFD));
        write_bytes(report, "", target);
    }
    closedir(directory);
}

// The lines of a file in /proc that tell what a process takes along when it becomes another.
static void write_status(FILE *report)
{
    static const char *const names[] = {
        "Cpus_allowed_list:", "NoNewPrivs:", "Seccomp:", "SigBlk:", "SigIgn:",
    };
    char line[256], value[200];
    FILE *status = fopen("/proc/self/status", "re");
    if (!status)
        return;
    while (fgets(line, sizeof line, status))
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (!strncmp(line, names[i], strlen(names[i])) &&
                sscanf(line + strlen(names[i]), "%199s", value) == 1)
                fprintf(report, "status %s %s\n", names[i], value);
    fclose(status);
}

static void write_process(FILE *report)
{
    char text[PATH_MAX] = "";
    mode_t mask = umask(0);
    umask(mask);
    fprintf(report, "process %d %d\numask %o\n", getpid(), getppid(), mask);
    if (getcwd(text, sizeof text))
        write_bytes(report, "directory", text);
    FILE *name = fopen("/proc/self/comm", "re");
    if (name && fgets(text, sizeof text, name)) {
        text[strcspn(text, "\n")] = 0;
        write_bytes(report, "comm", text);
    }
    if (name)
        fclose(name);
}

// What QEMU would read by the first path below /proc/self/fd that stands in an argument.
static void copy_image(char **arguments, const char *path)
{
    static char chunk[1 << 16];
    for (; *arguments; arguments++) {
        char name[64];
        const char *found = strstr(*arguments, descriptors);
        if (!found)
            continue;
        snprintf(name, sizeof name, "%s%d", descriptors, atoi(found + strlen(descriptors)));
        int image = open(name, O_RDONLY | O_CLOEXEC);
        int copy = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        for (ssize_t count; image >= 0 && (count = read(image, chunk, sizeof chunk)) > 0;)
            if (write(copy, chunk, count) != count)
                abort();
        close(image);
        close(copy);
        return;
    }
}

int report(int count, char **arguments, const char *started_by)
{
    char path[PATH_MAX], unfinished[PATH_MAX], image[PATH_MAX], *text = NULL;
    size_t length = 0;
    snprintf(path, sizeof path, "%s.report", started_by);
    snprintf(unfinished, sizeof unfinished, "%s.unfinished", started_by);
    snprintf(image, sizeof image, "%s.image", started_by);

    // Kept in memory first: an open report would be one descriptor more.
    FILE *facts = open_memstream(&text, &length);
    if (!facts)
        return 1;
    write_descriptors(facts);
    for (int i = 0; i < count; i++)
        write_bytes(facts, "argument", arguments[i]);
    for (char **variable = environ; *variable; variable++)
        write_bytes(facts, "variable", *variable);
    write_process(facts);
    write_status(facts);
    if (fclose(facts))
        return 1;
    copy_image(arguments, image);

    FILE *file = fopen(unfinished, "we");
    if (!file || fwrite(text, 1, length, file) != length || fclose(file) ||
        rename(unfinished, path))
        return 1;
    while (read(STDIN_FILENO, image, sizeof image) > 0)
        ;
    return 0;
}
