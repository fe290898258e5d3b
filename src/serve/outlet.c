#include "serve/outlet.h"

#include "base/mem.h"
#include "base/ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

/* Somebody who follows: what the socket did not take yet. */
struct follower {
    int fd;
    struct buf waiting;
    uint64_t lost; /* lines, since it was last told */
};

struct outlet {
    struct outlet_options options;
    struct ring *queue;
    pthread_t thread;
    struct buf text; /* the lines of one result */
    bool failing;

    pthread_mutex_t lock; /* guards the followers */
    struct follower followers[OUTLET_FOLLOWERS_MAX];
    _Atomic uint32_t follower_count; /* looked at without the lock too */
    _Atomic uint32_t under_way;      /* results that were put and not passed on yet */
};

static void lines_of(const struct match_result *r, struct buf *out)
{
    buf_clear(out);
    for (uint32_t i = 0; i < r->count; i++) {
        buf_add(out, r->findings[i].json);
        buf_char(out, '\n');
    }
}

static void write_lines(struct outlet *o)
{
    if (o->options.fd == -1)
        return;
    bool written = io_write_all(o->options.io, IO_findings_write, o->options.fd, buf_str(&o->text));
    if (!written && !o->failing)
        o->options.failed(o->options.ctx, strerror(errno));
    o->failing = !written;
}

/* ------------------------------------------------------------ followers */

/* Sends what it takes now. False: it is gone. */
static bool send_waiting(struct follower *f)
{
    while (f->waiting.n) {
        ssize_t n = send(f->fd, f->waiting.p, f->waiting.n, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        memmove(f->waiting.p, f->waiting.p + n, f->waiting.n - (size_t)n);
        f->waiting.n -= (size_t)n;
    }
    return true;
}

static void feed_follower(struct follower *f, str lines, uint32_t count)
{
    if (count == 0)
        return;
    if (f->waiting.n + lines.n > OUTLET_FOLLOWER_BYTES) {
        f->lost += count;
        return;
    }
    if (f->lost)
        buf_printf(&f->waiting, "{\"lost\":%llu}\n", (unsigned long long)f->lost);
    f->lost = 0;
    buf_add(&f->waiting, lines);
}

static void forget(struct outlet *o, uint32_t i)
{
    close(o->followers[i].fd);
    buf_done(&o->followers[i].waiting);
    o->followers[i] = o->followers[--o->follower_count];
}

/* Has its peer closed? A follower sends nothing. */
static bool is_gone(const struct follower *f)
{
    char byte;

    return recv(f->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void feed_followers(struct outlet *o, uint32_t count)
{
    pthread_mutex_lock(&o->lock);
    for (uint32_t i = 0; i < o->follower_count; i++) {
        struct follower *f = &o->followers[i];
        feed_follower(f, buf_str(&o->text), count);
        if (!send_waiting(f))
            forget(o, i--);
    }
    pthread_mutex_unlock(&o->lock);
}

bool outlet_follow(struct outlet *o, int fd)
{
    pthread_mutex_lock(&o->lock);
    for (uint32_t i = 0; i < o->follower_count; i++)
        if (is_gone(&o->followers[i]))
            forget(o, i--);
    const bool room = o->follower_count < OUTLET_FOLLOWERS_MAX;
    if (room)
        o->followers[o->follower_count++] =
            (struct follower){.fd = fd, .waiting = buf_make(2 * (size_t)OUTLET_FOLLOWER_BYTES)};
    pthread_mutex_unlock(&o->lock);
    return room;
}

/* ------------------------------------------------------------ the thread */

static void *run(void *arg)
{
    struct outlet *o = arg;
    struct match_result *r;

    while ((r = ring_take(o->queue))) {
        lines_of(r, &o->text);
        if (r->count)
            write_lines(o);
        feed_followers(o, r->count); /* who was slow may take more by now */
        o->options.passed(o->options.ctx, r);
        atomic_fetch_sub_explicit(&o->under_way, 1, memory_order_release);
    }
    return NULL;
}

static void free_outlet(struct outlet *o)
{
    for (uint32_t i = 0; i < o->follower_count; i++) {
        close(o->followers[i].fd);
        buf_done(&o->followers[i].waiting);
    }
    ring_free(o->queue);
    buf_done(&o->text);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

struct outlet *outlet_start(const struct outlet_options *options, struct err *e)
{
    struct outlet *o = mem_alloc(sizeof *o);

    o->options = *options;
    o->queue = ring_new(OUTLET_QUEUE);
    o->text = buf_make(BUF_MAX_OUTPUT);
    pthread_mutex_init(&o->lock, NULL);
    int failed = pthread_create(&o->thread, NULL, run, o);
    if (failed == 0)
        return o;
    free_outlet(o);
    err_set(e, ERR_IO, "cannot start the thread that writes findings: %s", strerror(failed));
    return NULL;
}

void outlet_stop(struct outlet *o)
{
    if (!o)
        return;
    ring_close(o->queue);
    pthread_join(o->thread, NULL);
    free_outlet(o);
}

/* Most results say only how far matching is: the thread is not woken for those when there is
 * nothing before them and nobody follows. An inlet's results are put by one thread, so that what it
 * put before has been passed on when none is under way. */
void outlet_put(struct outlet *o, struct match_result *r)
{
    if (r->count == 0 && atomic_load_explicit(&o->under_way, memory_order_acquire) == 0 &&
        atomic_load_explicit(&o->follower_count, memory_order_relaxed) == 0) {
        o->options.passed(o->options.ctx, r);
        return;
    }
    atomic_fetch_add_explicit(&o->under_way, 1, memory_order_relaxed);
    ring_put(o->queue, r);
}
