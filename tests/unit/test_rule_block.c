/* Rules as a block: what comes back matches the same, and a block that was changed is refused or
 * harmless. */
#include "base/mem.h"
#include "detect/detector.h"
#include "event_generator.h"
#include "ready_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    SEED = 20261124,
    EVENTS_A_RULE = 200,
    EVENTS_A_SHIPPED_RULE = 4,
    EVENTS_A_CHANGE = 3,
    CHANGES = 6000,
    BLOCK_MAX = 1 << 24,
};

static struct buf written(const struct ready_rules *r)
{
    struct buf b = buf_make(BLOCK_MAX);
    struct err e = {0};

    assert_true(rule_block_write(r, ready_key, &b, &e));
    return b;
}

static char *copy_of(const struct buf *b)
{
    char *block = mem_block(b->n);

    memcpy(block, b->p, b->n);
    return block;
}

static bool is_refused(char *block, size_t size)
{
    struct ready_rules r;

    if (!rule_block_read(block, size, ready_key, &r))
        return true;
    ready_rules_done(&r);
    return false;
}

/* ------------------------------------------------------------ the same */

/* Returns how often rules matched. */
static uint64_t assert_same_matches(const struct ready_rules *a, const struct ready_rules *b,
                                    uint32_t events_a_rule)
{
    const struct ready_rules *both[] = {a, b};
    struct detector *detectors[2];
    struct detector_scratch *scratches[2];
    struct arena *arena = arena_new(1 << 16);
    struct event_generator g = {.arena = arena_new(1 << 16), .state = SEED, .rs = a->rules};
    uint64_t matched = 0;

    for (int i = 0; i < 2; i++) {
        detectors[i] = detector_new_with(&(struct detector_options){
            .rs = both[i]->rules, .profile = both[i]->profile, .compiled = both[i]->compiled});
        scratches[i] = detector_scratch_new(detectors[i]);
    }
    for (uint32_t rule = 0; rule < a->rules->count; rule++) {
        generator_aim(&g, rule);
        for (uint32_t i = 0; i < events_a_rule; i++) {
            const uint32_t *matches[2];
            struct matched_field *reasons[2];
            struct event ev;
            arena_reset(arena);
            generate_event(&g, rule, arena, &ev);
            uint32_t count = detector_match(detectors[0], scratches[0], &ev, &matches[0]);
            assert_int_equal(detector_match(detectors[1], scratches[1], &ev, &matches[1]), count);
            for (uint32_t k = 0; k < count; k++) {
                assert_int_equal(matches[0][k], matches[1][k]);
                uint32_t n = detector_explain(detectors[0], scratches[0], matches[0][k], &ev, arena,
                                              &reasons[0]);
                assert_int_equal(detector_explain(detectors[1], scratches[1], matches[0][k], &ev,
                                                  arena, &reasons[1]),
                                 n);
                for (uint32_t m = 0; m < n; m++)
                    assert_true(str_eq(reasons[0][m].field, reasons[1][m].field) &&
                                str_eq(reasons[0][m].value, reasons[1][m].value));
            }
            matched += count;
        }
    }
    for (int i = 0; i < 2; i++) {
        detector_scratch_free(scratches[i]);
        detector_free(detectors[i]);
    }
    arena_free(g.arena);
    arena_free(arena);
    return matched;
}

static void rules_that_come_back_match_the_same(void **state)
{
    (void)state;
    for (int profiled = 0; profiled < 2; profiled++) {
        struct ready_rules cold = ready_of_every_kind(profiled), warm;
        struct buf b = written(&cold);
        assert_true(rule_block_read(copy_of(&b), b.n, ready_key, &warm));
        assert_true(!warm.profile == !profiled);
        assert_true(assert_same_matches(&cold, &warm, EVENTS_A_RULE) > EVENTS_A_RULE);
        ready_rules_done(&warm);
        ready_rules_done(&cold);
        buf_done(&b);
    }
}

