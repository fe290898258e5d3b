/* ready_fixture.h - for tests of the cache: rules of every kind, ready to match. */
#pragma once

#include "detect/detector.h"
#include "engine/rule_block.h"
#include "event_generator.h"
#include "every_kind.h"

static const uint8_t ready_key[SHA256_BYTES] = {1, 2, 3};

static const char ready_profile[] =
    "{\"tocsin_profile\":1,\"events\":9}\n"
    "{\"field\":\"F\",\"events\":9,\"values\":9,\"bytes\":90,\"rare\":1,\"commons\":[\"-\",4],"
    "\"grams\":[\"cmd.\",3,4,\".exe\",2,2]}\n"
    "{\"field\":\"G\",\"events\":2,\"values\":2,\"bytes\":4,\"rare\":1}\n";

/* With rules that were refused, and with a profile or without. */
static inline struct ready_rules ready_of(const char *text, bool profiled)
{
    struct ready_rules r = {.rules = ruleset_new()};
    struct err e = {0};

    ruleset_load_text(r.rules, S("rules.yml"), str_from(text));
    ruleset_load_text(r.rules, S("broken.yml"), S("title: no detection\nlogsource: {category: a}"));
    ruleset_load_text(r.rules, S("text.yml"), S("a: [b\n"));
    ruleset_finish(r.rules);
    bool ok = !profiled || profile_read(str_from(ready_profile), &r.profile, &e);
    assert(ok);
    r.compiled = compiled_rules_new(r.rules, r.profile);
    return r;
}

static inline struct ready_rules ready_of_every_kind(bool profiled)
{
    return ready_of(every_kind_of_test, profiled);
}

/* All that can be reached is read, and events are matched: the sanitizers see what is outside. */
static inline void ready_match(const struct ready_rules *r, uint64_t seed, uint32_t events)
{
    struct arena *a = arena_new(1 << 14);
    struct event_generator g = {.arena = arena_new(1 << 14), .state = seed | 1, .rs = r->rules};
    struct detector *d = detector_new_with(
        &(struct detector_options){.rs = r->rules, .profile = r->profile, .compiled = r->compiled});
    struct detector_scratch *s = detector_scratch_new(d);

    generator_aim(&g, r->rules->count);
    for (uint32_t i = 0; i < events && r->rules->count; i++) {
        const uint32_t *matches;
        struct matched_field *reasons;
        struct event ev;
        arena_reset(a);
        generate_event(&g, generate_below(&g, r->rules->count), a, &ev);
        uint32_t count = detector_match(d, s, &ev, &matches);
        for (uint32_t k = 0; k < count; k++)
            detector_explain(d, s, matches[k], &ev, a, &reasons);
    }
    detector_scratch_free(s);
    detector_free(d);
    arena_free(g.arena);
    arena_free(a);
}
