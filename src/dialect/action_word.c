#include "dialect/action_word.h"

#include <inttypes.h>

static const str successes[] = {
    S("accept"),     S("accepted"),    S("allow"),       S("allowed"),   S("pass"),
    S("passed"),     S("permit"),      S("permitted"),   S("success"),   S("successful"),
    S("succeeded"),  S("ok"),          S("close"),       S("closed"),    S("start"),
    S("client-rst"), S("server-rst"),  S("timeout"),     S("ip-conn"),   S("forward"),
    S("encrypt"),    S("decrypt"),     S("bypass"),      S("exempt"),    S("passthrough"),
    S("log-only"),   S("monitored"),   S("key install"), S("open"),      S("authorize"),
    S("log in"),     S("inspect"),     S("redirect"),    S("ssl-allow"), S("built"),
    S("forwarded"),  S("whitelisted"), S("vpn routing"), S("allow-tls"), S("exempted"),
};

static const str failures[] = {
    S("deny"),          S("denied"),         S("block"),          S("blocked"),
    S("drop"),          S("dropped"),        S("reject"),         S("rejected"),
    S("reset"),         S("reset-both"),     S("reset-client"),   S("reset-server"),
    S("reset_client"),  S("reset_server"),   S("reset both"),     S("discard"),
    S("discarded"),     S("refuse"),         S("refused"),        S("failure"),
    S("failed"),        S("fail"),           S("error"),          S("quarantine"),
    S("quarantined"),   S("prevent"),        S("prevented"),      S("drop icmp"),
    S("block-url"),     S("block-ip"),       S("block-continue"), S("block-override"),
    S("drop_session"),  S("blacklisted"),    S("server_reset"),   S("silent-drop"),
    S("random-drop"),   S("drop-all"),       S("terminate"),      S("terminated"),
    S("ids:reset"),     S("block_domain"),   S("sinkhole"),       S("dns_failure"),
    S("block-geo-ip"),  S("period block"),   S("alert_deny"),     S("deny_no_log"),
    S("failed log in"), S("ssl-login-fail"), S("invalid"),        S("unauthorized"),
    S("ip-blocked"),    S("blocklisted"),    S("drop-packet"),
};

static bool is_among(str word, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_ieq(word, words[i]))
            return true;
    return false;
}

enum outcome action_outcome(str word)
{
    word = str_trim(word);
    if (is_among(word, failures, countof(failures)))
        return OUTCOME_FAILURE;
    return is_among(word, successes, countof(successes)) ? OUTCOME_SUCCESS : OUTCOME_UNTOLD;
}

void action_settle(struct columns *c, str word)
{
    enum outcome outcome = action_outcome(word);

    if (c->outcome == OUTCOME_UNTOLD)
        c->outcome = (uint8_t)outcome;
    if (c->outcome == OUTCOME_SUCCESS && !c->type)
        c->type = "allowed";
    if (c->outcome == OUTCOME_FAILURE && !c->type)
        c->type = "denied";
}

static void put_sum(struct columns *c, enum column one, enum column other, enum column sum,
                    struct arena *a)
{
    uint64_t x, y;

    if (c->values[sum].p || !str_u64(c->values[one], &x) || !str_u64(c->values[other], &y))
        return;
    const uint64_t both = x + y;
    if (both >= x)
        c->values[sum] = arena_printf(a, "%" PRIu64, both);
}

void traffic_bytes(struct columns *c, struct arena *a)
{
    put_sum(c, COLUMN_source_bytes, COLUMN_destination_bytes, COLUMN_network_bytes, a);
    put_sum(c, COLUMN_source_packets, COLUMN_destination_packets, COLUMN_network_packets, a);
}

void protocol_split(struct columns *c)
{
    str rest = c->values[COLUMN_network_transport];

    if (!rest.n || !memchr(rest.p, '/', rest.n))
        return;
    c->values[COLUMN_network_transport] = str_cut(&rest, '/');
    if (!c->values[COLUMN_network_protocol].p && rest.n && (rest.p[0] < '0' || rest.p[0] > '9'))
        c->values[COLUMN_network_protocol] = rest;
}
