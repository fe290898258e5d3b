/*
 * path_glob.h - which files a list of patterns names: '*', '?' and '[...]' within a name, and a
 * component '**' for any number of folders, none included.
 *
 * Symbolic links are followed where a pattern names them (Kubernetes needs that),
 * but '**' goes into real folders only, so that no walk has a circle. Hidden
 * names match only a pattern that begins with a dot.
 */
#pragma once

#include "base/io.h"

enum {
    GLOB_DEPTH_MAX = 64,      /* components of a pattern, and folders below one another */
    GLOB_PATHS_MAX = 65536,   /* of one walk; what is beyond is left out and counted */
    GLOB_FOLDERS_MAX = 16384, /* that one walk reads */
};

struct path_glob_walk {
    struct io *io;
    void *ctx;
    void (*path)(void *ctx, const char *path);    /* a path that matches and exists */
    void (*folder)(void *ctx, const char *path);  /* a folder that was looked into */
    void (*trouble)(void *ctx, const char *path); /* it is there, and cannot be looked into */
};

bool path_glob_check(str pattern, struct err *e) MUST_USE;
/* False: a limit was reached, some paths are missing. */
bool path_glob_each(const struct path_glob_walk *w, str pattern) MUST_USE;
/* Does the pattern match a path, or its last name when the pattern has no '/'? */
bool path_glob_match(str pattern, str path);
