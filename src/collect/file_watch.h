/*
 * file_watch.h - inotify: which of the open files was written to, and whether a
 * folder has other names in it than before. What the kernel does not tell (network and overlay file
 * systems, a full queue, no more watches) the source's own rescan finds.
 */
#pragma once

#include "net/loop.h"

struct file_watch;

struct file_watch_calls {
    void *ctx;
    void (*written)(void *ctx, void *file);
    void (*renamed)(void *ctx); /* in a folder; or the kernel lost count: look at everything */
};

/* NULL: there is no inotify to be had; the source must look for itself. */
struct file_watch *file_watch_new(struct loop *l, const struct file_watch_calls *c) MUST_USE;
void file_watch_free(struct file_watch *w); /* NULL is a no-op */

/* A descriptor's file. -1: it cannot be watched. */
int file_watch_file(struct file_watch *w, int fd, void *file);
void file_watch_remove(struct file_watch *w, int watch); /* of a file; -1 is a no-op */
/* Folders that are not named between two begins are watched no more. */
void file_watch_begin(struct file_watch *w);
bool file_watch_folder(struct file_watch *w, const char *path); /* false: it cannot be watched */
void file_watch_end(struct file_watch *w);
