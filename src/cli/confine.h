/*
 * confine.h - gives up, for good, what a scan does not need, before the first
 * byte of evidence is read: landlock lets it read below the paths that were
 * named and write nothing but descriptors that are open already; seccomp lets
 * it make only the system calls of an allow-list: no network, no exec.
 */
#pragma once

#include "base/err.h"

struct confinement {
    bool landlock, seccomp; /* in force? */
    char why_not[160];      /* for what is not, in words */
};

/* Confines the whole process; call it before threads are started. `paths` may be read from then
 * on ("-" is left out). What the kernel does not have is told in *ret and is no error. */
void confine(const char *const *paths, uint32_t count, struct confinement *ret);
