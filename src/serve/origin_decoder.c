#include "serve/origin_decoder.h"

#include "base/mem.h"

#include <stdlib.h>

struct origin_decoder *origin_decoder_find(struct origin_decoders *o, const struct inlet *in,
                                           const struct format *format, str origin)
{
    for (struct origin_decoder **at = &o->first; *at; at = &(*at)->next) {
        struct origin_decoder *d = *at;
        if (d->inlet != in || d->format != format || !str_eq(d->origin, origin))
            continue;
        *at = d->next;
        d->next = o->first;
        o->first = d;
        return d;
    }
    return NULL;
}

struct origin_decoder *origin_decoder_open(struct origin_decoders *o, struct inlet *in,
                                           const struct format_set *set,
                                           const struct format *format, str origin)
{
    struct origin_decoder *d = mem_alloc(sizeof *d);

    assert(o->count < ORIGIN_DECODERS_MAX);
    d->inlet = in;
    d->set = format_set_hold(set);
    d->format = format;
    d->origin = (str){str_dup(origin), origin.n};
    d->decoder = format->open(format);
    d->next = o->first;
    o->first = d;
    o->count++;
    return d;
}

struct origin_decoder *origin_decoder_oldest(const struct origin_decoders *o)
{
    struct origin_decoder *d = o->count < ORIGIN_DECODERS_MAX ? NULL : o->first;

    while (d && d->next)
        d = d->next;
    return d;
}

void origin_decoder_close(struct origin_decoders *o, struct origin_decoder *d)
{
    struct origin_decoder **at = &o->first;

    while (*at != d)
        at = &(*at)->next;
    *at = d->next;
    o->count--;
    d->format->close(d->decoder);
    format_set_free(d->set);
    free((char *)(uintptr_t)d->origin.p);
    free(d);
}

void origin_decoders_done(struct origin_decoders *o)
{
    while (o->first)
        origin_decoder_close(o, o->first);
}

void origin_decoder_note(struct origin_decoder *d, uint64_t number)
{
    d->numbers[d->units++ % ORIGIN_NUMBERS] = number;
}

uint64_t origin_decoder_number(const struct origin_decoder *d, uint64_t n)
{
    const uint64_t oldest = d->units > ORIGIN_NUMBERS ? d->units - ORIGIN_NUMBERS : 0;

    assert(n > 0 && n <= d->units);
    return d->numbers[(n - 1 < oldest ? oldest : n - 1) % ORIGIN_NUMBERS];
}

uint64_t origin_decoder_waits(const struct origin_decoder *d)
{
    const uint64_t first = d->format->pending ? d->format->pending(d->decoder) : 0;

    return first && first <= d->units ? origin_decoder_number(d, first) : UINT64_MAX;
}
