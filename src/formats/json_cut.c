/*
 * json_cut.c - cuts a stream of JSON after whole records, and decides how its
 * records are numbered: a stream that begins with an array or an envelope
 * counts elements from 0, any other counts lines from 1.
 */
#include "formats/json_format.h"

#include "base/mem.h"
#include "formats/json_envelope.h"
#include "formats/json_split.h"

#include <stdlib.h>

struct json_cutter {
    struct json_split split;
    struct json_place next; /* where the bytes that are answered next begin */
    bool decided;           /* how records are numbered */
    bool skipped;           /* a long record is over but for the end of its line */
};

void *json_cutter_new(void)
{
    struct json_cutter *c = mem_alloc(sizeof *c);

    json_split_init(&c->split, (struct json_place){.phase = JSON_TOP});
    return c;
}

void json_cutter_free(void *cutter)
{
    free(cutter);
}

/* At the stream's first record, whole (`first` is it) or streaming (it is empty). */
static void decide(struct json_cutter *c, str first)
{
    struct json_envelope e;
    bool by_element =
        c->split.met_array || json_begins_array(first) || json_envelope_find(first, false, &e);

    c->decided = true;
    c->next.by_element = by_element;
    c->split.place.by_element = by_element;
    c->split.boundary_place.by_element = by_element;
}

/* Drops what was looked at until the long record is over, the end of its line included: whoever
 * counts lines counts the dropped record as one. */
static void skip(struct json_cutter *c, str pending, struct cut *ret)
{
    struct json_piece piece;
    size_t at = 0;

    if (!c->skipped) {
        c->skipped = json_split_next(&c->split, pending, false, &piece);
        at = c->skipped ? c->split.boundary : c->split.at;
    }
    if (c->skipped && !c->split.place.by_element) {
        while (at < pending.n && (pending.p[at] == ' ' || pending.p[at] == '\r'))
            at++;
        ret->skip_ended = at < pending.n;
        at += at < pending.n && pending.p[at] == '\n';
    } else {
        ret->skip_ended = c->skipped;
    }
    if (ret->skip_ended)
        c->skipped = false;
    ret->drop = at;
    json_split_moved(&c->split, at);
    if (c->split.at < c->split.boundary)
        c->split.at = c->split.boundary;
    c->next = c->split.boundary_place;
}

void json_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret)
{
    struct json_cutter *c = cutter;
    struct json_piece piece;

    (void)seen; /* the splitter knows how far it has looked */
    if (mode == CUT_SKIP) {
        skip(c, pending, ret);
        return;
    }
    for (;;) {
        if (c->decided)
            json_split_pass_lines(&c->split, pending);
        if (!json_split_next(&c->split, pending, mode == CUT_END, &piece))
            break;
        if (!c->decided)
            decide(c, (str){pending.p + piece.from, piece.to - piece.from});
    }
    if (!c->decided && c->split.met_array)
        decide(c, (str){0});
    if (!c->decided && mode != CUT_END)
        return;
    ret->whole = c->split.boundary;
    ret->context = json_place_pack(c->next);
    json_split_moved(&c->split, ret->whole);
    c->next = c->split.boundary_place;
}
