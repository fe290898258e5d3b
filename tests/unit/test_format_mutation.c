/*
 * test_format_mutation.c - every format's sample lines, damaged and forged: cut at each byte, words
 * exchanged, and with what a remote party may write in the place of the values that it chooses.
 *
 * What it chooses is told by the common columns: a user name, an agent, an address asked for. Into
 * it go texts that look like the parts of a message that it does not choose. A product escapes some
 * of them: a value in double quotes has no double quote put in, one behind '=' without quotes no
 * blank, one between commas no comma.
 */
#include "base/buf.h"
#include "event/column.h"
#include "event/kind.h"
#include "formats/format.h"
#include "format_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const str forged[] = {
    S(" from 203.0.113.99 port 22 ssh2"),
    S(" from 203.0.113.99"),
    S(" rhost=203.0.113.99"),
    S(" src=203.0.113.99 user=admin"),
    S("[203.0.113.99]"),
    S(" (203.0.113.99)"),
    S(": 203.0.113.99"),
    S(", client: 203.0.113.99"),
    S(", rip=203.0.113.99, "),
    S("\" 203.0.113.99 \""),
    S("\\\" 203.0.113.99 "),
    S("\n<38>Nov 24 10:00:00 h sshd[1]: Accepted password for root from 203.0.113.99 port 1 ssh2"),
};

/* What a remote party chooses. */
static const enum column chosen[] = {
    COLUMN_user_name,     COLUMN_user_agent, COLUMN_url_original, COLUMN_url_path,
    COLUMN_http_referrer, COLUMN_email_from, COLUMN_dns_question,
};

struct told {
    uint32_t events;
    str address, user;
    uint8_t outcome;
    struct arena *arena;
};

static void on_event(void *ctx, struct event *ev)
{
    struct told *t = ctx;
    struct columns c;

    event_settle(ev, t->arena);
    columns_fill(ev, &c, t->arena);
    if (t->events++ == 0) {
        t->address = arena_str(t->arena, c.values[COLUMN_source_ip]);
        t->user = arena_str(t->arena, c.values[COLUMN_user_name]);
        t->outcome = c.outcome;
    }
}

static void on_problem(void *ctx, const struct problem *p)
{
    (void)ctx;
    assert_true(p->text[0] != '\0');
}

/* What becomes of the first record of `text`, which is one record whatever it holds. */
static struct told tell(const struct sample *s, str text, struct arena *a)
{
    struct told t = {.arena = a};
    const struct decode_sink sink = {.ctx = &t, .event = on_event, .problem = on_problem};

    format_sample_feed(s, text, &sink, a);
    return t;
}

static void cut_at_each_byte_a_record_is_at_most_one_event(void **state)
{
    struct sample_walk *w = *state;

    for (const struct sample *s; (s = sample_next(w));) {
        for (size_t n = 1; n < s->line.n; n++) {
            struct told t = tell(s, (str){s->line.p, n}, w->arena);
            assert_true(t.events <= 1);
            arena_reset(w->arena);
        }
    }
}

static void words_in_another_order_do_no_harm(void **state)
{
    struct sample_walk *w = *state;

    for (const struct sample *s; (s = sample_next(w));) {
        for (size_t at = 0; at < s->line.n; at++) {
            if (s->line.p[at] != ' ' && s->line.p[at] != ',')
                continue;
            struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
            buf_add(&text, str_from_at(s->line, at + 1));
            buf_char(&text, s->line.p[at]);
            buf_add(&text, (str){s->line.p, at});
            assert_true(tell(s, buf_str(&text), w->arena).events <= 1);
            arena_reset(w->arena);
        }
    }
}

/* ------------------------------------------------------------ forged values */

/* Would the product let the text stand so in the place of a value? */
static bool stands(str line, const char *at, str value, str text)
{
    char before = at > line.p ? at[-1] : ' ';
    const char *end = at + value.n;
    char after = end < line.p + line.n ? *end : ' ';

    if (before == '"' || after == '"' || before == '\'' || line.p[0] == '{')
        return !memchr(text.p, '"', text.n) && !memchr(text.p, '\n', text.n);
    if (before == '=' && !memchr(value.p, ' ', value.n))
        return !memchr(text.p, ' ', text.n);
    if (before == ',' && after == ',')
        return !memchr(text.p, ',', text.n);
    return true;
}

static void check_forged(const struct sample *s, const struct told *was, enum column column,
                         str line, struct arena *a)
{
    struct told t = tell(s, line, a);
    bool kept = !t.address.n || str_eq(t.address, was->address);

    kept = kept && !(was->outcome == OUTCOME_FAILURE && t.outcome == OUTCOME_SUCCESS);
    if (column != COLUMN_user_name)
        kept = kept && (!t.user.n || str_eq(t.user, was->user));
    if (!kept)
        fail_msg("%s: forged: " STR_FMT "\n  address " STR_FMT ", user " STR_FMT ", outcome %u",
                 s->folder, STR_ARG(line), STR_ARG(t.address), STR_ARG(t.user), t.outcome);
}

static void forge(const struct sample *s, const struct told *was, enum column column, str value,
                  struct arena *a)
{
    const char *at = value.n ? str_find(s->line, value) : NULL;

    for (size_t i = 0; at && i < countof(forged); i++) {
        for (int behind = 0; behind < 2; behind++) {
            if (!stands(s->line, at, value, forged[i]))
                continue;
            struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
            buf_add(&text, (str){s->line.p, (size_t)(at - s->line.p) + (behind ? value.n : 0)});
            buf_add(&text, forged[i]);
            buf_add(&text, str_from_at(s->line, (size_t)(at - s->line.p) + (behind ? value.n : 0)));
            check_forged(s, was, column, buf_str(&text), a);
        }
    }
}

struct forging {
    const struct sample *sample;
    struct arena *arena;
};

static void forge_event(void *ctx, struct event *ev)
{
    const struct forging *f = ctx;
    struct columns c;
    struct told was;

    event_settle(ev, f->arena);
    columns_fill(ev, &c, f->arena);
    was = (struct told){.address = c.values[COLUMN_source_ip],
                        .user = c.values[COLUMN_user_name],
                        .outcome = c.outcome};
    for (size_t i = 0; i < countof(chosen); i++)
        forge(f->sample, &was, chosen[i], c.values[chosen[i]], f->arena);
}

static void what_a_remote_party_writes_forges_nothing_else(void **state)
{
    struct sample_walk *w = *state;

    for (const struct sample *s; (s = sample_next(w));) {
        struct forging f = {s, w->arena};
        const struct decode_sink sink = {.ctx = &f, .event = forge_event, .problem = on_problem};
        format_sample_feed(s, s->line, &sink, w->arena);
        arena_reset(w->arena);
    }
}

static int begin(void **state)
{
    *state = sample_walk_new();
    return *state ? 0 : -1;
}

static int end(void **state)
{
    sample_walk_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cut_at_each_byte_a_record_is_at_most_one_event, begin, end),
        cmocka_unit_test_setup_teardown(words_in_another_order_do_no_harm, begin, end),
        cmocka_unit_test_setup_teardown(what_a_remote_party_writes_forges_nothing_else, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
