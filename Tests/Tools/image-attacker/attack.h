// Shared by the ways of attacking.
#ifndef ATTACK_H
#define ATTACK_H

/// Ends the program, with what errno says about `what`.
_Noreturn void give_up(const char *what);

/// Up to so many microseconds: the launches are to be met at every moment.
void wait_a_little(unsigned most);

/// Attacks the memory files of every process that runs `program`, until it is killed.
/// - Returns: where there is no such way.
void attack_memory(const char *way, const char *program);

/// A launcher that does it in the wrong order: copies `image` into a memory file, compares it with
/// IMAGE.good on the way in, seals the file, and becomes `program`.
_Noreturn void launch_carelessly(const char *image, const char *good, const char *program);

#endif
