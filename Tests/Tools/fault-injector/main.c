// Runs a program and has its system calls fail, end it, or be those of an older kernel. What each
// subcommand wants stands at the top of the file that has it.
#include "ways.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int count, char **arguments);
} subcommands[] = {
    {"list", trace},   {"fail", trace},      {"short", trace},
    {"at", interrupt}, {"every", interrupt}, {"without", older_kernel},
};

int main(int count, char **arguments)
{
    for (size_t i = 0; count > 1 && i < sizeof subcommands / sizeof *subcommands; i++)
        if (!strcmp(arguments[1], subcommands[i].name))
            return subcommands[i].run(count - 1, arguments + 1);
    fprintf(stderr, "fault-injector: see its source for what it wants\n");
    return 79;
}
