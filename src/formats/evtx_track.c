/*
 * evtx_track.c - see evtx_track.h. Of a value whose text does not depend on its size
 * being right (strings, SIDs, binary), the type is compared; of the others the
 * size too, since it tells whether they can be raw. Tracks live in the cache's
 * arena, as long as their programs.
 */
#include "formats/evtx_track.h"

enum slot_kind {
    SLOT_RAW,
    SLOT_NOTED,    /* raw, and the event's time or number */
    SLOT_TEXT,     /* text that is made at once */
    SLOT_CONSTANT, /* of the program */
};

struct slot {
    uint32_t name, text, text_n; /* in the program's text */
    uint16_t name_n, hole, flags;
    uint8_t type; /* of the value */
    uint8_t field_type, kind, op_flags;
};

struct evtx_track {
    uint32_t value_count, slot_count;
    uint32_t value_room, slot_room; /* what there is memory for */
    uint32_t next_op, steps;
    uint32_t choices, word_count;
    uint32_t words[EVTX_TRACK_WORDS_MAX];
    bool has_raw;
    uint32_t *heads, *masks; /* descriptors, and which of their bits count */
    struct slot *slots;
};

enum { DESCRIPTOR_SIZE = sizeof(uint32_t), WORD_GROUP = 4 };

static uint32_t descriptor(const struct frame *f, uint32_t i)
{
    uint32_t word;

    memcpy(&word, f->descriptors + i * DESCRIPTOR_SIZE, sizeof word);
    return word;
}

/* Goes by groups, which compilers make vectors of; masks behind the last value are 0. */
static bool fits(const struct evtx_track *t, const struct frame *f)
{
    const uint32_t *heads = t->heads, *masks = t->masks, count = t->value_count;
    uint32_t differ[WORD_GROUP] = {0};

    if (count != f->value_count)
        return false;
    for (uint32_t i = 0; i < count; i += WORD_GROUP) {
        uint32_t group[WORD_GROUP];
        memcpy(group, f->descriptors + i * DESCRIPTOR_SIZE, sizeof group);
        for (uint32_t k = 0; k < WORD_GROUP; k++)
            differ[k] |= (group[k] ^ heads[i + k]) & masks[i + k];
    }
    return (differ[0] | differ[1] | differ[2] | differ[3]) == 0;
}

static str slot_value(struct evtx_reader *r, const struct frame *f, const struct slot *s)
{
    if (s->kind == SLOT_CONSTANT)
        return (str){f->text + s->text, s->text_n};
    value v = r->values[f->first_value + s->hole];
    str text = s->kind == SLOT_TEXT ? evtx_kept_text(r, s->type, evtx_value_bytes(r, v))
                                    : evtx_value_bytes(r, v);
    evtx_note_value(r, s->op_flags, v);
    return text;
}

/* The fields, with their cost. What they are stays in r->fields when the budget is too small, and
 * is not counted. */
static size_t write_fields(struct evtx_reader *r, const struct frame *f, const struct evtx_track *t)
{
    const value *values = &r->values[f->first_value];
    const char *bytes = (const char *)r->view.bytes, *text = f->text;
    struct field *to = r->fields + r->field_count;
    size_t cost = t->slot_count * sizeof *to;

    for (const struct slot *s = t->slots, *end = s + t->slot_count; s < end; s++, to++) {
        to->name = (str){text + s->name, s->name_n};
        to->type = s->field_type;
        to->flags = s->flags;
        if (s->kind == SLOT_RAW) {
            const value v = values[s->hole];
            to->value = (str){bytes + value_at(v), value_n(v)};
            cost += 2 * (size_t)value_n(v);
        } else {
            to->value = slot_value(r, f, s);
            cost += s->kind == SLOT_CONSTANT ? 0 : 2 * (size_t)value_n(values[s->hole]);
        }
    }
    return cost;
}

static bool run(struct evtx_reader *r, struct frame *f, const struct evtx_track *t)
{
    if (r->step_budget < t->steps || EVENT_FIELDS_MAX - r->field_count < t->slot_count)
        return false;
    size_t cost = write_fields(r, f, t);
    if (r->text_budget < cost)
        return false;
    r->text_budget -= cost;
    r->step_budget -= t->steps;
    r->field_count += t->slot_count;
    r->has_raw |= t->has_raw;
    for (uint32_t i = 0; i < t->word_count; i++)
        evtx_layout_put(&r->key, t->words[i]);
    r->key.bits = t->choices;
    f->next_op = t->next_op;
    return true;
}

bool evtx_track_run(struct evtx_reader *r, struct frame *f)
{
    struct evtx_program *p = f->program;

    for (uint32_t i = 0; i < p->track_count; i++) {
        uint32_t at = (p->track_last + i) % EVTX_TRACKS_MAX;
        if (at < p->track_count && fits(p->tracks[at], f)) {
            p->track_last = (uint8_t)at;
            return run(r, f, p->tracks[at]);
        }
    }
    return false;
}

