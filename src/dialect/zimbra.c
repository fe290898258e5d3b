/*
 * zimbra.c - Zimbra's mailbox and audit logs: "TIME LEVEL  [thread] [name=a;oip=192.0.2.7;...]
 * text". The pairs are the server's; oip, the first of two addresses, is the client's own.
 */
#include "message/stamped.h"

static const struct column_rule columns[] = {
    {S("account"), COLUMN_user_name, VIA_ACCOUNT},
    {S("name"), COLUMN_user_name, VIA_ACCOUNT},
    {S("oip"), COLUMN_source_ip, VIA_ADDRESS},
    {S("ip"), COLUMN_source_ip, VIA_ADDRESS},
    {S("oport"), COLUMN_source_port, VIA_TEXT},
    {S("ua"), COLUMN_user_agent, VIA_TEXT},
    {.field = S("")},
};
static const struct kind kind_zimbra = {.format = "zimbra", .columns = columns};
static const struct kind kind_login_failed = {.base = &kind_zimbra,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {.base = &kind_zimbra,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};

static const struct template_row templates[] = {
    {"SoapEngine - handler exception: authentication failed for [{account*}], {reason*}",
     &kind_login_failed},
    {"SoapEngine - handler exception", &kind_login_failed},
    {"security - cmd=Auth; account={account:text}; protocol={protocol}; error=authentication "
     "failed for [{:text}], {reason*}",
     &kind_login_failed},
    {"security - cmd=AdminAuth; account={account:text}; error=authentication failed for [{:text}], "
     "{reason*}",
     &kind_login_failed},
    {"security - cmd=Auth; account={account:text}; protocol={protocol};", &kind_login},
    {"{component} - {text*}", NULL},
};

/* "[a;b]" in front. */
static bool take_bracket(str *s, str *ret)
{
    const char *end = s->n && s->p[0] == '[' ? str_find(*s, S("] ")) : NULL;

    if (!end)
        return false;
    *ret = (str){s->p + 1, (size_t)(end - s->p) - 1};
    *s = str_trim(str_from_at(*s, ret->n + 2));
    return true;
}

/* The first of a name counts: those behind it may stand in a user agent. */
static void read_pairs(struct message *m, str pairs)
{
    enum { PAIRS_MAX = 24 };

    for (uint32_t i = 0; i < PAIRS_MAX && pairs.n; i++) {
        str value = str_cut(&pairs, ';'), name = str_cut(&value, '=');
        if (name.n && value.n && !event_get(m->event, name).p)
            message_add(m, name, value);
    }
}

static bool read(void *state, struct message *m)
{
    static const str levels[] = {S("INFO"), S("WARN"), S("ERROR"), S("DEBUG"), S("FATAL")};
    str s = m->text, time = stamped_take(&s), level = {0}, thread, pairs;

    for (size_t i = 0; i < countof(levels); i++)
        if (str_starts(s, levels[i]))
            level = levels[i];
    s = str_trim(str_from_at(s, level.n));
    if (!level.n || !take_bracket(&s, &thread) || !take_bracket(&s, &pairs) ||
        !stamped_match(state, m, time, s))
        return false;
    m->layout = 0;
    message_add(m, S("level"), level);
    message_add(m, S("thread"), thread);
    read_pairs(m, pairs);
    return true;
}

static int sniff(str text)
{
    str s = text;

    enum { STAMP_BYTES = 23 }; /* "2026-11-24 10:00:00,616" */

    if (s.n <= STAMP_BYTES || s.p[0] < '0' || s.p[0] > '9' || s.p[STAMP_BYTES] != ' ' ||
        s.p[STAMP_BYTES - 4] != ',' || !str_find(s, S("oip=")))
        return 0;
    return str_find(s, S("] [")) && stamped_take(&s).n ? 70 : 0;
}

const struct dialect dialect_zimbra = {
    .name = "zimbra",
    .summary = "Zimbra's mailbox and audit logs: logons and their failures",
    .sample = "2026-11-24 10:00:00,616 INFO  [qtp9-137:https://mail.example.com/service/soap/] "
              "[name=alice@example.com;oip=192.0.2.7;ua=x;] SoapEngine - handler exception: "
              "authentication failed for [alice@example.com], invalid password",
    .kind = &kind_zimbra,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
