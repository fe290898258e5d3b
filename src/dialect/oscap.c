/*
 * oscap.c - OpenSCAP's results, as agents log them:
 *
 *   oscap: msg: "xccdf-result", scan-id: "0011", content: "ssg.xml", title: "...", id: "...",
 *   result: "fail", severity: "low", ...
 *
 * A rule that is not met is a failure. Names are OpenSCAP's; values end at a quote before a comma
 * or at the end, as descriptions may hold others.
 */
#include "event/column_table.h"
#include "message/dialect.h"

enum { PAIRS_MAX = 64, NAME_BYTES_MAX = 64 };

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str result = event_get(ev, S("result"));

    (void)a;
    if (str_eq(result, S("pass")) || str_eq(result, S("fixed")))
        c->outcome = OUTCOME_SUCCESS;
    else if (str_eq(result, S("fail")) || str_eq(result, S("error")))
        c->outcome = OUTCOME_FAILURE;
}

static const struct column_rule columns[] = {
    TO("msg", event_code, TEXT),        TO("id", rule_id, TEXT),
    TO("title", rule_name, TEXT),       TO("result", event_action, TEXT),
    TO("severity", log_level, LOWER),   TO("scan-id", event_id, TEXT),
    TO("content", rule_category, TEXT), END,
};
static const struct kind kind_oscap = {.format = "oscap", .columns = columns, .refine = refine};
static const struct kind kind_result = {.base = &kind_oscap, .activity = ACTIVITY_vulnerability};
static const struct kind kind_error = {
    .base = &kind_oscap, .action = "error", .outcome = OUTCOME_FAILURE};

/* `name: "value"` and the comma or blank behind it. */
static bool take_pair(str *s, str *ret_name, str *ret_value)
{
    while (s->n && (s->p[0] == ' ' || s->p[0] == ',' || s->p[0] == '.'))
        *s = str_from_at(*s, 1);
    const char *at = str_find(*s, S(": \""));
    if (!at || (size_t)(at - s->p) > NAME_BYTES_MAX)
        return false;
    *ret_name = (str){s->p, (size_t)(at - s->p)};
    str rest = str_from_at(*s, ret_name->n + 3);
    size_t n = 0;
    while (n < rest.n &&
           !(rest.p[n] == '"' && (n + 1 == rest.n || memchr(",. ", rest.p[n + 1], 3))))
        n++;
    *ret_value = (str){rest.p, n};
    *s = str_from_at(rest, n + 1);
    return ret_name->n > 0;
}

static bool read(void *state, struct message *m)
{
    const str tag = S("oscap: ");
    str s = m->text, name, value;

    (void)state;
    if (str_starts(s, tag))
        s = str_from_at(s, tag.n);
    if (!str_starts(s, S("msg: \""))) {
        if (str_starts(s, S("ERROR: ")))
            message_kind(m, &kind_error);
        message_add(m, S("text"), s);
        return true;
    }
    for (int i = 0; i < PAIRS_MAX && take_pair(&s, &name, &value); i++)
        message_add(m, name, value);
    message_kind(m, &kind_result);
    return true;
}

const struct dialect dialect_oscap = {
    .name = "oscap",
    .summary = "OpenSCAP: results of a scan, as agents log them",
    .sample =
        "oscap: msg: \"xccdf-result\", scan-id: \"0011\", content: \"ssg.xml\", title: \"Ensure "
        "/tmp is a partition\", id: \"xccdf_rule_1\", result: \"fail\", severity: \"low\"",
    .kind = &kind_oscap,
    .programs = {S("oscap")},
    .starts = {S("oscap: ")},
    .read = read,
    .bare = true,
};
