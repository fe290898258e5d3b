/*
 * cisco_ise.c - Cisco's Identity Services Engine:
 *
 *   CISE_Failed_Attempts 0001027727 2 0 2026-11-24 10:00:00.301 +01:00 0015075255 5400 NOTICE
 *   Failed-Attempt: Authentication failed, ConfigVersionId=11, UserName=x, ...
 *   CISE_Failed_Attempts 0001027727 2 1 Step=11001, FailureReason=...
 *
 * Number of the message, of its segments, and of this one; the first has the heading. A comma in a
 * value has a backslash before it. The first value of a name is the field's, others are further
 * elements.
 */
#include "dialect/cisco_mnemonic.h"
#include "event/column_table.h"
#include "message/device_time.h"
#include "message/pair.h"

static const struct column_rule columns[] = {
    TO("UserName", user_name, ACCOUNT),
    TO("User-Name", user_name, ACCOUNT),
    TO("AdminName", user_name, TEXT),
    TO("User", user_name, ACCOUNT),
    TO("AD-Account-Name", user_name, ACCOUNT),
    TO("AD-Domain", user_domain, TEXT),
    TO("AdminIPAddress", source_ip, ADDRESS),
    TO("Framed-IP-Address", source_ip, TEXT),
    TO("Calling-Station-ID", source_ip, TEXT),
    TO("Remote-Address", source_ip, ADDRESS),
    TO("Device IP Address", observer_name, TEXT),
    TO("NetworkDeviceName", observer_name, TEXT),
    TO("DestinationIPAddress", destination_ip, TEXT),
    TO("DestinationPort", destination_port, TEXT),
    TO("EndPointMACAddress", source_mac, LOWER),
    TO("Protocol", network_protocol, LOWER),
    TO("FailureReason", event_reason, TEXT),
    TO("OperationMessageText", event_reason, TEXT),
    TO("text", event_reason, TEXT),
    TO("ISEPolicySetName", rule_name, TEXT),
    TO("CmdSet", process_command_line, TEXT),
    TO("class", event_provider, TEXT),
    END,
};
static const struct column_constant vendor[] = {
    {S("Cisco"), COLUMN_observer_vendor},
    {S("ISE"), COLUMN_observer_product},
    {.value = S("")},
};

/* What tells the end where the heading does not: a segment without one, an operator's logon. */
static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str status = event_get(ev, S("AuthenticationStatus")), text = event_get(ev, S("text"));
    str mac = event_get(ev, S("EndPointMACAddress"));

    mac = cisco_mac(mac.n ? mac : event_get(ev, S("Calling-Station-ID")), a);
    if (mac.n)
        c->values[COLUMN_source_mac] = mac;
    if (c->outcome)
        return;
    if (str_find(status, S("Passed")) || str_find(text, S("succeeded")))
        c->outcome = OUTCOME_SUCCESS;
    else if (event_get(ev, S("FailureReason")).n || str_find(status, S("Failed")) ||
             str_find(text, S("failed")))
        c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_ise = {
    .format = "cisco_ise",
    .activity = ACTIVITY_authenticate,
    .columns = columns,
    .constants = vendor,
    .refine = refine,
};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_ise,                                                                         \
        .action = what,                                                                            \
        .activity = ACTIVITY_##of,                                                                 \
        .outcome = OUTCOME_##how,                                                                  \
    };
KIND(passed, "logged-in", logon, SUCCESS)
KIND(failed, "logon-failed", logon, FAILURE)
KIND(operator_logon, "operator-logon", logon, UNTOLD)
KIND(accounting, "accounting", session_open, UNTOLD)
KIND(change, "configuration-changed", config_change, UNTOLD)
KIND(command, "command-executed", process_start, UNTOLD)
KIND(other, NULL, device_state, UNTOLD)
#undef KIND

static const struct {
    str class;
    const struct kind *kind;
} classes[] = {
    {S("Passed-Authentication"), &kind_passed},  {S("Passed-Attempt"), &kind_passed},
    {S("Failed-Attempt"), &kind_failed},         {S("Administrator-Login"), &kind_operator_logon},
    {S("Radius-Accounting"), &kind_accounting},  {S("RADIUS-Accounting"), &kind_accounting},
    {S("TACACS-Accounting"), &kind_command},     {S("Tacacs-Accounting"), &kind_command},
    {S("Command-Authorization"), &kind_command}, {S("Configuration-Changes"), &kind_change},
};

/* ------------------------------------------------------------ reading */

