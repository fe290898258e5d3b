/*
 * file_identity.h - which file it is, whatever it is called now, and how far it was read:
 * what a checkpoint of a followed file says.
 *
 * A file is its device and inode, its time of birth where the file system has
 * one, and a hash of its first bytes: as many as were there and in records, up to
 * FILE_HEAD_BYTES, so that small files have an identity too. The bytes before the
 * offset have a checksum. An inode whose bytes are others is another file:
 * the next generation.
 */
#pragma once

#include "base/buf.h"
#include "base/io.h"

enum {
    FILE_HEAD_BYTES = 1024,
    FILE_HEAD_HASH = 16, /* bytes of the SHA-256 that are kept */
    FILE_TAIL_BYTES = 32,
    FILE_PATH_MAX =
        768, /* a checkpoint is to fit where a record does; longer paths are not followed */
    FILE_KEY_BYTES = 64,
};

enum file_kind {
    FILE_PLAIN = 'p',
    FILE_PACKED = 'z',      /* compressed; the offset is in what is inside */
    FILE_PACKED_OVER = 'd', /* and was read to its end */
    FILE_ENDED = 'e',       /* its inode is another file now; a copy of it may appear */
};

struct file_identity {
    uint64_t dev, ino;
    int64_t born_ns; /* 0: not known */
    uint32_t generation;
    enum file_kind kind;
    uint64_t start; /* of its first byte: behind the zero bytes that copytruncate leaves */
    uint64_t offset;
    int64_t gone_s;          /* time of day when it was found to be gone; 0: it is there */
    uint32_t head_n, tail_n; /* bytes from `start` and before `offset` that these stand for */
    uint32_t tail;
    uint8_t head[FILE_HEAD_HASH];
};

/* "file:DEV:INO:GENERATION", in ret (FILE_KEY_BYTES); returns its length. */
size_t file_identity_key(const struct file_identity *id, char *ret);
/* The whole value of a checkpoint into out, which is emptied. */
void file_identity_write(const struct file_identity *id, str path, struct buf *out);
/* Only what changes with each record, in a value that file_identity_write() wrote. */
void file_identity_patch(const struct file_identity *id, struct buf *value);
/* False: it is no such value, and is to be ignored. `path` is a slice of it. */
bool file_identity_read(str value, struct file_identity *ret, str *ret_path) MUST_USE;

/* Device, inode and birth of an open file or (fd -1) of a path, whose symbolic links are followed.
 */
bool file_look(struct io *io, int fd, const char *path, struct file_identity *ret,
               struct stat *ret_stat) MUST_USE;
/* Same device, inode, and birth as far as both are known. */
bool file_is_same(const struct file_identity *a, const struct file_identity *b);

void file_head_hash(str head, uint8_t ret[FILE_HEAD_HASH]);
/* Has the open file the bytes that *id stands for? Reads at most FILE_HEAD_BYTES twice. */
enum file_bytes { FILE_BYTES_DIFFER, FILE_BYTES_SAME, FILE_BYTES_UNREAD /* errno says why */ };
enum file_bytes file_has_bytes_of(struct io *io, int fd, const struct file_identity *id);

/* Only root can have written to it: owned by root, not writable by group or others; and so are the
 * folders that lead to it. */
bool file_is_roots(const struct stat *st);
bool file_is_system(struct io *io, const char *path, const struct stat *st);

/* May a file of name b be what rotation made of one of name a? x.log: x.log.1, x.log-20261124.gz,
 * x-20261124.log */
bool file_name_is_related(str a, str b);
