/*
 * sqlite_vfs.h - SQLite's files through base/io, so that each of its opens, reads, writes,
 * syncs, truncations and deletions can be made to fail (https://www.sqlite.org/vfs.html).
 */
#pragma once

#include "base/io.h"

struct sqlite_vfs;

/* Registers with SQLite; `io` outlives it. NULL when SQLite has no "unix" VFS. */
struct sqlite_vfs *sqlite_vfs_new(struct io *io) MUST_USE;
void sqlite_vfs_free(struct sqlite_vfs *v); /* its databases are closed; NULL is a no-op */
const char *sqlite_vfs_name(const struct sqlite_vfs *v); /* for sqlite3_open_v2() */
