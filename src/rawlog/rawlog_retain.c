/*
 * rawlog_retain.c - what goes when there is too much: whole days, the oldest first,
 * never the day that is written to. See rawlog.h.
 */
#include "rawlog/raw_source.h"

#include "text/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { CLOCK_STEP_MAX_S = 600 }; /* beyond it the time of day is in doubt */
#define NS_A_DAY (86400 * NS_PER_S)

/* A day of a source: a run of its files. */
struct raw_day {
    struct raw_source *source;
    char day[RAW_DAY_DIGITS + 1];
    uint64_t bytes, end; /* end: the first number behind it */
};

/* Has the time of day stepped against the steady time? It is believed again after a day without
 * another step: somebody set it right, or the machine slept. Small steps are followed. */
static bool clock_is_plausible(struct rawlog *l)
{
    const struct clock *clock = l->options.clock;
    const int64_t steady = clock_steady_ns(clock), base = clock_now_ns(clock) - steady;
    const int64_t step = base - l->clock_base_ns, since = base - l->doubted_base_ns;
    const int64_t most = CLOCK_STEP_MAX_S * NS_PER_S;
    const bool stepped = step > most || step < -most;

    if (stepped && (!l->clock_doubted || since > most || since < -most)) {
        rawlog_say(l, (str){0},
                   "the time of day was set by %lld s: nothing is deleted for its age for a day",
                   (long long)(step / NS_PER_S));
        l->doubted_base_ns = base;
        l->doubted_ns = steady;
    }
    l->clock_doubted = stepped && steady - l->doubted_ns < NS_A_DAY;
    if (!l->clock_doubted)
        l->clock_base_ns = base;
    return !l->clock_doubted;
}

/* The oldest day of the source, unless it is the one that is written to. */
static bool oldest_day(struct raw_source *s, struct raw_day *ret)
{
    struct raw_files files;
    struct err ignored = {0};
    bool found = false;

    if (!raw_files_list(s->log->options.io, s->folder, &files, &ignored))
        return false; /* the disk fails: nothing is deleted now */
    *ret = (struct raw_day){.source = s};
    for (uint32_t i = 0; i < files.count; i++) {
        const struct raw_file *f = &files.items[i];
        if (i == 0)
            memcpy(ret->day, f->day, sizeof ret->day);
        if (memcmp(f->day, ret->day, RAW_DAY_DIGITS) != 0) {
            ret->end = f->first;
            found = true;
            break;
        }
        ret->bytes += f->bytes;
    }
    raw_files_done(&files);
    return found && (s->fd == -1 || memcmp(ret->day, s->file.day, RAW_DAY_DIGITS) != 0);
}

/* All of ours in a day's folder, the folder too. A file of somebody else keeps it. */
static bool remove_day(struct io *io, int folder, const char *day)
{
    int fd = io_openat(io, IO_rawlog_folder, folder, day, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    DIR *dir = fd == -1 ? NULL : io_fdopendir(io, IO_rawlog_list, fd);
    struct dirent *entry;
    bool ok = dir != NULL;

    while (ok && (entry = io_readdir(io, IO_rawlog_list, dir))) {
        const str name = str_from(entry->d_name);
        if (str_ends(name, S(RAW_SUFFIX)) || str_ends(name, S(RAW_SUFFIX RAW_ASIDE_SUFFIX)))
            ok = io_unlinkat(io, IO_rawlog_remove, fd, entry->d_name) == 0;
    }
    if (dir)
        closedir(dir);
    else if (fd != -1)
        close(fd);
    return ok && io_rmdirat(io, IO_rawlog_remove, folder, day) == 0;
}

static bool delete_day(const struct raw_day *d, const char *why)
{
    struct raw_source *s = d->source;

    if (!remove_day(s->log->options.io, s->folder, d->day)) {
        rawlog_say(s->log, str_from(s->name), "cannot delete day %s of the raw log: %s", d->day,
                   strerror(errno));
        return false;
    }
    atomic_fetch_sub(&s->disk_bytes, d->bytes);
    atomic_store(&s->oldest, d->end);
    rawlog_say(s->log, str_from(s->name), "day %s of the raw log is deleted (%llu bytes): %s",
               d->day, (unsigned long long)d->bytes, why);
    return true;
}

/* The oldest day of all sources. */
static bool find_oldest(const struct rawlog *l, struct raw_day *ret)
{
    bool found = false;

    for (struct raw_source *s = rawlog_sources(l); s; s = s->next) {
        struct raw_day d;
        if (!oldest_day(s, &d) || (found && memcmp(d.day, ret->day, RAW_DAY_DIGITS) >= 0))
            continue;
        *ret = d;
        found = true;
    }
    return found;
}

static uint64_t disk_bytes(const struct rawlog *l)
{
    uint64_t sum = 0;

    for (const struct raw_source *s = rawlog_sources(l); s; s = s->next)
        sum += raw_disk_bytes(s);
    return sum;
}

/* Bytes of the disk that are free for us; UINT64_MAX when it does not say. */
static uint64_t free_bytes(const struct rawlog *l)
{
    struct statvfs st;

    return fstatvfs(l->folder, &st) == -1 ? UINT64_MAX : (uint64_t)st.f_bavail * st.f_frsize;
}

/* Why the oldest day has to go; NULL: it may stay. */
static const char *reason(struct rawlog *l, const struct raw_day *d)
{
    const struct rawlog_options *o = &l->options;
    char limit[RAW_DAY_DIGITS + 1];

    if (o->quota_bytes && disk_bytes(l) > o->quota_bytes)
        return "the raw log is beyond its quota";
    if (o->free_bytes_min && free_bytes(l) < o->free_bytes_min)
        return "the disk has too little room";
    if (!o->retention_days || !clock_is_plausible(l))
        return NULL;
    raw_day_of(clock_now_ns(o->clock) - o->retention_days * NS_A_DAY, limit);
    return memcmp(d->day, limit, RAW_DAY_DIGITS) < 0 ? "it is older than what is to be kept" : NULL;
}

void rawlog_retain(struct rawlog *l)
{
    struct raw_day d;
    const char *why;

    while (find_oldest(l, &d) && (why = reason(l, &d)))
        if (!delete_day(&d, why))
            return;
}
