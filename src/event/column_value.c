#include "event/column_value.h"

#include "event/column.h"
#include "event/kind.h"
#include "text/ip.h"

static const str nothing[] = {S("-"),    S("N/A"),    S("n/a"),  S("(null)"),
                              S("null"), S("(none)"), S("none"), S("<null>"),
                              S("NULL"), S("--"),     S("?")};

bool column_has_value(str s)
{
    if (s.n == 0)
        return false;
    if (s.n > sizeof "<null>" - 1)
        return true;
    for (size_t i = 0; i < countof(nothing); i++)
        if (str_eq(s, nothing[i]))
            return false;
    return true;
}

str column_ip(str s, struct arena *a)
{
    struct ip ip;
    char text[IP_TEXT_MAX];

    if (!ip_parse(s, &ip))
        return (str){0};
    str canonical = ip_text(&ip, text);
    return str_eq(canonical, s) ? s : arena_str(a, canonical);
}

bool column_hex(str s, uint64_t *ret)
{
    size_t from = str_starts(s, S("0x")) || str_starts(s, S("0X")) ? 2 : 0;
    uint64_t number = 0;

    if (s.n == from || s.n - from > 16)
        return false;
    for (size_t i = from; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f'))
            return false;
        number = number << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    *ret = number;
    return true;
}

str column_int(str s, struct arena *a)
{
    uint64_t u;
    int64_t i;

    if (str_starts(s, S("0x")) || str_starts(s, S("0X")))
        return column_hex(s, &u) ? arena_printf(a, "%llu", (unsigned long long)u) : (str){0};
    if (str_u64(s, &u))
        return s.n > 1 && s.p[0] == '0' ? arena_printf(a, "%llu", (unsigned long long)u) : s;
    return str_i64(s, &i) ? s : (str){0};
}

str column_lower(str s, struct arena *a)
{
    size_t i = 0;

    while (i < s.n && ascii_lower(s.p[i]) == s.p[i])
        i++;
    if (i == s.n)
        return s;
    char *out = arena_bytes(a, s.n);
    for (i = 0; i < s.n; i++)
        out[i] = ascii_lower(s.p[i]);
    return (str){out, s.n};
}

/* IANA's protocol numbers that firewalls write. */
static const struct {
    uint8_t number;
    str name;
} protocols[] = {
    {1, S("icmp")},   {2, S("igmp")},  {4, S("ipip")},  {6, S("tcp")},    {17, S("udp")},
    {41, S("ipv6")},  {47, S("gre")},  {50, S("esp")},  {51, S("ah")},    {58, S("ipv6-icmp")},
    {88, S("eigrp")}, {89, S("ospf")}, {103, S("pim")}, {112, S("vrrp")}, {132, S("sctp")},
};

str column_protocol(str s, struct arena *a)
{
    uint64_t number;

    if (!str_u64(s, &number))
        return column_lower(s, a);
    for (size_t i = 0; i < countof(protocols); i++)
        if (protocols[i].number == number)
            return protocols[i].name;
    return s;
}

/* ------------------------------------------------------------ rules */

static void put(struct columns *c, enum column column, str value)
{
    if (value.p && !c->values[column].p)
        c->values[column] = value;
}

static void put_typed(struct columns *c, enum column column, str value, struct arena *a)
{
    uint64_t port;

    switch (column_type(column)) {
    case COLUMN_TYPE_TEXT:
        put(c, column, value);
        break;
    case COLUMN_TYPE_IP:
        put(c, column, column_ip(value, a));
        break;
    case COLUMN_TYPE_INT:
        put(c, column, column_int(value, a));
        break;
    case COLUMN_TYPE_PORT:
        value = column_int(value, a);
        if (value.p && str_u64(value, &port) && port <= UINT16_MAX)
            put(c, column, value);
        break;
    }
}

static void put_account(struct columns *c, enum column column, str value, struct arena *a)
{
    const char *slash = memchr(value.p, '\\', value.n), *at = memrchr(value.p, '@', value.n);
    str name = value, domain = {0};

    if (slash) {
        domain = (str){value.p, (size_t)(slash - value.p)};
        name = str_from_at(value, domain.n + 1);
        while (name.n && name.p[0] == '\\') /* escaped once more than it should be */
            name = str_from_at(name, 1);
    } else if (at && at > value.p && at + 1 < value.p + value.n) {
        name = (str){value.p, (size_t)(at - value.p)};
        domain = str_from_at(value, name.n + 1);
    }
    if (!name.n)
        return;
    put_typed(c, column, name, a);
    enum column beside = column == COLUMN_user_target_name ? COLUMN_user_target_domain
                         : column == COLUMN_user_name      ? COLUMN_user_domain
                                                           : COLUMN_COUNT;
    if (beside < COLUMN_COUNT && column_has_value(domain))
        put(c, beside, domain);
}

/* The columns beside an address of one side. */
static bool is_source(enum column column)
{
    return column == COLUMN_source_ip || column == COLUMN_source_nat_ip;
}

static void put_address(struct columns *c, enum column column, str value, struct arena *a)
{
    enum column domain = is_source(column)                 ? COLUMN_source_domain
                         : column == COLUMN_destination_ip ? COLUMN_destination_domain
                         : column == COLUMN_host_ip        ? COLUMN_host_name
                                                           : COLUMN_COUNT;
    enum column port = is_source(column)                 ? COLUMN_source_port
                       : column == COLUMN_destination_ip ? COLUMN_destination_port
                                                         : COLUMN_COUNT;
    str ip = column_ip(value, a);
    if (ip.p) {
        put(c, column, ip);
        return;
    }
    const char *colon = memrchr(value.p, ':', value.n);
    if (colon) {
        str front = {value.p, (size_t)(colon - value.p)}, back = str_from_at(value, front.n + 1);
        str number = column_int(back, a);
        ip = column_ip(front, a);
        if (number.p && (ip.p || !memchr(front.p, ':', front.n))) {
            if (port < COLUMN_COUNT)
                put_typed(c, port, number, a);
            value = front;
        }
    }
    if (ip.p)
        put(c, column, ip);
    else if (domain < COLUMN_COUNT && column_has_value(value))
        put(c, domain, value);
}

static void put_basename(struct columns *c, enum column column, str value, struct arena *a)
{
    size_t from = value.n;

    while (from && value.p[from - 1] != '/' && value.p[from - 1] != '\\')
        from--;
    if (from < value.n)
        put_typed(c, column, str_from_at(value, from), a);
}

/* RFC 3986, section 3, as far as logs need it: [scheme://host[:port]]/path[?query][#...]. */
static void put_url(struct columns *c, str value)
{
    const char *scheme = str_find(value, S("://"));
    str rest = value;

    put(c, COLUMN_url_original, value);
    if (scheme && !memchr(value.p, '/', (size_t)(scheme - value.p)) &&
        !memchr(value.p, '?', (size_t)(scheme - value.p))) {
        rest = str_from_at(value, (size_t)(scheme - value.p) + 3);
        size_t n = 0;
        while (n < rest.n && !strchr("/?#", rest.p[n]))
            n++;
        str host = {rest.p, n};
        const char *at = memrchr(host.p, '@', host.n);
        if (at)
            host = str_from_at(host, (size_t)(at - host.p) + 1);
        const char *colon = memrchr(host.p, ':', host.n);
        if (colon && !memchr(colon, ']', (size_t)(host.p + host.n - colon)))
            host.n = (size_t)(colon - host.p);
        if (host.n)
            put(c, COLUMN_url_domain, host);
        rest = str_from_at(rest, n);
    }
    const char *hash = memchr(rest.p, '#', rest.n);
    if (hash)
        rest.n = (size_t)(hash - rest.p);
    const char *mark = memchr(rest.p, '?', rest.n);
    str path = mark ? (str){rest.p, (size_t)(mark - rest.p)} : rest;
    if (path.n && path.p[0] == '/')
        put(c, COLUMN_url_path, path);
    if (mark && str_from_at(rest, path.n + 1).n)
        put(c, COLUMN_url_query, str_from_at(rest, path.n + 1));
}

static void put_hex(struct columns *c, enum column column, str value, struct arena *a)
{
    uint64_t number;

    if (column_hex(value, &number))
        put(c, column, arena_printf(a, "%llu", (unsigned long long)number));
}

/* Digits with a point, times 10^zeros, as a whole number. */
static void put_scaled(struct columns *c, enum column column, str value, size_t zeros,
                       struct arena *a)
{
    enum { DIGITS_MAX = 18 };
    uint64_t number = 0;
    size_t i = 0, behind = 0, digits = 0;
    bool point = false;

    for (; i < value.n && behind < zeros + 1; i++) {
        if (value.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (value.p[i] < '0' || value.p[i] > '9' || ++digits > DIGITS_MAX)
            return;
        if (point && behind == zeros)
            break;
        number = number * 10 + (uint64_t)(value.p[i] - '0');
        behind += point;
    }
    if (digits + zeros - behind > DIGITS_MAX || !digits)
        return;
    for (; behind < zeros; behind++)
        number *= 10;
    put(c, column, arena_printf(a, "%llu", (unsigned long long)number));
}

static void put_hashes(struct columns *c, str value, struct arena *a)
{
    static const struct {
        str name;
        enum column column;
    } hashes[] = {{S("MD5"), COLUMN_file_md5},
                  {S("SHA1"), COLUMN_file_sha1},
                  {S("SHA256"), COLUMN_file_sha256},
                  {S("IMPHASH"), COLUMN_file_imphash}};

    while (value.n) {
        str hash = str_cut(&value, ',');
        str name = str_cut(&hash, '=');
        for (size_t i = 0; i < countof(hashes); i++)
            if (str_ieq(name, hashes[i].name) && hash.n)
                put(c, hashes[i].column, column_lower(hash, a));
    }
}

void columns_put(struct columns *c, enum column column, uint8_t via, str value, struct arena *a)
{
    enum { SECOND_ZEROS = 9, MILLISECOND_ZEROS = 6 };

    value = str_trim(value);
    if (!column_has_value(value) || c->values[column].p)
        return;
    switch ((enum column_via)via) {
    case VIA_TEXT:
        put_typed(c, column, value, a);
        break;
    case VIA_LOWER:
        put_typed(c, column, column_lower(value, a), a);
        break;
    case VIA_ACCOUNT:
        put_account(c, column, value, a);
        break;
    case VIA_ADDRESS:
        put_address(c, column, value, a);
        break;
    case VIA_BASENAME:
        put_basename(c, column, value, a);
        break;
    case VIA_URL:
        put_url(c, value);
        break;
    case VIA_HEX:
        put_hex(c, column, value, a);
        break;
    case VIA_PROTOCOL:
        put_typed(c, column, column_protocol(value, a), a);
        break;
    case VIA_SECONDS:
        put_scaled(c, column, value, SECOND_ZEROS, a);
        break;
    case VIA_MILLISECONDS:
        put_scaled(c, column, value, MILLISECOND_ZEROS, a);
        break;
    case VIA_HASHES:
        put_hashes(c, value, a);
        break;
    }
}
