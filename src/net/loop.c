/*
 * loop.c - see loop.h. What is removed while a step is under way is kept until its
 * end, so that events of it that the kernel has given already find it, dead.
 */
#include "net/loop.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct loop_fd {
    struct loop *loop;
    struct loop_fd *next_dead;
    int fd;
    uint32_t events;
    bool dead;
    void (*ready)(void *ctx, uint32_t events);
    void *ctx;
};

struct loop_timer {
    struct loop *loop;
    struct loop_timer *next;
    int64_t every_ns, due_ns;
    bool dead;
    void (*due)(void *ctx);
    void *ctx;
};

struct loop {
    const struct clock *clock;
    int epoll, wake;
    int64_t now_ns;
    struct loop_timer *timers; /* a handful: a list is short enough */
    struct loop_fd *dead;
};

struct loop *loop_new(const struct clock *clock, struct err *e)
{
    struct loop *l = mem_alloc(sizeof *l);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL};

    l->clock = clock;
    l->now_ns = clock_steady_ns(clock);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->epoll != -1 && l->wake != -1 && epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->wake, &ev) == 0)
        return l;
    err_set(e, ERR_IO, "cannot wait for descriptors: %s", strerror(errno));
    loop_free(l);
    return NULL;
}

static void bury(struct loop *l)
{
    while (l->dead) {
        struct loop_fd *f = l->dead;
        l->dead = f->next_dead;
        free(f);
    }
    for (struct loop_timer **at = &l->timers; *at;) {
        struct loop_timer *t = *at;
        if (!t->dead) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        free(t);
    }
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    for (struct loop_timer *t = l->timers; t; t = t->next)
        t->dead = true;
    bury(l);
    if (l->epoll != -1)
        close(l->epoll);
    if (l->wake != -1)
        close(l->wake);
    free(l);
}

struct loop_fd *loop_add(struct loop *l, int fd, uint32_t events,
                         void (*ready)(void *ctx, uint32_t events), void *ctx, struct err *e)
{
    struct loop_fd *f = mem_alloc(sizeof *f);
    struct epoll_event ev = {.events = events, .data.ptr = f};

    *f = (struct loop_fd){.loop = l, .fd = fd, .events = events, .ready = ready, .ctx = ctx};
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) == 0)
        return f;
    err_set(e, ERR_IO, "cannot wait for a descriptor: %s", strerror(errno));
    free(f);
    return NULL;
}

void loop_change(struct loop_fd *f, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = f};

    if (f->events == events)
        return;
    f->events = events;
    int changed = epoll_ctl(f->loop->epoll, EPOLL_CTL_MOD, f->fd, &ev);
    assert(changed == 0); /* it is in there, and the kernel has it already */
    (void)changed;
}

void loop_remove(struct loop_fd *f)
{
    if (!f)
        return;
    assert(!f->dead);
    epoll_ctl(f->loop->epoll, EPOLL_CTL_DEL, f->fd, NULL);
    f->dead = true;
    f->next_dead = f->loop->dead;
    f->loop->dead = f;
}

struct loop_timer *loop_every(struct loop *l, int64_t every_ns, void (*due)(void *ctx), void *ctx)
{
    struct loop_timer *t = mem_alloc(sizeof *t);

    assert(every_ns > 0);
    *t = (struct loop_timer){.loop = l,
                             .next = l->timers,
                             .every_ns = every_ns,
                             .due_ns = clock_steady_ns(l->clock) + every_ns,
                             .due = due,
                             .ctx = ctx};
    l->timers = t;
    return t;
}

void loop_timer_remove(struct loop_timer *t)
{
    if (t)
        t->dead = true;
}

/* Milliseconds until the next timer, at most wait_ms. */
static int wait_for(const struct loop *l, int wait_ms)
{
    int64_t wait = wait_ms < 0 ? INT32_MAX : wait_ms;
    const int64_t now = clock_steady_ns(l->clock);

    for (const struct loop_timer *t = l->timers; t; t = t->next) {
        int64_t left = (t->due_ns - now + 999999) / 1000000;
        if (!t->dead && left < wait)
            wait = left < 0 ? 0 : left;
    }
    return wait == INT32_MAX ? -1 : (int)wait;
}

static void run_timers(struct loop *l)
{
    for (struct loop_timer *t = l->timers; t; t = t->next) {
        if (t->dead || t->due_ns > l->now_ns)
            continue;
        t->due_ns += t->every_ns;
        if (t->due_ns <= l->now_ns) /* late by more than one turn */
            t->due_ns = l->now_ns + t->every_ns;
        t->due(t->ctx);
    }
}

void loop_step(struct loop *l, int wait_ms)
{
    struct epoll_event events[LOOP_EVENTS_MAX];
    int n = epoll_wait(l->epoll, events, LOOP_EVENTS_MAX, wait_for(l, wait_ms));

    l->now_ns = clock_steady_ns(l->clock);
    for (int i = 0; i < n; i++) {
        struct loop_fd *f = events[i].data.ptr;
        uint64_t count;
        if (!f) { /* what was added to the eventfd is of no use */
            ssize_t got = read(l->wake, &count, sizeof count);
            (void)got;
        } else if (!f->dead) {
            f->ready(f->ctx, events[i].events);
        }
    }
    run_timers(l);
    bury(l);
}

int64_t loop_now_ns(const struct loop *l)
{
    return l->now_ns;
}

void loop_wake(struct loop *l)
{
    const uint64_t one = 1;
    ssize_t put = write(l->wake, &one, sizeof one); /* a full counter wakes as well */

    (void)put;
}
