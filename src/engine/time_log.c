#include "engine/time_log.h"

#include "base/mem.h"
#include "engine/spool.h"

#include <stdlib.h>

enum { RECORDS_MAX = SPOOL_INDEX_MAX };

struct entry {
    int64_t time_ns;
    uint64_t at; /* in the spool: ascends in the order of adding */
};

struct time_log {
    struct spool *spool;
    struct entry *entries;
    uint32_t count, capacity;
    struct buf piece; /* on its way: ref and record */
    struct time_log_stats stats;
    struct err failure; /* the first */
};

struct time_log *time_log_new(struct io *io, int fd)
{
    struct time_log *l = mem_alloc(sizeof *l);

    l->spool = spool_new(io, fd, SPOOL_MEMORY_MAX);
    l->piece = buf_make(BUF_MAX_OUTPUT);
    return l;
}

void time_log_free(struct time_log *l)
{
    if (!l)
        return;
    spool_free(l->spool);
    buf_done(&l->piece);
    free(l->entries);
    free(l);
}

void time_log_add(struct time_log *l, int64_t time_ns, uint64_t ref, str record)
{
    struct err later;

    l->stats.records++;
    if (l->count == l->capacity && l->count < RECORDS_MAX) {
        l->capacity = l->capacity ? l->capacity * 2 : 1024;
        l->entries = mem_resize(l->entries, l->capacity, sizeof *l->entries);
    }
    if (l->count == RECORDS_MAX) {
        l->stats.left_out++;
        if (l->failure.code == ERR_NONE)
            err_set(&l->failure, ERR_LIMIT, "more than %d records to put in the order of time",
                    RECORDS_MAX);
        return;
    }
    struct entry *entry = &l->entries[l->count];
    entry->time_ns = time_ns;
    buf_clear(&l->piece);
    buf_add(&l->piece, (str){(const char *)&ref, sizeof ref});
    buf_add(&l->piece, record);
    if (spool_add(l->spool, buf_str(&l->piece), &entry->at,
                  l->failure.code == ERR_NONE ? &l->failure : &later))
        l->count++;
    else
        l->stats.left_out++;
}

static int by_time(const void *left, const void *right)
{
    const struct entry *l = left, *r = right;

    if (l->time_ns != r->time_ns)
        return l->time_ns < r->time_ns ? -1 : 1;
    return (l->at > r->at) - (l->at < r->at);
}

bool time_log_run(struct time_log *l, void *ctx,
                  void (*take)(void *ctx, int64_t time_ns, uint64_t ref, str record),
                  struct time_log_stats *ret, struct err *e)
{
    bool ok = true;

    if (l->count)
        qsort(l->entries, l->count, sizeof *l->entries, by_time);
    for (uint32_t i = 0; i < l->count && ok; i++) {
        uint64_t at = l->entries[i].at, ref;
        buf_clear(&l->piece);
        ok = spool_read(l->spool, &at, &l->piece, e);
        if (!ok)
            break;
        memcpy(&ref, l->piece.p, sizeof ref);
        take(ctx, l->entries[i].time_ns, ref, str_from_at(buf_str(&l->piece), sizeof ref));
    }
    *ret = l->stats;
    if (ok && l->failure.code != ERR_NONE) {
        *e = l->failure;
        return false;
    }
    return ok;
}
