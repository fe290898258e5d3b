/*
 * format_set.h - the formats of a run: those that are built in, the pattern files that ship with
 * tocsin, and those of the user (message/pattern_file.h).
 *
 * The user's files are loaded at once, and each mistake is told. Those that ship are loaded when
 * they are first needed: by a stream of text, or by name. A run over other formats does not pay for
 * them. Texts are shown to the dialects in this order: the user's, the built-in ones, those that
 * ship, and those whose grammar is anybody's.
 */
#pragma once

#include "base/io.h"
#include "formats/format.h"

enum {
    FORMAT_FILES_MAX = 512, /* of the user */
    FORMAT_FOLDER_ENTRIES_MAX = 4096,
};

/* `paths` are files, or folders whose *.yml are taken. NULL with *e set, with file, line and
 * column.
 */
struct format_set *format_set_load(struct io *io, const char *const *paths, uint32_t path_count,
                                   struct err *e) MUST_USE;
/* One holder more or fewer of a set of format_set_load(); the last one frees it. NULL is a no-op.
 */
const struct format_set *format_set_hold(const struct format_set *s);
void format_set_free(const struct format_set *s);
/* Are the user's files the same, word for word? Of sets of format_set_load(). */
bool format_set_equal(const struct format_set *a, const struct format_set *b);

/* What format_set_load() takes of a path: the files, in the order of their names. */
bool format_files(struct io *io, const char *path, struct arena *a, str **ret, uint32_t *ret_count,
                  struct err *e) MUST_USE;
