#include "dialect/mail_text.h"

#include "message/hole.h"

bool mail_take_path(str *s, str *ret)
{
    bool quoted = false;

    if (!s->n || s->p[0] != '<')
        return false;
    for (size_t i = 1; i < s->n; i++) {
        if (quoted && s->p[i] == '\\') {
            i++;
        } else if (s->p[i] == '"') {
            quoted = !quoted;
        } else if (s->p[i] == '>' && !quoted) {
            *ret = (str){s->p + 1, i - 1};
            *s = str_from_at(*s, i + 1);
            return true;
        }
    }
    return false;
}

/* ":25" at the front. */
static str take_port(str *s)
{
    enum { DIGITS_MAX = 5 };
    size_t n = 1;

    while (n < s->n && n <= DIGITS_MAX && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (n < 2 || s->p[0] != ':')
        return (str){0};
    str port = {s->p + 1, n - 1};
    *s = str_from_at(*s, n);
    return port;
}

/* May the byte stand in the name of a host? */
static bool is_host_byte(char c)
{
    str one = {&c, 1}, unused;

    return c != ':' && hole_take(HOLE_HOST, one, &unused) > 0;
}

bool mail_take_peer(str *s, struct mail_peer *ret)
{
    str rest = *s;
    size_t n = hole_take(HOLE_HOST, rest, &ret->name);

    *ret = (struct mail_peer){.name = {rest.p, n}};
    rest = str_from_at(rest, n);
    if (n && rest.n > 1 && rest.p[0] == ' ' && rest.p[1] == '[')
        rest = str_from_at(rest, 1);
    if (rest.n && rest.p[0] == '[') {
        n = hole_take(HOLE_IP, rest, &ret->ip);
    } else { /* an address alone: names may begin like one */
        rest = *s;
        ret->name = (str){0};
        n = hole_take(HOLE_IP, rest, &ret->ip);
        if (n < rest.n && is_host_byte(rest.p[n]))
            return false;
    }
    if (!n)
        return false;
    rest = str_from_at(rest, n);
    ret->port = take_port(&rest);
    *s = rest;
    return true;
}

void mail_put_source(struct message *m, const struct mail_peer *peer)
{
    if (peer->name.n)
        message_add(m, S("src_host"), peer->name);
    message_add(m, S("src_ip"), peer->ip);
    if (peer->port.n)
        message_add_number(m, S("src_port"), peer->port);
}

void mail_put_destination(struct message *m, const struct mail_peer *peer)
{
    if (peer->name.n)
        message_add(m, S("dst_host"), peer->name);
    message_add(m, S("dst_ip"), peer->ip);
    if (peer->port.n)
        message_add_number(m, S("dst_port"), peer->port);
}

void mail_refine(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev, (void)a;
    if (str_eq(c->values[COLUMN_source_domain], S("unknown")))
        c->values[COLUMN_source_domain] = (str){0};
    if (c->values[COLUMN_network_transport].p)
        c->values[COLUMN_network_transport] = S("tcp");
}