static void the_rules_that_ship_match_the_same(void **state)
{
    struct buf path CLEANUP(buf_done) = buf_make(4096);
    struct ready_rules cold = {.rules = ruleset_new()}, warm;
    struct err e = {0};
    struct io io;

    (void)state;
    io_init(&io);
    buf_printf(&path, "%s/content/rules", getenv("TOCSIN_SOURCE"));
    assert_true(ruleset_load(cold.rules, &io, buf_cstr(&path), &e));
    ruleset_finish(cold.rules);
    cold.compiled = compiled_rules_new(cold.rules, NULL);
    struct buf b = written(&cold);
    assert_true(rule_block_read(copy_of(&b), b.n, ready_key, &warm));
    assert_true(assert_same_matches(&cold, &warm, EVENTS_A_SHIPPED_RULE) > 0);
    ready_rules_done(&warm);
    ready_rules_done(&cold);
    buf_done(&b);
}

static void they_do_not_need_what_they_were_made_of(void **state)
{
    struct ready_rules cold = ready_of_every_kind(true), warm;
    struct buf b = written(&cold);

    (void)state;
    ready_rules_done(&cold);
    assert_true(rule_block_read(copy_of(&b), b.n, ready_key, &warm));
    buf_done(&b);
    cold = ready_of_every_kind(true);
    assert_true(assert_same_matches(&warm, &cold, EVENTS_A_RULE) > EVENTS_A_RULE);
    ready_rules_done(&warm);
    ready_rules_done(&cold);
}

static void refusals_and_the_hash_come_back_as_they_were(void **state)
{
    struct ready_rules cold = ready_of_every_kind(false), warm;
    struct buf b = written(&cold);

    (void)state;
    assert_true(rule_block_read(copy_of(&b), b.n, ready_key, &warm));
    assert_true(cold.rules->refusal_count >= 2);
    assert_int_equal(warm.rules->refusal_count, cold.rules->refusal_count);
    for (uint32_t i = 0; i < cold.rules->refusal_count; i++) {
        char text[2][1024];
        err_format(&cold.rules->refusals[i].why, text[0], sizeof text[0]);
        err_format(&warm.rules->refusals[i].why, text[1], sizeof text[1]);
        assert_string_equal(text[0], text[1]);
        assert_int_equal(cold.rules->refusals[i].kind, warm.rules->refusals[i].kind);
    }
    assert_string_equal(cold.rules->hash, warm.rules->hash);
    assert_int_equal(cold.rules->file_count, warm.rules->file_count);
    ready_rules_done(&warm);
    ready_rules_done(&cold);
    buf_done(&b);
}

static void a_profile_answers_the_same(void **state)
{
    static const str texts[] = {S("cmd.exe"), S("-"), S("x"), S("cmd."), S("other"), S("e")};
    struct ready_rules cold = ready_of_every_kind(true), warm;
    struct buf b = written(&cold);

    (void)state;
    assert_true(rule_block_read(copy_of(&b), b.n, ready_key, &warm));
    assert_int_equal(warm.profile->field_count, 2);
    assert_null(profile_field(warm.profile, S("H")));
    for (size_t i = 0; i < countof(texts); i++) {
        const struct profile_field *one = profile_field(cold.profile, S("F")),
                                   *two = profile_field(warm.profile, S("F"));
        assert_true(profile_share_contains(one, texts[i]) == profile_share_contains(two, texts[i]));
        assert_true(profile_share_is(one, texts[i]) == profile_share_is(two, texts[i]));
    }
    ready_rules_done(&warm);
    ready_rules_done(&cold);
    buf_done(&b);
}

/* ------------------------------------------------------------ changed */

static void each_changed_byte_of_the_head_is_refused(void **state)
{
    struct ready_rules r = ready_of_every_kind(true);
    struct buf b = written(&r);

    (void)state;
    assert_false(is_refused(copy_of(&b), b.n));
    for (size_t i = 0; i < RULE_BLOCK_HEAD_BYTES; i++)
        for (int bit = 0; bit < 8; bit++) {
            char *block = copy_of(&b);
            block[i] = (char)(block[i] ^ 1 << bit);
            assert_true(is_refused(block, b.n));
        }
    ready_rules_done(&r);
    buf_done(&b);
}

