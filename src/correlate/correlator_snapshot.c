/*
 * correlator_snapshot.c - a correlator's state to bytes and back.
 *
 * A head with a magic number, the form's version and a checksum; the caller's position; the seed of
 * the keys' hashes; and for each correlation a number for what it means, with all that it refers
 * to, and its windows. A correlation takes the windows that were saved under its number, and starts
 * anew when there are none. The form is for the machine that wrote it, as are its numbers.
 */
#include "correlate/correlator_state.h"
#include "correlate/snapshot.h"

#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "sigma/meaning.h"

#include <stdlib.h>

enum { FORM = 1 };

static const char magic[8] = "tocsinC";

struct head {
    char magic[sizeof magic];
    uint32_t form, correlations;
    uint64_t checksum, seed; /* of all, with 0 in its place; of the keys */
    uint64_t position_bytes;
};

/* In front of the windows of a correlation. */
struct part_head {
    uint64_t meaning, bytes;
};

static uint64_t checksum_of(struct head head, str rest)
{
    head.checksum = 0;
    uint64_t hash = hash64((str){(const char *)&head, sizeof head}, FORM);
    return hash_mix(hash, hash64(rest, FORM));
}

/* What each correlation means, with its members: those that are correlations are settled pass after
 * pass, as deep as they may be chained. */
static uint64_t *meanings_of(const struct correlator *c)
{
    struct intern *places CLEANUP(intern_freep) = intern_new();
    uint64_t *ret = mem_array(c->count, sizeof *ret), *own = mem_array(c->count, sizeof *own);

    for (uint32_t i = 0; i < c->count; i++) {
        const void *p = c->all[i].of;
        (void)intern_add(places, (str){(const char *)&p, sizeof p});
        own[i] = correlation_meaning(c->all[i].of);
        for (uint32_t m = 0; m < c->all[i].of->rule_count; m++)
            if (c->all[i].of->members[m].rule)
                own[i] = hash_mix(own[i], rule_meaning(c->all[i].of->members[m].rule));
    }
    for (uint32_t pass = 0; pass <= CORRELATION_CHAIN_MAX; pass++)
        for (uint32_t i = 0; i < c->count; i++) {
            ret[i] = own[i];
            for (uint32_t m = 0; m < c->all[i].of->rule_count; m++) {
                const void *child = c->all[i].of->members[m].child;
                uint32_t at = child ? intern_find(places, (str){(const char *)&child, sizeof child})
                                    : INTERN_NONE;
                ret[i] = hash_mix(ret[i], at == INTERN_NONE ? m : ret[at]);
            }
        }
    free(own);
    return ret;
}

bool correlator_save(const struct correlator *c, str position, struct buf *out, struct err *e)
{
    const size_t start = out->n;
    struct head head = {
        .form = FORM, .correlations = c->count, .seed = c->seed, .position_bytes = position.n};
    uint64_t *meanings = meanings_of(c);

    memcpy(head.magic, magic, sizeof magic);
    snapshot_put(out, &head, sizeof head);
    buf_add(out, position);
    for (uint32_t i = 0; i < c->count; i++) {
        struct part_head part = {.meaning = meanings[i]};
        const size_t at = out->n;
        snapshot_put(out, &part, sizeof part);
        if (c->all[i].windows)
            windows_save(c->all[i].windows, out);
        if (out->overflow)
            break;
        part.bytes = out->n - at - sizeof part;
        memcpy(out->p + at, &part, sizeof part);
    }
    free(meanings);
    if (out->overflow)
        return err_set(e, ERR_LIMIT, "the state of correlations has no room");
    head.checksum = checksum_of(head, str_from_at(buf_str(out), start + sizeof head));
    memcpy(out->p + start, &head, sizeof head);
    return true;
}

static bool read_head(struct snapshot *s, struct head *ret, struct err *e)
{
    if (!snapshot_take(s, ret, sizeof *ret) || memcmp(ret->magic, magic, sizeof magic) != 0)
        return err_set(e, ERR_INPUT, "it is no state of correlations");
    if (ret->form != FORM)
        return err_set(e, ERR_INPUT, "it is of another version");
    if (ret->checksum != checksum_of(*ret, s->rest) || ret->position_bytes > s->rest.n)
        return err_set(e, ERR_INPUT, "it is damaged");
    return true;
}

/* The correlation that takes what was saved: the first of that meaning that has not yet. */
static uint32_t taker_of(const struct correlator *c, const uint64_t *meanings, const bool *taken,
                         uint64_t meaning)
{
    uint32_t i = 0;

    while (i < c->count && (meanings[i] != meaning || taken[i] || !c->all[i].windows))
        i++;
    return i;
}

static void load_part(struct correlator *c, uint32_t i, str bytes, struct correlator_restored *ret)
{
    struct snapshot s = {.rest = bytes};

    if (windows_load(c->all[i].windows, &s)) {
        ret->kept++;
        return;
    }
    struct windows *anew = windows_anew(c->all[i].windows);
    windows_free(c->all[i].windows);
    c->all[i].windows = anew;
}

bool correlator_load(struct correlator *c, str bytes, str *ret_position,
                     struct correlator_restored *ret, struct err *e)
{
    struct snapshot s = {.rest = bytes};
    struct part_head part;
    struct head head;

    *ret = (struct correlator_restored){.anew = c->count};
    if (!read_head(&s, &head, e))
        return false;
    *ret_position = (str){s.rest.p, head.position_bytes};
    s.rest = str_from_at(s.rest, head.position_bytes);
    c->seed = head.seed;
    uint64_t *meanings = meanings_of(c);
    bool *taken = mem_array(c->count, sizeof *taken);
    for (uint32_t i = 0;
         i < head.correlations && snapshot_take(&s, &part, sizeof part) && part.bytes <= s.rest.n;
         i++) {
        uint32_t at = taker_of(c, meanings, taken, part.meaning);
        if (at < c->count) {
            taken[at] = true;
            load_part(c, at, (str){s.rest.p, part.bytes}, ret);
        }
        s.rest = str_from_at(s.rest, part.bytes);
    }
    free(meanings);
    free(taken);
    ret->anew = c->count - ret->kept;
    return true;
}
