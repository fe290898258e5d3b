#include "dialect/modsecurity.h"

#include "dialect/web_error.h"

enum { PARTS_MAX = 96 }; /* in brackets, of one message */

static const struct column_rule columns[] = {
    {S("rule_id"), COLUMN_rule_id, VIA_TEXT},          {S("rule_msg"), COLUMN_rule_name, VIA_TEXT},
    {S("rule_severity"), COLUMN_log_level, VIA_LOWER}, {S("tag"), COLUMN_rule_category, VIA_TEXT},
    {S("waf_message"), COLUMN_event_reason, VIA_TEXT}, {S("cs-host"), COLUMN_url_domain, VIA_TEXT},
    {S("rule_hostname"), COLUMN_url_domain, VIA_TEXT}, {.field = S("")},
};

const struct kind modsecurity_matched = {
    .base = &web_error_kind,
    .action = "waf_match",
    .activity = ACTIVITY_detection,
    .columns = columns,
};

const struct kind modsecurity_denied = {
    .base = &modsecurity_matched,
    .action = "waf_denied",
    .outcome = OUTCOME_FAILURE,
};

static const struct {
    str theirs, ours;
} names[] = {
    {S("file"), S("rule_file")},
    {S("line"), S("rule_line")},
    {S("id"), S("rule_id")},
    {S("rev"), S("rule_rev")},
    {S("msg"), S("rule_msg")},
    {S("data"), S("rule_data")},
    {S("severity"), S("rule_severity")},
    {S("ver"), S("rule_ver")},
    {S("maturity"), S("rule_maturity")},
    {S("accuracy"), S("rule_accuracy")},
    {S("tag"), S("tag")},
    {S("hostname"), S("rule_hostname")},
    {S("uri"), S("uri")},
    {S("unique_id"), S("unique_id")},
    {S("ref"), S("ref")},
};

/* The part `[name "value"]` at the front of s; false when there is none. */
static bool take_part(str *s, str *ret_name, str *ret_value)
{
    size_t name = 1, at;

    if (s->n == 0 || s->p[0] != '[')
        return false;
    while (name < s->n && ((s->p[name] >= 'a' && s->p[name] <= 'z') || s->p[name] == '_'))
        name++;
    if (name == 1 || name + 1 >= s->n || s->p[name] != ' ' || s->p[name + 1] != '"')
        return false;
    for (at = name + 2; at < s->n; at++) {
        if (s->p[at] == '\\')
            at++;
        else if (s->p[at] == '"')
            break;
    }
    if (at + 1 >= s->n || s->p[at + 1] != ']')
        return false;
    *ret_name = (str){s->p + 1, name - 1};
    *ret_value = (str){s->p + name + 2, at - name - 2};
    *s = str_from_at(*s, at + 2);
    return true;
}

static void add_part(struct message *m, str name, str value, bool *tagged)
{
    for (size_t i = 0; i < countof(names); i++) {
        if (!str_eq(names[i].theirs, name))
            continue;
        if (str_eq(name, S("tag")) && *tagged)
            message_add_more(m, names[i].ours, value);
        else
            message_add(m, names[i].ours, value);
        *tagged |= str_eq(name, S("tag"));
        return;
    }
}

/* Adds the parts in brackets; what stands before the first is what is told. */
static str add_parts(struct message *m, str text)
{
    str told = text, name, value;
    bool tagged = false;

    for (uint32_t n = 0; text.n && n < PARTS_MAX;) {
        const char *open = memchr(text.p, '[', text.n);
        if (!open)
            break;
        text = str_from_at(text, (size_t)(open - text.p));
        if (!take_part(&text, &name, &value)) {
            text = str_from_at(text, 1);
            continue;
        }
        if (n++ == 0)
            told.n = (size_t)(open - told.p);
        add_part(m, name, value, &tagged);
    }
    return str_trim(told);
}

static bool is_denial(str told)
{
    return str_find(told, S("ccess denied")) || str_find(told, S("denied with")) ||
           str_find(told, S("ntercepted"));
}

enum modsecurity_answer modsecurity_read(struct message *m, str text)
{
    str rest;

    if (str_starts(text, S("ModSecurity: ")))
        rest = str_from_at(text, S("ModSecurity: ").n);
    else if (str_starts(text, S("Coraza: ")))
        rest = str_from_at(text, S("Coraza: ").n);
    else
        return MODSECURITY_NONE;
    str told = add_parts(m, rest);
    const char *dot = str_find(told, S(". "));
    const bool warns = str_starts(told, S("Warning.")), denies = is_denial(rest);
    if (dot && (warns || str_starts(told, S("Access denied")))) {
        str action = {told.p, (size_t)(dot - told.p)};
        message_add(m, S("waf_action"), action);
        told = str_from_at(told, action.n + 2);
    }
    message_add(m, S("waf_message"), told);
    return denies && !warns ? MODSECURITY_DENIED : MODSECURITY_MATCHED;
}
