/*
 * evtx_layout.h - numbers for the sequences of names that records have (event.h, layout).
 *
 * Names and FIELD_CONTINUES of an event follow from which programs ran and from
 * the choices that values made in them. The reader notes these as it goes along, and
 * the words that result are the key: two events with equal keys have the same names.
 * A program's number is given once in a reader's life.
 */
#pragma once

#include "base/base.h"

enum {
    EVTX_LAYOUTS_MAX = 4096,    /* of one reader; events of further ones have the number 0 */
    EVTX_LAYOUT_WORDS_MAX = 64, /* of a key; events with longer ones have the number 0 */
};

struct evtx_layout_key {
    bool unknown;  /* names depend on more than what can be noted */
    uint32_t bits; /* choices not yet in a word, behind a 1 */
    uint32_t count;
    uint32_t words[EVTX_LAYOUT_WORDS_MAX];
};

/* What a word says stands in its two upper bits. */
enum evtx_layout_word {
    EVTX_WORD_CHOICES,
    EVTX_WORD_PROGRAM, /* its number */
    EVTX_WORD_ARRAY,   /* its op; the next word is the number of elements */
    EVTX_WORD_NESTED,  /* the op whose value is XML */
    EVTX_WORD_SHIFT = 30,
};

static inline void evtx_layout_begin(struct evtx_layout_key *k)
{
    k->unknown = false;
    k->bits = 1;
    k->count = 0;
}

static inline void evtx_layout_put(struct evtx_layout_key *k, uint32_t word)
{
    if (k->count < EVTX_LAYOUT_WORDS_MAX)
        k->words[k->count++] = word;
    else
        k->unknown = true;
}

/* Is a field there or not? */
static inline void evtx_layout_choice(struct evtx_layout_key *k, bool is_there)
{
    k->bits = k->bits << 1 | is_there;
    if (k->bits >> (EVTX_WORD_SHIFT - 1)) {
        evtx_layout_put(k, k->bits);
        k->bits = 1;
    }
}

static inline void evtx_layout_note(struct evtx_layout_key *k, enum evtx_layout_word kind,
                                    uint32_t value)
{
    if (k->bits != 1)
        evtx_layout_put(k, k->bits);
    k->bits = 1;
    if (value >> EVTX_WORD_SHIFT)
        k->unknown = true;
    evtx_layout_put(k, (uint32_t)kind << EVTX_WORD_SHIFT | value);
}

struct evtx_layouts;

struct evtx_layouts *evtx_layouts_new(void) MUST_USE;
void evtx_layouts_free(struct evtx_layouts *l); /* NULL is a no-op */

/* The number of the key, which ends here. */
uint32_t evtx_layout_number(struct evtx_layouts *l, struct evtx_layout_key *k);
