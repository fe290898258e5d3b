/* ready_fixture.h - for tests of the cache: rules of every kind, ready to match. */
#pragma once

#include "engine/rule_block.h"
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
