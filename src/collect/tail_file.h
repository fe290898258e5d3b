/*
 * tail_file.h - one followed file: opened, verified, read a piece a turn, and its
 * records and checkpoints put into the inlet.
 *
 * A piece is read first and verified then: is the file still as long as what was
 * read of it, and has it the same first bytes? So that nothing is handed over that was
 * read from a file which had been replaced in between.
 */
#pragma once

#include "collect/file_identity.h"
#include "collect/record_stream.h"

enum { TAIL_TURN_BYTES = 64 * 1024 };

struct packed_file;

struct tail_reader { /* what the files of a source share */
    struct io *io;
    struct inlet *inlet;
    struct stream_rule rule;
    const struct tail_file *owner; /* of what is in bytes */
    uint64_t from, to;             /* the part of its file that bytes has */
    char bytes[FILE_TAIL_BYTES + TAIL_TURN_BYTES];
};

enum tail_turn {
    TAIL_MORE,       /* there is more to read */
    TAIL_IDLE,       /* it was read to its end */
    TAIL_BLOCKED,    /* the inlet is full */
    TAIL_REPLACED,   /* it is another file now, or was cut and written anew */
    TAIL_LOST,       /* it is no more where it was */
    TAIL_UNREADABLE, /* errno says why */
};

struct tail_file {
    struct tail_reader *reader;
    struct file_identity id; /* as of the last record handed over */
    str path;                /* owned: what it was called first, which its records are of */
    char *place;             /* owned: what it is called now */
    struct origin origin;
    struct record_stream stream; /* while it is open */
    int fd;                      /* -1: closed */
    struct packed_file *packed;  /* of a compressed file that is open */
    char *head;                  /* owned, while it is open: its first bytes */
    uint32_t head_n;
    struct buf value; /* of its checkpoint */
    bool saved;       /* a checkpoint of it may be on disk */
    bool unsaved;     /* and is older than what is here */

    /* The source's affairs. */
    struct tail_file *next_same; /* in the set: of the same hash */
    struct tail_file *next_ready;
    uint64_t size;         /* as last seen */
    uint64_t settled_size; /* since moved_ns */
    int64_t changed_ns;    /* mtime as last seen */
    uint32_t seen;         /* the number of the scan that found it */
    int watch;             /* or -1 */
    bool ready;            /* is in the queue */
    bool decided;          /* not a copy of a file that is known, or known as which */
    bool waits;            /* until it is decided */
    bool broken;           /* a compressed file that cannot be unpacked as it is */
    struct file_identity
        original;     /* of a compressed file: what it was, to be verified; ino 0: none */
    bool fresh;       /* the scan under way has found it */
    bool gone;        /* no path leads to it */
    bool from_end;    /* begins at its last line when it is opened */
    bool unreadable;  /* that was counted */
    int64_t moved_ns; /* steady: when bytes last came, or it went from its place */
};

/* Takes over nothing; `id` and the path are copied. */
struct tail_file *tail_file_new(struct tail_reader *r, const struct file_identity *id, str path,
                                const char *place) MUST_USE;
void tail_file_free(struct tail_file *f); /* NULL is a no-op */

/* TAIL_MORE: it is open and is the file that it was. */
enum tail_turn tail_file_open(struct tail_file *f);
void tail_file_close(struct tail_file *f); /* what was read and is no record is read again */
/* Reads on, at most TAIL_TURN_BYTES. It is open. */
enum tail_turn tail_file_turn(struct tail_file *f);

/* Notes where it is, in the inlet. False: the inlet is full; `unsaved` is set until it is not. */
bool tail_file_save(struct tail_file *f);
bool tail_file_forget(struct tail_file *f); /* takes its checkpoint out; false: not now */
/* Begins at its last line, of a file that is open and of which nothing was read. */
void tail_file_to_end(struct tail_file *f);
/* It is the file that `other` was, or a copy of it: goes on where that one ended. */
void tail_file_succeed(struct tail_file *f, const struct tail_file *other);
void tail_file_move(struct tail_file *f, const char *place);

static inline bool tail_file_is_packed(const struct tail_file *f)
{
    return f->id.kind == FILE_PACKED || f->id.kind == FILE_PACKED_OVER;
}

static inline bool tail_file_has_moved(const struct tail_file *f)
{
    return f->gone || !str_eq(f->path, str_from(f->place));
}
