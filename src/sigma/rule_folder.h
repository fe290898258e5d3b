/*
 * rule_folder.h - the rule files below a folder.
 *
 * Files end in .yml or .yaml; names that begin with a dot are skipped. Each
 * folder is read once, so that links to folders cannot make a loop.
 */
#pragma once

#include "base/arena.h"
#include "base/io.h"

enum {
    RULE_FILES_MAX = 200000,   /* files and folders below one path */
    RULE_FOLDERS_MAX = 20000,  /* folders below one path */
    RULE_PATH_BYTES_MAX = 8192 /* of one path */
};

struct rule_file {
    str path;              /* NUL-terminated */
    const struct err *why; /* this entry cannot be looked at; NULL for a file to be read */
};

/* Is a name in a folder that of a rule file, or may an entry be a folder of such? By them the
 * entries are picked that are looked at. */
bool rule_folder_takes(const struct dirent *d);
bool rule_folder_is_rule(str name);

/* The files to read, in byte order of their names, folder by folder; `path` itself when it is a
 * file. False only when `path` cannot be opened or is neither. */
bool rule_folder_list(struct io *io, const char *path, struct arena *a, struct rule_file **ret,
                      uint32_t *ret_count, struct err *e) MUST_USE;
