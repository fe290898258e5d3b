/*
 * bucket.h - the rules that can be true of one kind of event: of its log
 * sources, and of its EventID where rules ask for one. They share their
 * predicates, and for each field an index of the literals that wake them.
 */
#pragma once

#include "detect/keyword_needles.h"
#include "detect/rule_program.h"
#include "detect/witness.h"

/* What wakes rules: a predicate of their covers. */
struct wake {
    uint32_t predicate;               /* the bucket's number */
    bool exact;                       /* its literals say it all */
    uint32_t first_watcher, watchers; /* places in `watchers` */
};

struct field_wakes {
    uint32_t field;                 /* place of its name */
    struct literal_index *literals; /* of places in `wakes`; NULL when there are none */
    uint32_t *presence;             /* places in `wakes`: woken by any value, null too */
    uint32_t presence_count;
    bool numbers; /* some literals are numbers, which can be written in several ways */
};

/* What may stand in any field. */
struct keyword_wakes {
    struct literal_index *literals; /* NULL when there are none */
    bool numbers;
    struct keyword_needles needles; /* a part of each literal */
};

struct bucket {
    struct arena *arena; /* owned: all of it lives here */
    uint32_t *rules;     /* by the bucket's number of a rule */
    uint32_t *entries;   /* by the same: its first step */
    uint32_t rule_count;
    uint32_t *certain; /* rules (of the set) that nothing is left to ask of */
    uint32_t certain_count;
    uint32_t *always; /* the bucket's numbers of rules that nothing wakes */
    uint32_t always_count;
    struct rule_programs programs;

    uint32_t *predicates;               /* by the bucket's number: the predicate */
    uint8_t *indexed;                   /* by the same: false unless a wake of it was met */
    const struct literal_index **lists; /* by the same: the literals of a long list; NULL: none */
    uint32_t predicate_count;

    struct wake *wakes;
    uint32_t *watchers; /* the bucket's numbers of rules */
    struct field_wakes *fields;
    uint32_t wake_count, field_count;
    struct keyword_wakes keywords;
};

struct bucket_order {
    const struct predicates *predicates;
    const struct rule_trees *trees;
    const struct profile *profile; /* may be NULL */
    const uint32_t *rules;         /* of the set, ascending */
    uint32_t rule_count;
    struct known_field known;
};

/* Also compiles the regexes of its predicates: not for two threads at once. */
struct bucket *bucket_new(const struct bucket_order *o) MUST_USE;
void bucket_free(struct bucket *b); /* NULL is a no-op */
