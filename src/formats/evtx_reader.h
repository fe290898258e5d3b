/*
 * evtx_reader.h - what evtx_record.c and evtx_run.c share: the state of a reader.
 * Others use evtx_record.h.
 */
#pragma once

#include "base/mem.h"
#include "formats/evtx_cache.h"
#include "formats/evtx_layout.h"
#include "formats/evtx_record.h"
#include "formats/evtx_value.h"

enum {
    EVTX_KNOWN_SLOTS = 1024, /* a power of two */
    EVTX_SID_BITS = 6,
};

/* A value of a record: its descriptor (size and type) above its place in the view. */
typedef uint64_t value;

static inline uint32_t value_at(value v)
{
    return (uint32_t)v;
}

static inline uint16_t value_n(value v)
{
    return (uint16_t)(v >> 32);
}

static inline uint8_t value_type(value v)
{
    return (uint8_t)(v >> 48);
}

/* A SID of this batch, whose bytes stay as long as its text. */
struct known_sid {
    uint64_t batch;
    str bytes, text;
};

/* A definition of this chunk that was looked up before. */
struct known {
    uint32_t chunk; /* whose entry this is; others are empty */
    uint32_t offset, id;
    uint8_t place;
    struct evtx_program *program; /* NULL: it could not be compiled, and why */
    const char *why;
};

struct frame {
    size_t at, end; /* what is left of the fragment */
    enum evtx_place place;
    struct evtx_program *program; /* being run, or NULL */
    const char *text;             /* the program's, in the batch's arena */
    uint32_t next_op;
    uint32_t first_value, value_count;
    const uint8_t *descriptors;       /* of the values */
    uint32_t first_field, first_word; /* of the event and of its layout's key when it was started */
};

struct evtx_reader {
    struct evtx_cache *cache;
    struct evtx_compiler *compiler;
    struct evtx_layouts *layouts;

    struct arena *arena;
    bool lazy;
    uint64_t batch;
    char *room; /* for text, in the arena */
    size_t room_n;

    struct evtx_view view;
    uint32_t chunk;
    size_t definition_budget, text_budget, step_budget;
    struct known known[EVTX_KNOWN_SLOTS];

    const char *why;
    bool has_time, has_number, has_raw;
    uint8_t time_digits;
    int64_t time_ns;
    uint64_t number; /* EventRecordID */
    uint32_t field_count, dropped, value_count, depth;
    struct frame frames[EVTX_NESTING_MAX];
    struct known_sid sids[1 << EVTX_SID_BITS];
    struct evtx_layout_key key;
    value values[EVTX_VALUES_MAX];
    struct field fields[EVENT_FIELDS_MAX];
};

static inline bool evtx_refuse(struct evtx_reader *r, const char *why)
{
    r->why = why;
    return false;
}

static inline str evtx_value_bytes(const struct evtx_reader *r, value v)
{
    return (str){(const char *)r->view.bytes + value_at(v), value_n(v)};
}

static inline value evtx_hole_value(const struct evtx_reader *r, const struct frame *f,
                                    uint32_t hole)
{
    return hole < f->value_count ? r->values[f->first_value + hole] : EVTX_NULL;
}

/* The text of a value, which lasts as long as the batch. */
str evtx_kept_text(struct evtx_reader *r, uint8_t type, str bytes);

/* What the flags of an op say about the event, from the value of its field. */
void evtx_note_value(struct evtx_reader *r, uint8_t flags, value v);

/* Puts the fragment in bytes [at, end) on top of the stack. */
bool evtx_push_fragment(struct evtx_reader *r, size_t at, size_t end,
                        enum evtx_place place) MUST_USE;

/* Runs the program of the frame on top up to its end (frame->program is then NULL), or until it has
 * put another frame on the stack. */
bool evtx_run_program(struct evtx_reader *r, struct frame *f) MUST_USE;