static bool is_number(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Takes off "CISE_Sort 0001027727 2 0 "; false when it is not at the front. */
static bool take_segment(str *text, str *ret_sort, str ret_numbers[3])
{
    enum { NUMBER_DIGITS = 10 };
    str rest = *text;

    *ret_sort = (str){0};
    if (str_starts(rest, S("CISE_")))
        *ret_sort = str_cut(&rest, ' ');
    for (int i = 0; i < 3; i++)
        ret_numbers[i] = str_cut(&rest, ' ');
    if (ret_numbers[0].n != NUMBER_DIGITS || !is_number(ret_numbers[0]) ||
        !is_number(ret_numbers[1]) || !is_number(ret_numbers[2]))
        return false;
    *text = str_trim(rest);
    return true;
}

/* The part up to the next comma that has no backslash before it. */
static str take_part(str *s)
{
    str all = *s;
    size_t n = 0;

    while (n < all.n && all.p[n] != ',')
        n += all.p[n] == '\\' ? 2 : 1;
    n = n < all.n ? n : all.n;
    *s = str_from_at(all, n + 1);
    return str_trim((str){all.p, n});
}

/* A value without backslashes before commas and semicolons. */
static str unescape(str raw, struct arena *a)
{
    if (!raw.n || !memchr(raw.p, '\\', raw.n))
        return raw;
    char *out = arena_bytes(a, raw.n);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        i += raw.p[i] == '\\' && i + 1 < raw.n && (raw.p[i + 1] == ',' || raw.p[i + 1] == ';');
        out[n++] = raw.p[i];
    }
    return (str){out, n};
}

/* "2026-11-24 10:00:00.301 +01:00 0015075255 5400 NOTICE Class: text" */
static void read_heading(struct message *m, str *rest)
{
    str s = *rest, date = str_cut(&s, ' '), time = str_cut(&s, ' '), zone = str_cut(&s, ' ');

    if (!device_time_parts(m, date, time, zone))
        return;
    message_add(m, S("sequence"), str_cut(&s, ' '));
    message_add(m, S("code"), str_cut(&s, ' '));
    message_add(m, S("level"), str_cut(&s, ' '));
    s = str_trim(s);
    const char *colon = str_find(s, S(": "));
    if (colon) {
        str class = {s.p, (size_t)(colon - s.p)};
        message_add(m, S("class"), class);
        message_kind(m, &kind_other);
        for (size_t i = 0; i < countof(classes); i++)
            if (str_eq(class, classes[i].class))
                message_kind(m, classes[i].kind);
        s = str_trim(str_from_at(s, class.n + 1));
    }
    message_add(m, S("text"), take_part(&s));
    *rest = s;
}

static bool read(void *state, struct message *m)
{
    static const str names[] = {S("message_number"), S("segments"), S("segment")};
    str rest = m->text, sort, numbers[3];

    (void)state;
    if (!take_segment(&rest, &sort, numbers))
        return false;
    if (sort.n || str_starts(m->program, S("CISE_")))
        message_add(m, S("sort"), sort.n ? sort : m->program);
    for (size_t i = 0; i < countof(numbers); i++)
        message_add(m, names[i], numbers[i]);
    read_heading(m, &rest);
    struct pair_names known = pair_names_of(m);
    for (uint32_t i = 0; i < PAIRS_MAX && rest.n; i++) {
        str value = take_part(&rest), name = str_cut(&value, '=');
        name = str_trim(name);
        if (name.n && name.n <= EVENT_NAME_MAX && value.n)
            pair_add(m, &known, name, unescape(value, m->arena));
    }
    return true;
}

static int sniff(str text)
{
    str sort, numbers[3];

    return (str_starts(text, S("CISE_")) || text.p[0] == '0') && take_segment(&text, &sort, numbers)
               ? 80
               : 0;
}

const struct dialect dialect_cisco_ise = {
    .name = "cisco_ise",
    .summary = "Cisco Identity Services Engine: authentications, accounting, operators",
    .sample = "<181>Nov 24 10:00:00 ise1 CISE_Failed_Attempts 0001027727 1 0 2026-11-24 "
              "10:00:00.301 +00:00 0015075255 5400 NOTICE Failed-Attempt: Authentication failed, "
              "UserName=x, Protocol=Radius, Calling-Station-ID=192.0.2.7,",
    .kind = &kind_ise,
    .sources = {{.product = S("cisco"), .category = S(""), .service = S("ise")}},
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .read = read,
};
