/*
 * live_rules.h - a rule set that is ready to match, shared by those who match with
 * it, so that a reload can put another in its place while they are at work.
 */
#pragma once

#include "base/io.h"
#include "correlate/correlator.h"
#include "detect/detector.h"
#include "engine/rule_block.h"
#include "event/entity.h"

struct live_rules {
    struct ready_rules ready;
    struct detector *detector;
    struct entity_finder *entities;
    struct correlator *correlator; /* for what it asks of matches; NULL: nothing is correlated */
    uint32_t generation;           /* the pipeline's: those of a reload have the next */
    _Atomic uint32_t holders;
};

struct live_rules_options {
    struct io *io;
    const char *shipped; /* folder of the rules that come with tocsin; NULL: without them */
    const char *profile; /* of the fields' values; NULL: none */
    const str *paths;    /* files and folders of rules */
    uint32_t path_count;
    const str *pipelines, *placeholders;
    uint32_t pipeline_count, placeholder_count;
    uint8_t level_min; /* enum sigma_level: lower ones are left out */
    bool strict;       /* a rule that cannot be loaded is an error */
};

/* Held once by the caller. NULL with *e set: a path cannot be opened, or no rule is left. */
struct live_rules *live_rules_load(const struct live_rules_options *o, struct err *e) MUST_USE;
struct live_rules *live_rules_hold(struct live_rules *r);
void live_rules_drop(struct live_rules *r); /* NULL is a no-op; the last one frees */
