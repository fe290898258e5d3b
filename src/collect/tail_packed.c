/*
 * tail_packed.c - rotated files that were compressed.
 *
 * What is inside is known by the hash of its first bytes: a file whose bytes they
 * are was read up to some place, and only what stands behind it is still to be read. As
 * long as that file is there, it is the one that is read, and the compressed one waits. One that
 * nobody knows is read whole, once, when it has stopped growing.
 */
#include "base/crc32.h"
#include "collect/file_tail.h"
#include "collect/packed_file.h"

enum { SKIP_CHUNKS = 16 }; /* of a turn: 1 MiB that was read before */

bool tail_is_packed_file(struct file_tail *t, struct tail_file *f)
{
    char head[FILE_HEAD_BYTES];
    const ssize_t n = io_pread(t->c.io, IO_tail_read, f->fd, head, sizeof head, 0);

    if (n <= 0 || !packed_file_sniff((str){head, (size_t)n}))
        return false;
    f->id.kind = FILE_PACKED;
    f->id.head_n = (uint32_t)n;
    file_head_hash((str){head, (size_t)n}, f->id.head);
    return true;
}

/* ------------------------------------------------------------ what is inside */

static bool is_known(const struct tail_file *g, str head)
{
    uint8_t hash[FILE_HEAD_HASH];

    if (tail_file_is_packed(g) || g->id.head_n == 0 || head.n < g->id.start + g->id.head_n)
        return false;
    file_head_hash((str){head.p + g->id.start, g->id.head_n}, hash);
    return memcmp(hash, g->id.head, sizeof hash) == 0;
}

/* x.log.1 of x.log.1.gz */
static bool is_name_without_suffix(str name, str packed)
{
    return packed.n > name.n && packed.p[name.n] == '.' && str_starts(packed, name) &&
           !memchr(packed.p + name.n + 1, '.', packed.n - name.n - 1);
}

/* The file that was compressed, by its bytes; of several the one whose name says so. */
static struct tail_file *find_original(const struct file_tail *t, const struct tail_file *f,
                                       str head)
{
    struct tail_file *best = NULL;

    for (uint32_t i = 0; i < t->set.count; i++) {
        struct tail_file *g = t->set.files[i];
        if (g == f || !file_name_is_related(g->path, str_from(f->place)) || !is_known(g, head))
            continue;
        if (is_name_without_suffix(str_from(g->place), str_from(f->place)))
            return g;
        if (!best || g->id.offset > best->id.offset)
            best = g;
    }
    return best;
}

static bool has_grown(const struct file_tail *t, const struct tail_file *f)
{
    return inlet_steady_ns(t->c.inlet) - f->moved_ns < t->rotate_wait_ns;
}

static void broken(struct file_tail *t, struct tail_file *f)
{
    if (!f->broken)
        inlet_fault(t->c.inlet, FAULT_unreadable, 1, f->path);
    f->broken = true; /* until it changes */
    f->decided = f->id.offset > 0;
    f->original = (struct file_identity){0};
    tail_close_file(t, f);
}

/* Is the file that was compressed still read from where it is? */
static bool is_read_itself(const struct tail_file *g)
{
    return g->id.kind != FILE_ENDED && (!g->gone || g->fd != -1 || g->ready);
}

bool tail_decide_packed(struct file_tail *t, struct tail_file *f)
{
    str head;

    f->waits = !f->from_end && has_grown(t, f);
    if (f->from_end) {
        f->id.kind = FILE_PACKED_OVER;
        f->unsaved = f->decided = true;
    }
    if (f->waits || f->from_end) {
        tail_close_file(t, f);
        return false;
    }
    f->packed = packed_file_new(t->c.io, f->fd);
    if (!f->packed || !packed_file_peek(f->packed, &head)) {
        broken(t, f);
        return false;
    }
    const struct tail_file *g = find_original(t, f, head);
    f->waits = g && is_read_itself(g);
    if (f->waits) {
        tail_close_file(t, f);
        return false;
    }
    f->decided = true;
    if (g) {
        f->original = g->id;
        record_stream_rewind(&f->stream, g->id.offset);
    }
    return true;
}

/* ------------------------------------------------------------ turns */

/* Behind what was read of the original: were the last bytes the same? Its checkpoint goes when this
 * one's comes. */
static void arrive(struct file_tail *t, struct tail_file *f)
{
    const struct file_identity was = f->original;
    const struct packed_file *p = f->packed;

    f->original = (struct file_identity){0};
    if (p->at != was.offset || p->last_n < was.tail_n ||
        crc32_of(0, (str){p->last + p->last_n - was.tail_n, was.tail_n}) != was.tail) {
        packed_file_free(f->packed); /* only alike at the beginning: it is read whole */
        f->packed = NULL;
        f->id.offset = 0;
        record_stream_rewind(&f->stream, 0);
        return;
    }
    f->id.offset = was.offset;
    if (!tail_file_save(f))
        return; /* and again when the inlet has room; the original's is forgotten in its time */
    for (uint32_t i = 0; i < t->set.count; i++) {
        struct tail_file *g = t->set.files[i];
        if (g->id.dev == was.dev && g->id.ino == was.ino && g->id.generation == was.generation &&
            !g->ready && tail_file_forget(g)) {
            tail_set_remove_at(&t->set, i);
            return;
        }
    }
}

static enum tail_turn finish(struct tail_file *f)
{
    if (!record_stream_end(&f->stream))
        return TAIL_BLOCKED;
    f->id.offset = f->stream.offset;
    f->id.kind = FILE_PACKED_OVER;
    f->unsaved = true;
    return TAIL_IDLE;
}

enum tail_turn tail_packed_turn(struct file_tail *t, struct tail_file *f)
{
    const uint64_t next = record_stream_next(&f->stream);
    str bytes = {0};
    bool there = false;

    if (!f->packed)
        f->packed = packed_file_new(t->c.io, f->fd);
    for (uint32_t i = 0; i < SKIP_CHUNKS && f->packed && !there; i++) {
        if (!packed_file_peek(f->packed, &bytes)) {
            broken(t, f);
            return TAIL_IDLE;
        }
        there = bytes.n == 0 || f->packed->at >= next;
        if (!there) {
            const uint64_t left = next - f->packed->at;
            packed_file_take(f->packed, left < bytes.n ? (size_t)left : bytes.n);
        }
    }
    if (!f->packed) {
        broken(t, f);
        return TAIL_IDLE;
    }
    if (!there)
        return TAIL_MORE;
    if (f->original.ino) {
        arrive(t, f);
        return TAIL_MORE;
    }
    if (bytes.n == 0)
        return finish(f);
    str rest = bytes;
    const bool taken = record_stream_feed(&f->stream, &rest);
    packed_file_take(f->packed, bytes.n - rest.n);
    return taken ? TAIL_MORE : TAIL_BLOCKED;
}