/* Also with the right checksum, but for the checksum itself. */
static void each_member_of_the_head_is_compared(void **state)
{
    struct ready_rules r = ready_of_every_kind(true);
    struct buf b = written(&r);

    (void)state;
    for (size_t i = 0; i < RULE_BLOCK_HEAD_BYTES - sizeof(uint32_t); i++) {
        char *block = copy_of(&b);
        block[i] ^= 0x10;
        rule_block_seal(block, b.n);
        assert_true(is_refused(block, b.n));
    }
    ready_rules_done(&r);
    buf_done(&b);
}

static void another_key_is_refused(void **state)
{
    static const uint8_t other[SHA256_BYTES] = {1, 2, 4};
    struct ready_rules r = ready_of_every_kind(false), back;
    struct buf b = written(&r);

    (void)state;
    assert_false(rule_block_read(copy_of(&b), b.n, other, &back));
    assert_null(back.rules);
    ready_rules_done(&r);
    buf_done(&b);
}

static void a_block_that_is_cut_is_refused(void **state)
{
    struct ready_rules r = ready_of_every_kind(false);
    struct buf b = written(&r);

    (void)state;
    for (size_t n = 0; n < b.n; n += n < 2 * RULE_BLOCK_HEAD_BYTES ? 1 : 211) {
        char *block = mem_block(n);
        memcpy(block, b.p, n);
        assert_true(is_refused(block, n));
    }
    ready_rules_done(&r);
    buf_done(&b);
}

static void a_changed_byte_behind_the_head_fails_the_checksum(void **state)
{
    struct ready_rules r = ready_of_every_kind(true);
    struct buf b = written(&r);

    (void)state;
    for (size_t i = RULE_BLOCK_HEAD_BYTES; i < b.n; i += 23) {
        char *block = copy_of(&b);
        block[i] ^= 1;
        assert_true(is_refused(block, b.n));
    }
    ready_rules_done(&r);
    buf_done(&b);
}

static void a_block_that_was_made_up_is_refused_or_harmless(void **state)
{
    static const uint8_t values[] = {0, 1, 2, 0x40, 0x7f, 0x80, 0xff};
    struct ready_rules r = ready_of_every_kind(true);
    struct event_generator random = {.state = SEED};
    struct buf b = written(&r);
    uint32_t refused = 0;

    (void)state;
    for (uint32_t i = 0; i < CHANGES; i++) {
        uint32_t span = (uint32_t)b.n - RULE_BLOCK_HEAD_BYTES;
        char *block = copy_of(&b);
        struct ready_rules back;
        size_t at = RULE_BLOCK_HEAD_BYTES + generate_below(&random, span);
        block[at] = (char)values[generate_below(&random, countof(values))];
        rule_block_seal(block, b.n);
        if (!rule_block_read(block, b.n, ready_key, &back)) {
            refused++;
            continue;
        }
        ready_match(&back, i, EVENTS_A_CHANGE);
        ready_rules_done(&back);
    }
    assert_true(refused > CHANGES / 10 && refused < CHANGES);
    ready_rules_done(&r);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_that_come_back_match_the_same),
        cmocka_unit_test(the_rules_that_ship_match_the_same),
        cmocka_unit_test(they_do_not_need_what_they_were_made_of),
        cmocka_unit_test(refusals_and_the_hash_come_back_as_they_were),
        cmocka_unit_test(a_profile_answers_the_same),
        cmocka_unit_test(each_changed_byte_of_the_head_is_refused),
        cmocka_unit_test(each_member_of_the_head_is_compared),
        cmocka_unit_test(another_key_is_refused),
        cmocka_unit_test(a_block_that_is_cut_is_refused),
        cmocka_unit_test(a_changed_byte_behind_the_head_fails_the_checksum),
        cmocka_unit_test(a_block_that_was_made_up_is_refused_or_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
