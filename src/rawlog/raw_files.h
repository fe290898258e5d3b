/*
 * raw_files.h - the files of one source's raw log: DAY/NUMBER.rlog, in the order of
 * the numbers, which are those of their first records.
 */
#pragma once

#include "base/io.h"

enum { RAW_DAY_DIGITS = 8, RAW_NAME_MAX = 32, RAW_FILES_MAX = 1000000 };

struct raw_file {
    uint64_t first; /* number of its first record, by its name */
    uint64_t bytes;
    char day[RAW_DAY_DIGITS + 1]; /* "20261124" */
};

struct raw_files {
    struct raw_file *items; /* owned; ascending by first, then day */
    uint32_t count, capacity;
};

/* What is in the source's folder. Names of other forms are left alone. */
bool raw_files_list(struct io *io, int folder, struct raw_files *ret, struct err *e) MUST_USE;
void raw_files_done(struct raw_files *f);
/* "20261124/00000000000004d2.rlog"; returns ret. */
const char *raw_file_path(const struct raw_file *f, char ret[RAW_NAME_MAX]);
#define RAW_SUFFIX ".rlog"
/* A file without one whole frame is set aside under this name: not read, deleted with its day. */
#define RAW_ASIDE_SUFFIX ".damaged"
bool raw_source_name_is_valid(str name);
/* Tells `each` the sources that have a folder in a raw log, in no order. */
bool raw_sources_each(struct io *io, const char *folder, void *ctx,
                      void (*each)(void *ctx, str name), struct err *e) MUST_USE;
