// Starts the benchmark build of the launcher and tells it when: the launcher's trace begins there.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **words)
{
    char start[32];
    struct timespec now;
    if (count < 2)
        return 64;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(start, sizeof start, "%lld", now.tv_sec * 1000000000LL + now.tv_nsec);
    setenv("LAUNCHER_TRACE", start, 1);
    execv(words[1], words + 1);
    perror(words[1]);
    return 71;
}
