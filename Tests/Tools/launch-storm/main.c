// Starts a program many times, some at a time, and prints how they ended and what they took:
//
//   launch-storm COUNT AT-ONCE PROGRAM ARGUMENT...
//
// One fact a line: "launches N", "status S N", "signal S N", "median-us", "p99-us", "longest-us"
// (from fork to end), "wall-us", "peak-kib" (resident memory of the largest) and "least-free-kib"
// (of MemAvailable, while they ran, below what it was before).
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct launch {
    pid_t process;
    int64_t began, took;
    int status;
};

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long available_kib(void)
{
    char line[128];
    long kib = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %ld", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
}

static int by_time(const void *one, const void *other)
{
    int64_t a = ((const struct launch *)one)->took, b = ((const struct launch *)other)->took;
    return (a > b) - (a < b);
}

static pid_t start(char **arguments)
{
    pid_t process = fork();
    if (process == 0) {
        int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        close_range(3, ~0U, 0);
        execv(arguments[0], arguments);
        _exit(79);
    }
    return process;
}

static void print_ends(const struct launch *launches, long count)
{
    long statuses[256] = {0}, signals[128] = {0};
    for (long i = 0; i < count; i++)
        if (WIFSIGNALED(launches[i].status))
            signals[WTERMSIG(launches[i].status)]++;
        else
            statuses[WEXITSTATUS(launches[i].status)]++;
    for (int i = 0; i < 256; i++)
        if (statuses[i])
            printf("status %d %ld\n", i, statuses[i]);
    for (int i = 0; i < 128; i++)
        if (signals[i])
            printf("signal %d %ld\n", i, signals[i]);
}

int main(int count, char **arguments)
{
    long total = count > 3 ? atol(arguments[1]) : 0, at_once = count > 3 ? atol(arguments[2]) : 0;
    if (total < 1 || at_once < 1) {
        fprintf(stderr, "usage: launch-storm COUNT AT-ONCE PROGRAM ARGUMENT...\n");
        return 64;
    }
    struct launch *launches = calloc(total, sizeof *launches);
    long started = 0, ended = 0, largest = 0, before = available_kib(), least = before;
    int64_t began = microseconds();
    while (launches && ended < total) {
        while (started < total && started - ended < at_once) {
            launches[started].began = microseconds();
            launches[started].process = start(arguments + 3);
            if (launches[started].process < 0) {
                perror("launch-storm: fork");
                return 79;
            }
            started++;
        }
        int status;
        struct rusage usage;
        pid_t process = wait4(-1, &status, 0, &usage);
        int64_t now = microseconds();
        for (long i = 0; i < started; i++) {
            if (launches[i].process != process)
                continue;
            launches[i].process = -1;
            launches[i].took = now - launches[i].began;
            launches[i].status = status;
            break;
        }
        if (usage.ru_maxrss > largest)
            largest = usage.ru_maxrss;
        if (ended++ % 8 == 0) {
            long free_now = available_kib();
            if (free_now < least)
                least = free_now;
        }
    }
    int64_t wall = microseconds() - began;
    printf("launches %ld\n", total);
    print_ends(launches, total);
    qsort(launches, total, sizeof *launches, by_time);
    printf("median-us %ld\np99-us %ld\nlongest-us %ld\nwall-us %ld\n",
           (long)launches[total / 2].took, (long)launches[(total * 99) / 100].took,
           (long)launches[total - 1].took, (long)wall);
    printf("peak-kib %ld\nleast-free-kib %ld\n", largest, before - least);
    return 0;
}
