/*
 * tail_copy.c - whether a file that was never seen is a copy of one that is known.
 *
 * `copytruncate` copies x.log to x.log.1 and cuts x.log. The copy has what was
 * read of x.log, and also what came between the last look and the cut: it is read on
 * from where reading x.log ended, under its name. While the original has not yet
 * been cut it is not known whether it will be; the copy waits for that.
 */
#include "collect/file_tail.h"

enum copy { COPY_NONE, COPY_WAITS, COPY_OF_ENDED };

static enum file_bytes has_head_of(struct file_tail *t, const struct tail_file *f,
                                   const struct tail_file *g)
{
    struct file_identity head = g->id;

    head.tail_n = 0;
    return file_has_bytes_of(t->c.io, f->fd, &head);
}

/* The copy has begun, but has less than the head that g's identity stands for. */
static bool may_become(struct file_tail *t, const struct tail_file *f, const struct tail_file *g)
{
    char bytes[FILE_HEAD_BYTES];

    if (g->fd == -1 || f->size >= g->id.start + g->id.head_n || f->size <= g->id.start)
        return false;
    const ssize_t n = io_pread(t->c.io, IO_tail_read, f->fd, bytes, (size_t)(f->size - g->id.start),
                               (off_t)g->id.start);
    return n > 0 && (size_t)n <= g->head_n && memcmp(bytes, g->head, (size_t)n) == 0;
}

static enum copy compare(struct file_tail *t, const struct tail_file *f, const struct tail_file *g)
{
    if (g == f || g->id.head_n == 0 || tail_file_is_packed(g) ||
        !file_name_is_related(g->path, str_from(f->place)))
        return COPY_NONE;
    const bool ended = g->id.kind == FILE_ENDED || (g->gone && g->fd == -1);
    if (ended && g->ready) /* it leaves the queue first */
        return COPY_WAITS;
    const enum file_bytes bytes =
        ended ? file_has_bytes_of(t->c.io, f->fd, &g->id) : has_head_of(t, f, g);
    if (bytes == FILE_BYTES_UNREAD)
        return COPY_WAITS;
    if (ended)
        return f->size >= g->id.offset && bytes == FILE_BYTES_SAME ? COPY_OF_ENDED : COPY_NONE;
    /* Longer than the original is: that was cut already, and has not been looked at since. */
    return bytes == FILE_BYTES_SAME || may_become(t, f, g) ? COPY_WAITS : COPY_NONE;
}

/* Both checkpoints change in one block. False: the inlet is full. */
static bool succeed(struct file_tail *t, struct tail_file *f, uint32_t other)
{
    struct tail_file *g = t->set.files[other];

    if (!tail_file_save(g)) /* as it is: is there room? */
        return false;
    tail_close_file(t, f);
    tail_file_succeed(f, g);
    f->moved_ns = inlet_steady_ns(t->c.inlet);
    f->decided = true;
    const bool kept = tail_file_save(f) && tail_file_forget(g);
    if (kept)
        tail_set_remove_at(&t->set, other);
    return true;
}

/* Its size as it is now; as long as it grows the wait begins anew. */
static void look_again(struct file_tail *t, struct tail_file *f)
{
    struct stat st;

    if (io_fstat(t->c.io, IO_tail_stat, f->fd, &st) != 0)
        return;
    f->size = (uint64_t)st.st_size;
    if (f->size != f->settled_size)
        f->moved_ns = inlet_steady_ns(t->c.inlet);
    f->settled_size = f->size;
}

bool tail_decide(struct file_tail *t, struct tail_file *f)
{
    bool waits = false;

    if (f->decided)
        return true;
    look_again(t, f);
    if (f->size == 0)
        return false;
    if (tail_file_is_packed(f) || tail_is_packed_file(t, f))
        return tail_decide_packed(t, f);
    for (uint32_t i = 0; i < t->set.count; i++) {
        struct tail_file *g = t->set.files[i];
        const enum copy copy = compare(t, f, g);
        if (copy == COPY_OF_ENDED) {
            f->waits = !succeed(t, f, i);
            if (!f->waits)
                tail_queue(t, f);
            return false;
        }
        if (copy == COPY_WAITS) {
            waits = true;
            tail_queue(t, g); /* has it been cut already? */
        }
    }
    f->waits = waits && inlet_steady_ns(t->c.inlet) - f->moved_ns < TAIL_COPY_WAIT_NS;
    if (f->waits) {
        tail_close_file(t, f);
        return false;
    }
    f->decided = true;
    if (f->from_end)
        tail_file_to_end(f);
    return true;
}
