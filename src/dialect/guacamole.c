/*
 * guacamole.c - Apache Guacamole's web application:
 *
 *   2026-11-24T10:00:00,123Z [http-nio-8080-exec-9] WARN  o.a.g.r.auth.AuthenticationService -
 *   Authentication attempt from [192.0.2.7, 10.0.0.2] for user "alice" failed.
 *
 * The list of addresses is X-Forwarded-For with the peer behind it, the proxy: a client can put any
 * before the last that the proxy added, which is the one before the peer. Logs of Java's own logger
 * have the time on a line before.
 */
#include "base/mem.h"
#include "message/dialect.h"
#include "message/time_text.h"

static const struct kind kind_guacamole = {.format = "guacamole", .action = "notice"};
static const struct kind kind_failed = {
    .base = &kind_guacamole,
    .action = "logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_logon = {
    .base = &kind_guacamole,
    .action = "logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_connect = {
    .base = &kind_guacamole,
    .action = "tunnel_connect",
    .activity = ACTIVITY_tunnel_open,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_disconnect = {
    .base = &kind_guacamole,
    .action = "tunnel_disconnect",
    .activity = ACTIVITY_tunnel_close,
};

static const struct template_row rows[] = {
    {"Authentication attempt from [{addresses*}] for user \"{user*}\" failed.", &kind_failed},
    {"Authentication attempt from {src_ip:ip} for user \"{user*}\" failed.", &kind_failed},
    {"Anonymous authentication attempt from [{addresses*}] failed.", &kind_failed},
    {"Anonymous authentication attempt from {src_ip:ip} failed.", &kind_failed},
    {"User \"{user*}\" successfully authenticated from [{addresses*}].", &kind_logon},
    {"User \"{user*}\" successfully authenticated from {src_ip:ip}.", &kind_logon},
    {"User \"{user*}\" successfully authenticated from [{addresses*}] .", &kind_logon},
    {"User \"{user*}\" connected to connection \"{connection*}\".", &kind_connect},
    {"User \"{user*}\" disconnected from connection \"{connection*}\".{reason*}", &kind_disconnect},
};

static void *open(const struct dialect *self)
{
    (void)self;
    return template_set_new(rows, countof(rows));
}

static void close(void *state)
{
    template_set_free(state);
}

static str client_of(str list)
{
    const char *last = memrchr(list.p, ',', list.n);

    if (!last)
        return list;
    str before = {list.p, (size_t)(last - list.p)};
    const char *other = memrchr(before.p, ',', before.n);
    return str_trim(other ? str_from_at(before, (size_t)(other - before.p) + 1) : before);
}

/* The text behind "guacamole_compose           | ", which docker compose puts before each line. */
static str without_container(str text)
{
    enum { NAME_MAX_BYTES = 80 };
    const str front = {text.p, text.n < NAME_MAX_BYTES ? text.n : NAME_MAX_BYTES};
    const char *bar = str_find(front, S(" | "));
    const char *blank = front.n ? memchr(front.p, ' ', front.n) : NULL;

    if (!bar || !blank)
        return text;
    for (const char *p = blank; p < bar; p++) /* nothing but blanks behind the name */
        if (*p != ' ')
            return text;
    return str_from_at(text, (size_t)(bar - text.p) + 3);
}

/* The message of a logback line, or of one of Java's logger. */
static str message_of(struct message *m)
{
    struct syslog_time time;
    str text = without_container(m->text);
    const char *dash = str_find(text, S(" - "));
    size_t n = time_text_take(text, m->time_rule, &time);

    n = n ? n : time_text_take_clock(text, m->time_rule, &time);
    if (n && time.known)
        message_time(m, time.ns, time.digits, time.guess);
    if (str_starts(text, S("WARNING: ")) || str_starts(text, S("INFO: ")))
        return str_trim(
            str_from_at(text, (size_t)((char *)memchr(text.p, ':', text.n) - text.p) + 1));
    return dash ? str_from_at(text, (size_t)(dash - text.p) + 3) : text;
}

static bool read(void *state, struct message *m)
{
    if (!template_match_part(state, m, message_of(m)))
        return false;
    str list = event_get(m->event, S("addresses"));
    if (list.n)
        message_add(m, S("src_ip"), client_of(list));
    return true;
}

static int sniff(str text)
{
    enum { LIKELY = 85, FRONT_MAX = 160 };
    str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};

    return str_find(front, S(" o.a.g.")) || str_find(front, S("uthentication attempt from "))
               ? LIKELY
               : 0;
}

const struct dialect dialect_guacamole = {
    .name = "guacamole",
    .summary = "Apache Guacamole: logons and connections",
    .sample = "2026-11-24T10:00:00,123Z [http-nio-8080-exec-9] WARN  "
              "o.a.g.r.auth.AuthenticationService - Authentication attempt from 192.0.2.7 for user "
              "\"alice\" failed.",
    .kind = &kind_guacamole,
    .programs = {S("guacamole"), S("guacamole-client")},
    .sniff = sniff,
    .bare = true,
    .read = read,
    .open = open,
    .close = close,
};
