/*
 * lighttpd.c - lighttpd's error log; its access log is one of web_access:
 *
 *   2026-11-24 10:00:00: (mod_auth.c.853) password doesn't match for /a username: alice IP:
 * 192.0.2.7
 *
 * Within syslog the time is left out. The address stands last.
 */
#include "base/mem.h"
#include "message/time_text.h"
#include "dialect/web_error.h"

#include <stdlib.h>

static const struct column_constant error_log[] = {{S("lighttpd.error"), COLUMN_event_dataset},
                                                   {S(""), 0}};

static const struct kind kind_notice = WEB_ERROR_KIND(notice, "lighttpd", error_log);
static const struct kind kind_logon = WEB_ERROR_KIND(logon, "lighttpd", error_log);
static const struct kind kind_denied = WEB_ERROR_KIND(denied, "lighttpd", error_log);
static const struct kind kind_attack = WEB_ERROR_KIND(attack, "lighttpd", error_log);
static const struct kind kind_tls = WEB_ERROR_KIND(tls, "lighttpd", error_log);

static const struct template_row rows[] = {
    {"password doesn't match for {uri*} username: {user*}, IP: {src_ip:ip}", &kind_logon},
    {"password doesn't match for {uri*} username: {user*} IP: {src_ip:ip}", &kind_logon},
    {"password doesn't match for {uri*} username: {user*}", &kind_logon},
    {"get_password failed[[,||]] IP: {src_ip:ip}", &kind_logon},
    {"digest: auth failed for {user*} : {reason}, IP: {src_ip:ip}", &kind_logon},
    {"digest: auth failed for {user*} : {reason*}, IP: {src_ip:ip}", &kind_logon},
    {"digest: auth failed for {user*}: {reason*}, IP: {src_ip:ip}", &kind_logon},
    {"digest: auth failed: {reason*}, IP: {src_ip:ip}", &kind_logon},
    {"digest: {reason*}, IP: {src_ip:ip}", &kind_logon},
    {"digest: {reason*} IP: {src_ip:ip}", &kind_logon},
    {"access denied{reason*} IP: {src_ip:ip}", &kind_denied},
    {"url denied{:text}", &kind_denied},
    {"SSL: {reason*}", &kind_tls},
    {"FastCGI-stderr: ALERT - {reason*} (attacker '{src_ip:ip}', file '{file*}'[[, line "
     "{line:int}||]])",
     &kind_attack},
    {"FastCGI-stderr:ALERT - {reason*} (attacker '{src_ip:ip}', file '{file*}'[[, line "
     "{line:int}||]])",
     &kind_attack},
};

struct state {
    struct template_set *templates;
};

/* "2026-11-24 10:00:00: " */
static void take_time(struct message *m, str *s)
{
    struct syslog_time time;
    size_t n = time_text_take(*s, m->time_rule, &time);

    if (!n || !str_starts(str_from_at(*s, n), S(": ")))
        return;
    if (time.known)
        message_time(m, time.ns, time.digits, time.guess);
    *s = str_from_at(*s, n + 2);
}

/* "(mod_auth.c.853) ", of which some releases lost the first bracket. */
static bool take_place(str s, str *ret_place, str *ret_rest)
{
    enum { PLACE_MAX = 64 };
    str head = {s.p, s.n < PLACE_MAX ? s.n : PLACE_MAX};
    const char *close = str_find(head, S(") ")), *dot = str_find(head, S(".c."));

    if (!close || !dot || dot > close || memchr(s.p, ' ', (size_t)(close - s.p)))
        return false;
    const size_t open = s.p[0] == '(';
    *ret_place = (str){s.p + open, (size_t)(close - s.p) - open};
    *ret_rest = str_from_at(s, (size_t)(close - s.p) + 2);
    return true;
}

static bool read(void *state, struct message *m)
{
    const struct state *s = state;
    str text = m->text, place, rest;

    take_time(m, &text);
    if (!take_place(text, &place, &rest)) {
        if (!m->program.n)
            return false;
        rest = text;
        place.n = 0;
    }
    if (place.n)
        message_add(m, S("module"), place);
    message_add(m, S("error"), str_trim(rest));
    template_match_part(s->templates, m, str_trim(rest));
    return true;
}

/* "2026-11-24 10:00:00: (x.c.1) " */
static int sniff(str text)
{
    enum { SURE = 90, STAMP_BYTES = 19 };
    str place, rest;

    return text.n > STAMP_BYTES && text.p[4] == '-' &&
                   str_starts(str_from_at(text, STAMP_BYTES), S(": ")) &&
                   take_place(str_from_at(text, STAMP_BYTES + 2), &place, &rest)
               ? SURE
               : 0;
}

static void *open(const struct dialect *self)
{
    struct state *s = mem_alloc(sizeof *s);

    (void)self;
    s->templates = template_set_new(rows, countof(rows));
    return s;
}

static void close(void *state)
{
    struct state *s = state;

    template_set_free(s->templates);
    free(s);
}

const struct dialect dialect_lighttpd = {
    .name = "lighttpd",
    .summary = "lighttpd: its error log",
    .sample = "2026-11-24 10:00:00: (mod_auth.c.853) password doesn't match for /a username: alice "
              "IP: 192.0.2.7",
    .kind = &kind_notice,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")}},
    .not_linux = true,
    .programs = {S("lighttpd")},
    .sniff = sniff,
    .bare = true,
    .read = read,
    .open = open,
    .close = close,
};
