#include "message/endpoint.h"

#include "message/dialect.h"
#include "text/ip.h"

/* The names of the fields of one side. */
struct side {
    str interface, ip, host, port, nat_ip, nat_host, nat_port, user;
};

static const struct side sides[] = {
    {S("in_interface"), S("src_ip"), S("src_host"), S("src_port"), S("nat_src_ip"),
     S("nat_src_host"), S("nat_src_port"), S("src_user")},
    {S("out_interface"), S("dst_ip"), S("dst_host"), S("dst_port"), S("nat_dst_ip"),
     S("nat_dst_host"), S("nat_dst_port"), S("dst_user")},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_number(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool is_ip(str s)
{
    struct ip ip;

    return ip_parse(s, &ip);
}

/* The word at the front up to a blank or a parenthesis, without the punctuation behind it. */
static size_t word_length(str s)
{
    const str itself = S("NP Identity Ifc:"); /* the firewall's own side: a name with blanks */
    size_t n = str_starts(s, itself) ? itself.n : 0;

    while (n < s.n && !is_blank(s.p[n]) && s.p[n] != '(' && s.p[n] != ')')
        n++;
    while (n && (s.p[n - 1] == ',' || s.p[n - 1] == ';' || s.p[n - 1] == ':' || s.p[n - 1] == '.'))
        n--;
    return n;
}

/* "(...)" at the front: its length, 0 when it does not end. */
static size_t group_length(str s)
{
    const char *end = s.n && s.p[0] == '(' ? memchr(s.p, ')', s.n) : NULL;

    return end ? (size_t)(end - s.p) + 1 : 0;
}

/* Splits "address/port" at the last slash. */
static void split_port(str s, str *ret_host, str *ret_port)
{
    const char *slash = s.n ? memrchr(s.p, '/', s.n) : NULL;

    *ret_host = slash ? (str){s.p, (size_t)(slash - s.p)} : s;
    *ret_port = slash ? str_from_at(s, ret_host->n + 1) : (str){0};
}

/* Is it what an address is translated to: "192.0.2.1/80", "www.example.com/80"? */
static bool is_mapped(str s)
{
    str host, port;

    split_port(s, &host, &port);
    return is_ip(s) || (host.n && is_number(port) && word_length(host) == host.n);
}

/* What stands in parentheses that begin at `at`, perhaps behind a blank. */
static str group_at(str s, size_t at, size_t *ret_end)
{
    size_t from = at + (at < s.n && s.p[at] == ' ');
    size_t n = group_length(str_from_at(s, from));

    *ret_end = n ? from + n : at;
    return n ? (str){s.p + from + 1, n - 2} : (str){0};
}

size_t endpoint_length(str s)
{
    size_t at = word_length(s), end;

    if (at == 0)
        return 0;
    if (at < s.n && s.p[at] == '(' && memchr(s.p, '/', at)) { /* an access list's port */
        str port = group_at(s, at, &end);
        if (is_number(port))
            at = end;
    }
    if (is_mapped(group_at(s, at, &end)))
        at = end;
    /* A user is written right behind; what comes after a blank is the template's business. */
    if (at < s.n && s.p[at] == '(') {
        str group = group_at(s, at, &end);
        if (!str_starts(group, S("type ")))
            at = end;
    }
    return at;
}

/* "EXAMPLE\alice, 12:finance": the account. */
static str user_of(str s)
{
    const char *comma = s.n ? memchr(s.p, ',', s.n) : NULL;

    return str_trim(comma ? (str){s.p, (size_t)(comma - s.p)} : s);
}

static void add_host(struct message *m, str ip_name, str host_name, str value)
{
    if (value.n)
        message_add(m, is_ip(value) ? ip_name : host_name, value);
}

static void add_port(struct message *m, str name, str value)
{
    if (is_number(value))
        message_add_number(m, name, value);
    else if (value.n)
        message_add(m, S("service"), value);
}

/* "interface:address/port", "interface/address" where the port stands in parentheses behind it. */
static void add_word(struct message *m, const struct side *side, str word, str list_port)
{
    str host, port, interface = {0};

    if (list_port.n) {
        const char *slash = memchr(word.p, '/', word.n);
        interface = (str){word.p, (size_t)(slash - word.p)};
        host = str_from_at(word, interface.n + 1);
        port = list_port;
    } else {
        if (is_ip(word))
            host = word, port = (str){0};
        else
            split_port(word, &host, &port);
        const char *colon = is_ip(host) ? NULL : memchr(host.p, ':', host.n);
        if (colon) {
            interface = (str){host.p, (size_t)(colon - host.p)};
            host = str_from_at(host, interface.n + 1);
        }
    }
    if (interface.n)
        message_add(m, side->interface, interface);
    add_host(m, side->ip, side->host, host);
    add_port(m, side->port, port);
}

void endpoint_add(struct message *m, str name, str text)
{
    const struct side *side = &sides[str_eq(name, S("dst"))];
    size_t at = word_length(text), end;
    str word = {text.p, at}, list_port = {0}, group;

    if (at < text.n && text.p[at] == '(' && memchr(text.p, '/', at)) {
        group = group_at(text, at, &end);
        if (is_number(group)) {
            list_port = group;
            at = end;
        }
    }
    add_word(m, side, word, list_port);
    group = group_at(text, at, &end);
    if (is_mapped(group)) {
        str host, port;
        split_port(group, &host, &port);
        add_host(m, side->nat_ip, side->nat_host, is_ip(group) ? group : host);
        if (is_number(port) && !is_ip(group))
            message_add_number(m, side->nat_port, port);
        group = group_at(text, end, &end);
    }
    if (user_of(group).n)
        message_add(m, side->user, user_of(group));
}
