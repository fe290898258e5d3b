/*
 * Rules and an event, both hostile: the detector must say what the oracle says.
 * The input is YAML, a line "%%", and JSON. Each event is taken to come from the
 * log sources of the first rules.
 */
#include "detect/detector.h"
#include "formats/format.h"
#include "../format_drive.h"

extern const struct format format_json;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pair {
    const struct ruleset *rs;
    const struct naive *naive;
    const struct detector *detector;
    struct detector_scratch *scratch;
    struct arena *arena;
};

static void compare(void *ctx, struct event *ev)
{
    const struct pair *p = ctx;
    struct matched_field *reasons;
    const uint32_t *matches;
    uint32_t next = 0;

    for (uint32_t i = 0; i < p->rs->count && ev->logsource_count < EVENT_LOGSOURCES_MAX; i++)
        ev->logsources[ev->logsource_count++] = p->rs->rules[i]->logsource;
    uint32_t count = detector_match(p->detector, p->scratch, ev, &matches);
    for (uint32_t rule = 0; rule < p->rs->count; rule++) {
        bool fast = next < count && matches[next] == rule;
        next += fast;
        bool slow = naive_matches(p->naive, rule, ev);
        assert(fast == slow);
        uint32_t n = detector_explain(p->detector, rule, ev, p->arena, &reasons);
        assert(fast ? n <= MATCHED_MAX : n == 0);
        arena_reset(p->arena);
    }
    assert(next == count);
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
    struct pair pair = {rs, naive, detector, detector_scratch_new(detector), arena_new(1 << 14)};
    struct decode_sink sink = {.ctx = &pair, .event = compare, .problem = pass};
    format_drive(&format_json, str_from_at(input, at + 4), size, &sink, NULL);
    arena_free(pair.arena);
    detector_scratch_free(pair.scratch);
    detector_free(detector);
    naive_free(naive);
    ruleset_free(rs);
    return 0;
}
