/* tail_set.h - the files that a source knows, open or not, there or gone, by device and inode. */
#pragma once

#include "collect/tail_file.h"

enum {
    TAIL_FILES_MAX = 32768, /* of a source; as many checkpoints as the raw log keeps, halved */
    TAIL_SET_BUCKETS = 4096,
};

struct tail_set {
    struct tail_file **files; /* owned */
    uint32_t count, capacity;
    struct tail_file *buckets[TAIL_SET_BUCKETS];
};

void tail_set_done(struct tail_set *s);
void tail_set_add(struct tail_set *s, struct tail_file *f); /* takes it over */
void tail_set_remove_at(struct tail_set *s, uint32_t i);    /* and frees it */
/* The file that the inode is now, if it is known; NULL. */
struct tail_file *tail_set_find(const struct tail_set *s, uint64_t dev, uint64_t ino);
/* For a file whose device has another number since the last start: same inode, birth and path. */
struct tail_file *tail_set_find_renumbered(const struct tail_set *s, const struct file_identity *id,
                                           const char *path);
/* After f->id.dev was changed from old_dev. */
void tail_set_rekey(struct tail_set *s, struct tail_file *f, uint64_t old_dev);
/* That no file of that inode had yet. */
uint32_t tail_set_generation(const struct tail_set *s, uint64_t dev, uint64_t ino);
