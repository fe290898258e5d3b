/* nsd.c - NSD: transfers refused, answers limited. */
#include "message/dialect.h"
#include "message/time_text.h"

static const struct column_constant constants[] = {
    {S("dns"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_nsd = {.format = "nsd", .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_nsd, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(refused, "zone_transfer_refused", dns_query, FAILURE);
KIND(limited, "rate_limited", dns_query, FAILURE);
KIND(transfer, "zone_transfer", dns_query, SUCCESS);
KIND(notify, "notify", dns_query, UNTOLD);
KIND(told, NULL, none, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"{query_kind} for {query} from [[client ||]]{src_ip:ip} refused, {reason:text}",
     &kind_refused},
    {"{query_kind} for zone {query} from [[client ||]]{src_ip:ip} refused, {reason:text}",
     &kind_refused},
    {"axfr for {query} from [[client ||]]{src_ip:ip}", &kind_transfer},
    {"ratelimit block {query} type {limit_type} target {target} query {src_ip:ip} {record_type}",
     &kind_limited},
    {"ratelimit unblock {query} type {limit_type} target {target}", &kind_told},
    {"notify for {query} from {src_ip:ip}[[ serial {serial:int}||]]", &kind_notify},
    {"notify for {query} from {src_ip:ip} refused, {reason:text}", &kind_refused},
    {"zone {query} serial {serial:int} is updated to {:text}", &kind_told},
    {"nsd started (NSD {version}), pid {:int}", &kind_told},
};

/* "[1795514400] nsd[712]: info: " in front where it keeps a file of its own; "info: " else. */
static bool read(void *state, struct message *m)
{
    static const str levels[] = {S("info"), S("notice"), S("warning"), S("error")};
    const str whole = m->text;
    str rest = whole, time = {0}, level = {0};

    if (rest.p[0] == '[') {
        rest = str_from_at(rest, 1);
        time = str_cut(&rest, ']');
        rest = str_trim(rest);
        if (!str_starts(rest, S("nsd[")))
            return false;
        (void)str_cut(&rest, ' ');
    }
    for (size_t i = 0; i < countof(levels) && !level.n; i++)
        if (str_starts(rest, levels[i]) && str_starts(str_from_at(rest, levels[i].n), S(": ")))
            level = levels[i];
    m->text = level.n ? str_trim(str_from_at(rest, level.n + 2)) : rest;
    bool read = m->text.n && template_match(state, m);
    m->text = whole;
    if (!read)
        return false;
    m->layout = 0;
    if (time.n) {
        message_time_text(m, time);
        message_add(m, S("timestamp"), time);
    }
    if (level.n)
        message_add(m, S("level"), level);
    return true;
}

static int sniff(str text)
{
    return text.p[0] == '[' && str_find(text, S("] nsd[")) ? 80 : 0;
}

const struct dialect dialect_nsd = {
    .name = "nsd",
    .summary = "NSD: zone transfers and limited answers",
    .sample = "[2026-11-24 10:00:00.123] nsd[712]: info: axfr for example.com. from 192.0.2.7 "
              "refused, no acl matches",
    .kind = &kind_nsd,
    .programs = {S("nsd")},
    .bare = true,
    .sniff = sniff,
    .sources = {{.category = S("dns")}},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
