/*
 * Suppressions from any bytes: what is refused says why, and what is read can be asked about alerts
 * with times and without.
 */
#include "triage/suppress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct suppress_set *set, int64_t time_ns)
{
    static const struct entity entities[] = {{ENTITY_HOST, {"web1", 4}}, {ENTITY_USER, {"x", 1}}};
    static const str tag = {"attack.t1110.003", 16};
    struct alert alert = {.id = "0123456789abcdef0123456789abcdef",
                          .severity = SEVERITY_MEDIUM,
                          .rule_id = S("spray"),
                          .title = S("Password spray"),
                          .first_ns = time_ns,
                          .last_ns = time_ns,
                          .count = 3,
                          .entities = entities,
                          .entity_count = 2,
                          .tags = &tag,
                          .tag_count = 1};

    suppress_begin(set);
    suppress_begin_group(set);
    suppress_alert(set, &alert, 1);
    const struct suppression *match = suppress_match(set, &alert);
    assert(!alert.suppressed_by.p || match); /* what hides it matches it */
    for (uint32_t i = 0; i < suppress_set_count(set); i++) {
        const struct suppression *s = suppress_set_at(set, i);
        assert(s->owner.n && s->reason.n);
        assert(s->matched >= s->hidden + s->broke_through);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct suppress_set *set = suppress_set_read((str){(const char *)data, size}, S("s.yml"), &e);

    assert(set || e.message[0]);
    if (set) {
        ask(set, INT64_C(1795514400000000000));
        ask(set, SIGNAL_NO_TIME);
        ask(set, -1);
    }
    suppress_set_free(set);
    return 0;
}
