/*
 * archive.h - what is inside compressed files and collections: .gz, .zst,
 * .zip, .tar and their combinations, read as a stream by libarchive.
 */
#pragma once

#include "intake/source.h"

enum {
    ARCHIVE_DEPTH_MAX = 6,         /* layers; a .tar.gz is two */
    ARCHIVE_MEMBERS_MAX = 1000000, /* of one collection */
    ARCHIVE_NAME_MAX = 4096,       /* bytes of a member's name that are kept */
};

struct archive_reader;

bool archive_sniff(str head); /* do these first bytes (512 or more) begin one that we read? */

/* For the first bytes that archive_sniff() knew: one layer is taken off, compression or collection,
 * whatever is inside. `inner` is taken over. NULL with *e set when it cannot be opened. */
struct archive_reader *archive_reader_new(struct source *inner, struct err *e) MUST_USE;
void archive_reader_free(struct archive_reader *a); /* NULL is a no-op */

enum archive_step {
    ARCHIVE_MEMBER,
    ARCHIVE_OTHER /* not a regular file */,
    ARCHIVE_OVER,
    ARCHIVE_BROKEN
};

/*
 * Goes to the next member. Its name (valid until the next step) is empty for a
 * merely compressed file. BROKEN sets *e; nothing follows it.
 */
enum archive_step archive_next(struct archive_reader *a, str *ret_name, struct err *e);

/* Is it merely a compressed file: one member, nothing after it? Known after the first step. */
bool archive_is_single(const struct archive_reader *a);

/* The current member's bytes; lives until the next step and is freed by source_free() before it. */
struct source *archive_member(struct archive_reader *a) MUST_USE;
