#include "collect/file_watch.h"

#include "base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { WATCH_BUCKETS = 1024, WATCH_READ_BYTES = 32 * 1024 };

struct watched {
    struct watched *next;
    int wd;
    void *file; /* NULL: a folder */
    uint32_t round;
};

struct file_watch {
    struct file_watch_calls calls;
    struct loop_fd *ready;
    int fd;
    uint32_t round;
    struct watched *buckets[WATCH_BUCKETS];
};

static struct watched **bucket_of(struct file_watch *w, int wd)
{
    return &w->buckets[(uint32_t)wd % WATCH_BUCKETS];
}

static struct watched *find(struct file_watch *w, int wd)
{
    struct watched *x = *bucket_of(w, wd);

    while (x && x->wd != wd)
        x = x->next;
    return x;
}

static void drop(struct file_watch *w, int wd)
{
    for (struct watched **at = bucket_of(w, wd); *at; at = &(*at)->next)
        if ((*at)->wd == wd) {
            struct watched *x = *at;
            *at = x->next;
            free(x);
            return;
        }
}

static void tell(struct file_watch *w, const struct inotify_event *ev)
{
    if (ev->mask & IN_Q_OVERFLOW) {
        w->calls.renamed(w->calls.ctx);
        return;
    }
    const struct watched *x = find(w, ev->wd);
    if (!x)
        return;
    if (x->file)
        w->calls.written(w->calls.ctx, x->file);
    if (!x->file || (ev->mask & (IN_MOVE_SELF | IN_ATTRIB)))
        w->calls.renamed(w->calls.ctx);
    if (ev->mask & IN_IGNORED) /* the kernel has taken it out: its number may come again */
        drop(w, ev->wd);
}

static void watch_ready(void *ctx, uint32_t events)
{
    struct file_watch *w = ctx;
    char bytes[WATCH_READ_BYTES] __attribute__((aligned(__alignof__(struct inotify_event))));
    const ssize_t n = read(w->fd, bytes, sizeof bytes);

    (void)events;
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *ev = (const void *)(bytes + at);
        tell(w, ev);
        at += (ssize_t)(sizeof *ev + ev->len);
    }
}

struct file_watch *file_watch_new(struct loop *l, const struct file_watch_calls *c)
{
    struct file_watch *w = mem_alloc(sizeof *w);
    struct err e = {0};

    w->calls = *c;
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->fd != -1)
        w->ready = loop_add(l, w->fd, EPOLLIN, watch_ready, w, &e);
    if (w->ready)
        return w;
    if (w->fd != -1)
        close(w->fd);
    free(w);
    return NULL;
}

void file_watch_free(struct file_watch *w)
{
    if (!w)
        return;
    loop_remove(w->ready);
    for (size_t i = 0; i < WATCH_BUCKETS; i++)
        while (w->buckets[i]) {
            struct watched *x = w->buckets[i];
            w->buckets[i] = x->next;
            free(x);
        }
    close(w->fd);
    free(w);
}

static struct watched *note(struct file_watch *w, int wd, void *file)
{
    struct watched *x = find(w, wd);

    if (!x) {
        x = mem_alloc(sizeof *x);
        x->wd = wd;
        x->next = *bucket_of(w, wd);
        *bucket_of(w, wd) = x;
    }
    x->file = file;
    x->round = w->round;
    return x;
}

int file_watch_file(struct file_watch *w, int fd, void *file)
{
    char path[64]; /* by the descriptor: the name may be another file's by now */

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const int wd = w ? inotify_add_watch(w->fd, path, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB) : -1;
    if (wd != -1)
        note(w, wd, file);
    return wd;
}

void file_watch_remove(struct file_watch *w, int watch)
{
    if (!w || watch == -1)
        return;
    drop(w, watch);
    inotify_rm_watch(w->fd, watch);
}

void file_watch_begin(struct file_watch *w)
{
    if (w)
        w->round++;
}

bool file_watch_folder(struct file_watch *w, const char *path)
{
    const uint32_t what = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF |
                          IN_MOVE_SELF | IN_ONLYDIR;
    const int wd = w ? inotify_add_watch(w->fd, path, what) : -1;

    if (wd != -1)
        note(w, wd, NULL);
    return wd != -1;
}

void file_watch_end(struct file_watch *w)
{
    for (size_t i = 0; w && i < WATCH_BUCKETS; i++)
        for (struct watched **at = &w->buckets[i]; *at;) {
            struct watched *x = *at;
            if (x->file || x->round == w->round) {
                at = &x->next;
                continue;
            }
            *at = x->next;
            inotify_rm_watch(w->fd, x->wd);
            free(x);
        }
}
