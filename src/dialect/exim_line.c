#include "dialect/exim_line.h"

#include <string.h>

enum {
    FIELDS_MAX = 64, /* of a line */
    NAME_MAX_BYTES = 5,
    PART_1 = 6, /* bytes of the parts of a message's name, before 4.97 and since */
    PART_2_OLD = 6,
    PART_2_NEW = 11,
    PART_3_OLD = 2,
    PART_3_NEW = 4,
};

static bool is_alnum(char c)
{
    char lower = ascii_lower(c);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

static size_t alnum_run(str s)
{
    size_t n = 0;

    while (n < s.n && is_alnum(s.p[n]))
        n++;
    return n;
}

static size_t id_length(str s)
{
    size_t a = alnum_run(s), b = alnum_run(str_from_at(s, a + 1));
    size_t c = alnum_run(str_from_at(s, a + b + 2));

    if (a != PART_1 ||
        !((b == PART_2_OLD && c == PART_3_OLD) || (b == PART_2_NEW && c == PART_3_NEW)))
        return 0;
    size_t n = a + b + c + 2;
    return s.p[a] == '-' && s.p[a + b + 1] == '-' && n < s.n && s.p[n] == ' ' ? n : 0;
}

/* Bytes of "[712] "; 0: there is none. */
static size_t pid_length(str s)
{
    size_t n = 1;

    if (!s.n || s.p[0] != '[')
        return 0;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    return n > 1 && n + 1 < s.n && s.p[n] == ']' && s.p[n + 1] == ' ' ? n + 2 : 0;
}

bool exim_has_id(str s)
{
    return id_length(str_from_at(s, pid_length(s))) > 0;
}

void exim_take_ids(struct message *m, str *s)
{
    size_t n = pid_length(*s);

    if (n) {
        message_add_number(m, S("exim_pid"), (str){s->p + 1, n - 3});
        *s = str_from_at(*s, n);
    }
    n = id_length(*s);
    if (n) {
        message_add(m, S("queue_id"), (str){s->p, n});
        *s = str_from_at(*s, n + 1);
    }
}

/* ------------------------------------------------------------ hosts */

static bool take_endpoint(str *s, str *ret_ip, str *ret_port)
{
    size_t n = s->n && s->p[0] == '[' ? hole_take(HOLE_IP, *s, ret_ip) : 0;

    *ret_port = (str){0};
    if (!n)
        return false;
    *s = str_from_at(*s, n);
    size_t digits =
        s->n > 1 && s->p[0] == ':' ? hole_take(HOLE_INT, str_from_at(*s, 1), ret_port) : 0;
    *s = str_from_at(*s, digits ? digits + 1 : 0);
    return true;
}

/* Up to the address, which is looked at but not kept. */
static bool take_names(str *s, str *ret_name, str *ret_helo)
{
    str rest = *s;

    *ret_name = *ret_helo = (str){0};
    if (rest.n && rest.p[0] != '(' && rest.p[0] != '[') {
        size_t n = hole_take(HOLE_HOST, rest, ret_name);
        if (!n || n >= rest.n || rest.p[n] != ' ')
            return false;
        rest = str_from_at(rest, n + 1);
    }
    if (rest.n && rest.p[0] == '(') {
        size_t n = 1;
        while (n < rest.n && rest.p[n] != ' ')
            n++;
        if (n < 2 || n >= rest.n || rest.p[n - 1] != ')')
            return false;
        *ret_helo = (str){rest.p + 1, n - 2};
        rest = str_from_at(rest, n + 1);
    }
    *s = rest;
    return true;
}

static bool take_host(struct message *m, str *s, bool source)
{
    str rest = *s, name, helo, ip, port;

    if (!take_names(&rest, &name, &helo) || !take_endpoint(&rest, &ip, &port))
        return false;
    if (name.n)
        message_add(m, source ? S("src_host") : S("dst_host"), name);
    if (helo.n)
        message_add(m, S("helo"), helo);
    message_add(m, source ? S("src_ip") : S("dst_ip"), ip);
    if (port.n)
        message_add_number(m, source ? S("src_port") : S("dst_port"), port);
    *s = rest;
    return true;
}

bool exim_take_host(struct message *m, str *s)
{
    return take_host(m, s, true);
}

/* ------------------------------------------------------------ fields */

static size_t field_name(str s)
{
    size_t n = alnum_run(s);

    return n && n <= NAME_MAX_BYTES && n < s.n && s.p[n] == '=' ? n : 0;
}

static str take_quoted(str *s)
{
    size_t n = 1;

    while (n < s->n && s->p[n] != '"')
        n += s->p[n] == '\\' ? 2 : 1;
    n = n < s->n ? n : s->n;
    str value = {s->p + 1, n - 1};
    *s = str_from_at(*s, n + 1);
    return value;
}

static str take_value(str *s)
{
    str value;
    size_t n = 0;

    if (s->n && s->p[0] == '"')
        return take_quoted(s);
    if (mail_take_path(s, &value))
        return value;
    while (n < s->n && s->p[n] != ' ')
        n++;
    value = (str){s->p, n};
    if (n && value.p[n - 1] == ':') /* the colon of the text behind */
        value.n--;
    *s = str_from_at(*s, value.n);
    return value;
}

static void put_field(struct message *m, str name, str value)
{
    message_add(m, name, value);
    if (str_eq(name, S("A"))) {
        const char *colon = memchr(value.p, ':', value.n);
        if (colon)
            message_add(m, S("user"), str_from_at(value, (size_t)(colon - value.p) + 1));
    } else if (str_eq(name, S("U"))) {
        message_add(m, S("user"), value);
    }
}

/* One field at the front; false: there is none. */
static bool take_field(struct message *m, str *s, bool host, bool source)
{
    str rest = *s, ip, port;

    while (rest.n && rest.p[0] == ' ')
        rest = str_from_at(rest, 1);
    size_t n = field_name(rest);
    if (!n)
        return false;
    str name = {rest.p, n};
    rest = str_from_at(rest, n + 1);
    if (host && str_eq(name, S("H"))) {
        if (!take_host(m, &rest, source))
            return false;
    } else if (str_eq(name, S("I")) && take_endpoint(&rest, &ip, &port)) {
        message_add(m, S("dst_ip"), ip);
        if (port.n)
            message_add_number(m, S("dst_port"), port);
    } else if (host && source && str_eq(name, S("T"))) {
        message_add(m, S("subject"), take_value(&rest));
    } else {
        put_field(m, name, take_value(&rest));
    }
    *s = rest;
    return true;
}

static void take_fields(struct message *m, str *s, bool host, bool source)
{
    for (uint32_t i = 0; i < FIELDS_MAX && take_field(m, s, host, source);)
        i++;
    while (s->n && s->p[0] == ' ')
        *s = str_from_at(*s, 1);
}

void exim_take_fields(struct message *m, str *s)
{
    take_fields(m, s, false, true);
}

void exim_take_all(struct message *m, str *s, bool source)
{
    take_fields(m, s, true, source);
}
