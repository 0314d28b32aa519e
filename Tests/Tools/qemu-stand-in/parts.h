// The parts that the stand-in has. Each gives the status that the program ends with.

#pragma once

/// Writes down what it was given, into files named after the path that it was started by.
int report(int count, char **arguments, const char *started_by);

/// Judges what it was given: 0, or what was wrong.
int judge(char **arguments, const char *started_by);

/// Tries by one way to become a third program.
int exec_attack(const char *name);
