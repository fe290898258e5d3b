/*
 * evidence.h - a path that the user names: a file, a folder with all below it,
 * or "-" for standard input. No symbolic link, device, socket or FIFO is
 * followed or opened, nor anything that is one by the time it is opened; the
 * path that the user names may itself be a link.
 */
#pragma once

#include "intake/reader.h"

enum { FOLDER_DEPTH_MAX = 64, FOLDER_ENTRIES_MAX = 4000000, EVIDENCE_PATH_MAX = 32768 };

struct evidence_options {
    struct io *io;
    struct reader_options reader;
    bool with_hash;
    void *ctx;
    /* A file was read to its end, or as far as it could be. sha256 is empty unless all was read. */
    void (*file_begin)(void *ctx, str path);
    void (*file_end)(void *ctx, uint64_t bytes, const char *sha256);
};

/* False only when `path` itself cannot be opened. Entries of folders come in byte order of names.
 */
bool evidence_read(const struct evidence_options *o, const struct batch_port *port,
                   const char *path, struct err *e) MUST_USE;
