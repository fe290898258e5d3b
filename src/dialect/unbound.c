/* unbound.c - Unbound: questions, answers, faults. */
#include "message/dialect.h"
#include "message/time_text.h"

static void settle(const struct event *ev, struct columns *c, struct arena *a);

static const struct column_rule columns[] = {
    {S("response_code"), COLUMN_dns_code, VIA_TEXT},
    {S("error_type"), COLUMN_event_code, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct column_constant constants[] = {
    {S("dns"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_unbound = {
    .format = "unbound", .columns = columns, .constants = constants, .refine = settle};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_unbound,                                 \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(query, "query", dns_query, SUCCESS);
KIND(reply, "reply", dns_answer, UNTOLD);
KIND(failed, "error", app_fail, FAILURE);
KIND(validation, "validating", dns_answer, FAILURE);
KIND(start, "server_started", app_start, SUCCESS);
KIND(stop, "server_stopped", app_stop, SUCCESS);
KIND(blocked, "local_zone", dns_answer, FAILURE);
KIND(told, NULL, dns, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"query: {src_ip:ip} {query} {record_type} {query_class}", &kind_query},
    {"reply: {src_ip:ip} {query} {record_type} {query_class} {response_code} {seconds} "
     "{cached:int} {size:int}",
     &kind_reply},
    {"info: {src_ip:ip} {query} {record_type} {query_class} {response_code} {seconds} {cached:int} "
     "{size:int}",
     &kind_reply},
    {"info: {src_ip:ip} {query} {record_type} {query_class}", &kind_query},
    {"info: {zone} {zone_type} {src_ip:ip}@{src_port:int} {query} {record_type} {query_class}",
     &kind_blocked},
    {"info: validation failure <{query} {record_type} {query_class}>: {reason*}", &kind_validation},
    {"info: validation failure {reason*}", &kind_validation},
    {"info: start of service ({version:text}).", &kind_start},
    {"info: service stopped ({version:text}).", &kind_stop},
    {"error: {error_type:text}: {reason*}", &kind_failed},
    {"error: {reason*}", &kind_failed},
    {"fatal error: {reason*}", &kind_failed},
    {"notice: init module {:int}: {module}", &kind_told},
    {"notice: {reason*}", &kind_told},
    {"warning: {reason*}", &kind_told},
    {"info: {reason*}", &kind_told},
    {"debug: {reason*}", &kind_told},
};

/* Names are written with the root's point, which the column is without. An answer is as its code
 * says. */
static void settle(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev;
    (void)a;
    str *name = &c->values[COLUMN_dns_question], code = c->values[COLUMN_dns_code];

    if (name->n > 1 && name->p[name->n - 1] == '.')
        name->n--;
    if (code.n && c->outcome == OUTCOME_UNTOLD)
        c->outcome = str_eq(code, S("NOERROR")) ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
}

/* "[712:0] " or, in a file of its own, "[1795514400] unbound[712:0] " in front. */
static bool read(void *state, struct message *m)
{
    const str whole = m->text;
    str rest = whole, time = {0};

    if (rest.p[0] == '[') {
        rest = str_from_at(rest, 1);
        str inner = str_cut(&rest, ']');
        rest = str_trim(rest);
        if (str_starts(rest, S("unbound["))) {
            time = inner;
            (void)str_cut(&rest, ' ');
        }
    } else if (time_text_length(rest)) { /* with log-time-iso */
        time = (str){rest.p, time_text_length(rest)};
        rest = str_trim(str_from_at(rest, time.n));
        if (!str_starts(rest, S("unbound[")))
            return false;
        (void)str_cut(&rest, ' ');
    }
    m->text = rest;
    bool read = rest.n && template_match(state, m);
    m->text = whole;
    if (read && time.n) {
        message_time_text(m, time);
        message_add(m, S("timestamp"), time);
        m->layout = 0;
    }
    return read;
}

static int sniff(str text)
{
    return text.p[0] == '[' && str_find(text, S("] unbound[")) ? 80 : 0;
}

const struct dialect dialect_unbound = {
    .name = "unbound",
    .summary = "Unbound: queries, replies, errors",
    .sample = "[1795514400] unbound[712:0] info: 192.0.2.7 www.example.com. A IN",
    .kind = &kind_unbound,
    .programs = {S("unbound")},
    .bare = true,
    .sniff = sniff,
    .sources = {{.category = S("dns")}},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
