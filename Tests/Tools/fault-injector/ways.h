// What the injector does to a program, each by a way of its own. They take the injector's arguments
// from the subcommand on, and give the status that it ends with.

#pragma once

/// list, fail, short: by ptrace(2).
int trace(int count, char **arguments);

/// at, every: by a filter that asks us.
int interrupt(int count, char **arguments);

/// without: by a filter that answers itself.
int older_kernel(int count, char **arguments);
