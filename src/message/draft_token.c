/* draft_token.c - one pass over a line, from the left to the right. */
#include "message/draft_token.h"

#include "message/time_text.h"
#include "text/ip.h"

enum {
    TIME_BYTES_MIN = 8, /* "10:00:00" */
    UUID_BYTES = 36,
    MAC_BYTES = 17,
    MIXED_BYTES_MIN = 4,
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_sign(char c)
{
    return c != '\0' && memchr("[](){}<>,;=|\"'", c, 14) != NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static bool is_hex(char c)
{
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

static bool is_int(str s)
{
    size_t from = s.n > 1 && s.p[0] == '-';

    for (size_t i = from; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_number(str s)
{
    const char *point = memchr(s.p, '.', s.n);

    return point && point > s.p && is_int((str){s.p, (size_t)(point - s.p)}) &&
           is_int(str_from_at(s, (size_t)(point - s.p) + 1)) && point[1] != '-';
}

/* Hexadecimal groups with `sign` in the places of `places`. */
static bool is_grouped(str s, size_t bytes, char sign, size_t first, size_t every)
{
    if (s.n != bytes)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool at_sign = i >= first && (i - first) % every == 0 && i < s.n - every + 1;
        if (at_sign ? s.p[i] != sign : !is_hex(s.p[i]))
            return false;
    }
    return true;
}

static bool is_uuid(str s)
{
    return s.n == UUID_BYTES && s.p[8] == '-' && s.p[13] == '-' && s.p[18] == '-' &&
           s.p[23] == '-' && is_hex(s.p[0]) && is_hex(s.p[UUID_BYTES - 1]);
}

static bool is_ip(str s)
{
    struct ip ip;

    return ip_parse(s, &ip) && (memchr(s.p, '.', s.n) || s.n > 2);
}

static bool is_one_of(str s, const char *words)
{
    str rest = str_from(words);

    while (rest.n)
        if (str_ieq(str_cut(&rest, ' '), s))
            return true;
    return false;
}

static bool is_mixed(str s)
{
    size_t digits = 0, letters = 0;

    for (size_t i = 0; i < s.n; i++) {
        digits += is_digit(s.p[i]);
        letters += is_letter(s.p[i]);
    }
    return s.n >= MIXED_BYTES_MIN && digits && digits * 3 >= letters;
}

static uint8_t kind_of(str s)
{
    const char *at = memchr(s.p, '@', s.n);

    if (is_int(s))
        return DRAFT_INT;
    if (is_ip(s))
        return DRAFT_IP;
    if (is_number(s))
        return DRAFT_NUMBER;
    if (is_uuid(s))
        return DRAFT_UUID;
    if (is_grouped(s, MAC_BYTES, ':', 2, 3) || is_grouped(s, MAC_BYTES, '-', 2, 3))
        return DRAFT_MAC;
    if (str_find(s, S("://")))
        return DRAFT_URL;
    if (at && at > s.p && memchr(at, '.', (size_t)(s.p + s.n - at)))
        return DRAFT_EMAIL;
    if (s.n > 1 && s.p[0] == '/')
        return DRAFT_PATH;
    if (is_one_of(s, "trace debug info notice warn warning error err crit critical fatal alert "
                     "emerg emergency"))
        return DRAFT_LEVEL;
    if (is_one_of(s, "GET POST PUT DELETE HEAD OPTIONS PATCH CONNECT PROPFIND"))
        return DRAFT_METHOD;
    return is_mixed(s) ? DRAFT_MIXED : DRAFT_WORD;
}

/* Bytes of the word at the front; signs of punctuation at its end are none of it. */
static size_t word_bytes(str s)
{
    size_t n = 0;

    while (n < s.n && !is_blank(s.p[n]) && !is_sign(s.p[n]))
        n++;
    while (n > 1 && (s.p[n - 1] == ':' || s.p[n - 1] == '.' || s.p[n - 1] == '!'))
        n--;
    /* an address with its port is two */
    const char *colon = memchr(s.p, ':', n);
    if (colon) {
        str host = {s.p, (size_t)(colon - s.p)};
        if (memchr(host.p, '.', host.n) && is_ip(host))
            n = host.n;
    }
    return n;
}

static size_t time_bytes(str s)
{
    size_t n = time_text_length(s);

    if (n < TIME_BYTES_MIN || !memchr(s.p, ':', n))
        return 0;
    return n == s.n || is_blank(s.p[n]) || is_sign(s.p[n]) ? n : 0;
}

static size_t delimiter_bytes(str s)
{
    size_t n = 0;

    while (n < s.n &&
           (is_blank(s.p[n]) || is_sign(s.p[n]) || s.p[n] == ':' || s.p[n] == '.' || s.p[n] == '!'))
        if (s.p[n++] == '"')
            break;
    return n;
}

uint32_t draft_tokens(str line, struct draft_token *ret, uint32_t room)
{
    uint32_t count = 0;
    bool quoted = false; /* within */

    while (line.n && count < room) {
        struct draft_token *t = &ret[count++];
        size_t n = delimiter_bytes(line);
        const char *end = quoted ? memchr(line.p, '"', line.n) : NULL;
        if (count == room) {
            *t = (struct draft_token){DRAFT_REST, line};
            break;
        }
        if (end && end > line.p) {
            n = (size_t)(end - line.p);
            *t = (struct draft_token){DRAFT_QUOTED, {line.p, n}};
        } else if (n) {
            *t = (struct draft_token){DRAFT_DELIMITER, {line.p, n}};
            quoted = line.p[n - 1] == '"' ? !quoted : quoted;
        } else if ((n = time_bytes(line)) > 0) {
            *t = (struct draft_token){DRAFT_TIME, {line.p, n}};
        } else {
            n = word_bytes(line);
            *t = (struct draft_token){kind_of((str){line.p, n}), {line.p, n}};
        }
        line = str_from_at(line, n);
    }
    return count;
}
