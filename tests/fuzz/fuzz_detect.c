/*
 * Rules and an event, both hostile: the detector must say what the oracle says.
 * The input is YAML, a line "%%", and JSON. Each event is taken to come from the
 * log sources of the first rules. It is read several times lazily, so that it is
 * replayed once its shape is known, and is seen as an EVTX record as well.
 */
#include "../format_drive.h"
#include "../unit/lazy_event.h"

#include "detect/detector.h"

extern const struct format format_json;

enum { TURNS = 4, INPUT_MAX = 1 << 26 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pair {
    const struct ruleset *rs;
    const struct naive *naive;
    const struct detector *detector;
    struct detector_scratch *scratch;
    struct lazy_fixture lazy;
    struct arena *arena; /* of reasons */
};

static void compare_reasons(const struct pair *p, uint32_t rule, const struct event *settled)
{
    struct matched_field *fast, *slow;
    uint32_t n = detector_explain(p->detector, p->scratch, rule, settled, p->arena, &fast);
    uint32_t want = naive_explain(p->naive, rule, settled, p->arena, &slow);

    assert(n == want);
    for (uint32_t i = 0; i < n; i++)
        assert(str_eq(fast[i].field, slow[i].field) && str_eq(fast[i].value, slow[i].value));
    arena_reset(p->arena);
}

static void compare(const struct pair *p, const struct event *ev, const struct event *settled)
{
    const uint32_t *matches;
    uint32_t count = detector_match(p->detector, p->scratch, ev, &matches), next = 0;

    for (uint32_t rule = 0; rule < p->rs->count; rule++) {
        bool fast = next < count && matches[next] == rule;
        next += fast;
        bool slow = naive_matches(p->naive, rule, settled);
        assert(fast == slow);
        if (fast)
            compare_reasons(p, rule, settled);
    }
    assert(next == count);
}

static void on_event(void *ctx, struct event *ev)
{
    struct pair *p = ctx;

    for (uint32_t i = 0; i < p->rs->count && ev->logsource_count < EVENT_LOGSOURCES_MAX; i++)
        ev->logsources[ev->logsource_count++] = p->rs->rules[i]->logsource;
    arena_reset(p->lazy.arena);
    struct event settled = lazy_settled(&p->lazy.writer, ev);
    compare(p, ev, &settled);
    struct event evtx = lazy_evtx(&p->lazy.writer, &settled);
    settled = lazy_settled(&p->lazy.writer, &evtx);
    compare(p, &evtx, &settled);
}

static void pass(void *ctx, const struct problem *problem)
{
    (void)ctx;
    (void)problem;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str input = {(const char *)data, size};
    const char *bar = str_find(input, S("\n%%\n"));

    if (!bar)
        return 0;
    size_t at = (size_t)(bar - input.p);
    struct ruleset *rs = ruleset_new();
    ruleset_load_text(rs, S("fuzz.yml"), (str){input.p, at + 1});
    ruleset_finish(rs);
    struct naive *naive = naive_new(rs);
    struct detector *detector = detector_new(rs);
    struct pair pair = {.rs = rs,
                        .naive = naive,
                        .detector = detector,
                        .scratch = detector_scratch_new(detector),
                        .arena = arena_new(1 << 14)};
    struct decode_sink sink = {.ctx = &pair, .lazy = true, .event = on_event, .problem = pass};
    struct buf events = buf_make(INPUT_MAX);
    lazy_fixture_init(&pair.lazy, rs);
    for (uint32_t i = 0; i < TURNS; i++) {
        buf_add(&events, str_from_at(input, at + 4));
        buf_char(&events, '\n');
    }
    format_drive(&format_json, buf_str(&events), events.n, &sink, NULL);
    lazy_fixture_done(&pair.lazy);
    buf_done(&events);
    arena_free(pair.arena);
    detector_scratch_free(pair.scratch);
    detector_free(detector);
    naive_free(naive);
    ruleset_free(rs);
    return 0;
}
