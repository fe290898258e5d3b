/*
 * compiled_fixture.h - for tests of the detector's parts: rules from text, and
 * what the detector makes of them before the first event.
 */
#pragma once

#include "base/buf.h"
#include "detect/compiled_rules.h"

#include <stdio.h>

struct compiled_fixture {
    struct ruleset *rs;
    struct compiled_rules *compiled;
    const struct predicates *predicates;
    const struct rule_trees *trees;
    struct arena *arena; /* of the test */
};

/* `text` holds any number of rules. Those that are refused are printed. */
static inline struct compiled_fixture compiled_of(str text)
{
    struct compiled_fixture f = {.rs = ruleset_new(), .arena = arena_new(1 << 16)};

    ruleset_load_text(f.rs, S("test.yml"), text);
    ruleset_finish(f.rs);
    for (uint32_t i = 0; i < f.rs->refusal_count; i++)
        fprintf(stderr, "refused: %u:%u: %s\n", f.rs->refusals[i].why.line,
                f.rs->refusals[i].why.column, f.rs->refusals[i].why.message);
    f.compiled = compiled_rules_new(f.rs, NULL);
    f.predicates = &f.compiled->predicates;
    f.trees = &f.compiled->trees;
    return f;
}

static inline void compiled_done(struct compiled_fixture *f)
{
    compiled_rules_free(f->compiled);
    ruleset_free(f->rs);
    arena_free(f->arena);
}

/* A rule for `category: test` from its detection in YAML's flow style, without the braces. */
static inline struct compiled_fixture compiled_of_detection(const char *detection)
{
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);

    buf_printf(&text, "title: t\nlogsource: {category: test}\ndetection: {%s}\n", detection);
    return compiled_of(buf_str(&text));
}
