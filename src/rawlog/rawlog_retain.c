/*
 * rawlog_retain.c - what goes when there is too much: whole days, the oldest first,
 * never the day that is written to. See rawlog.h.
 */
#include "rawlog/raw_source.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

enum { CLOCK_STEP_MAX_S = 3600 }; /* beyond it the time of day is in doubt */
#define NS_A_SECOND INT64_C(1000000000)
#define NS_A_DAY (86400 * NS_A_SECOND)

/* A day of a source: a run of its files. */
struct raw_day {
    struct raw_source *source;
    char day[RAW_DAY_DIGITS + 1];
    uint64_t bytes, end; /* end: the first number behind it */
};

static bool clock_is_plausible(struct rawlog *l)
{
    const struct clock *clock = l->options.clock;
    const int64_t step = clock_now_ns(clock) - clock_steady_ns(clock) - l->clock_base_ns;
    const bool doubted =
        step > CLOCK_STEP_MAX_S * NS_A_SECOND || step < -(CLOCK_STEP_MAX_S * NS_A_SECOND);

    if (doubted && !l->clock_doubted)
        rawlog_say(l, (str){0}, "the time of day was set by %lld s: nothing is deleted for its age",
                   (long long)(step / NS_A_SECOND));
    l->clock_doubted = doubted;
    return !doubted;
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

static bool delete_day(const struct raw_day *d, const char *why)
{
    struct raw_source *s = d->source;
    struct io *io = s->log->options.io;
    struct raw_files files;
    struct err ignored = {0};
    bool ok = true;

    if (!raw_files_list(io, s->folder, &files, &ignored))
        return false;
    for (uint32_t i = 0; i < files.count && ok; i++) {
        char path[RAW_NAME_MAX];
        if (memcmp(files.items[i].day, d->day, RAW_DAY_DIGITS) == 0)
            ok = io_unlinkat(io, IO_rawlog_remove, s->folder,
                             raw_file_path(&files.items[i], path)) == 0;
    }
    raw_files_done(&files);
    if (ok)
        ok = io_rmdirat(io, IO_rawlog_remove, s->folder, d->day) == 0;
    if (!ok) {
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