/* The bits of a descriptor that decide; byte 3 says nothing. */
static uint32_t deciding_bits(uint8_t type)
{
    static const uint8_t by_type[DESCRIPTOR_SIZE] = {0, 0, 0xFF, 0};
    static const uint8_t by_both[DESCRIPTOR_SIZE] = {0xFF, 0xFF, 0xFF, 0};
    uint32_t sizes = evtx_kinds[type].raw_sizes, mask;

    memcpy(&mask, sizes == 0 || sizes == UINT32_MAX ? by_type : by_both, sizeof mask);
    return mask;
}

static struct evtx_track *track_new(struct evtx_reader *r, uint32_t values, uint32_t slots)
{
    uint32_t words = (values + WORD_GROUP - 1) / WORD_GROUP * WORD_GROUP;
    size_t size =
        sizeof(struct evtx_track) + slots * sizeof(struct slot) + 2 * words * sizeof(uint32_t);
    struct evtx_track *t = evtx_cache_room(r->cache, size);

    if (!t)
        return NULL;
    t->value_room = words;
    t->slot_room = slots;
    t->slots = (struct slot *)(t + 1);
    t->heads = (uint32_t *)(t->slots + slots);
    t->masks = t->heads + words;
    return t;
}

/* The track to write: a new one, or when there are enough, the next in turn at every other miss. */
static struct evtx_track *track_for(struct evtx_reader *r, struct evtx_program *p, uint32_t values,
                                    uint32_t slots)
{
    if (p->track_count < EVTX_TRACKS_MAX) {
        struct evtx_track *t = track_new(r, values, slots);
        if (t)
            p->tracks[p->track_count++] = t;
        return t;
    }
    uint8_t turn = p->track_turn++;
    struct evtx_track *t = p->tracks[turn / 2 % EVTX_TRACKS_MAX];
    return turn % 2 || t->value_room < values || t->slot_room < slots ? NULL : t;
}

static struct slot slot_of(const struct evtx_op *op, value v, uint16_t flags)
{
    struct slot s = {.name = op->name, .name_n = (uint16_t)op->name_n, .flags = flags};

    if (op->kind == EVTX_OP_CONSTANT) {
        s.kind = SLOT_CONSTANT;
        s.text = op->text;
        s.text_n = op->text_n;
        s.field_type = VALUE_STRING;
        return s;
    }
    bool is_noted = op->flags & (EVTX_TIME | EVTX_RECORD_ID);
    s.hole = op->hole;
    s.type = value_type(v);
    s.field_type = evtx_kinds[s.type].field_type;
    s.op_flags = op->flags;
    s.kind = !(flags & FIELD_RAW) ? SLOT_TEXT : is_noted ? SLOT_NOTED : SLOT_RAW;
    return s;
}

void evtx_track_learn(struct evtx_reader *r, const struct frame *f, uint32_t count)
{
    struct evtx_program *p = f->program;
    const struct evtx_op *ops = p->ops;
    const struct field *fields = r->fields + f->first_field;
    uint32_t slots = r->field_count - f->first_field, done = 0;

    if (f->value_count > EVTX_TRACK_VALUES_MAX || slots > EVTX_TRACK_FIELDS_MAX || r->key.unknown ||
        r->key.count - f->first_word > EVTX_TRACK_WORDS_MAX)
        return;
    struct evtx_track *t = track_for(r, p, f->value_count, slots);
    if (!t)
        return;
    t->value_count = f->value_count;
    t->slot_count = slots;
    t->next_op = f->next_op;
    t->steps = count;
    t->choices = r->key.bits;
    t->word_count = r->key.count - f->first_word;
    memcpy(t->words, r->key.words + f->first_word, t->word_count * sizeof *t->words);
    memset(t->masks, 0, t->value_room * sizeof *t->masks);
    for (uint32_t i = 0; i < f->value_count; i++) {
        t->heads[i] = descriptor(f, i);
        t->masks[i] = deciding_bits(value_type(r->values[f->first_value + i]));
    }
    t->has_raw = false;
    for (uint32_t i = 0; i < f->next_op; i++) {
        value v = evtx_hole_value(r, f, ops[i].hole);
        bool is_null = value_type(v) == EVTX_NULL;
        if (ops[i].kind == EVTX_OP_GUARD) {
            i += is_null ? ops[i].parts : 0;
            continue;
        }
        if (ops[i].kind == EVTX_OP_VALUE && is_null)
            continue;
        assert(done < slots);
        t->slots[done] = slot_of(&ops[i], v, fields[done].flags);
        t->has_raw |= (fields[done].flags & FIELD_RAW) != 0;
        done++;
    }
    assert(done == slots);
}
