#include "message/hole.h"

#include "message/endpoint.h"
#include "message/time_text.h"
#include "text/ip.h"

#include <string.h>

static const str names[] = {
    [HOLE_WORD] = S("word"), [HOLE_TEXT] = S("text"),         [HOLE_GREEDY] = S("*"),
    [HOLE_IP] = S("ip"),     [HOLE_HOST] = S("host"),         [HOLE_INT] = S("int"),
    [HOLE_HEX] = S("hex"),   [HOLE_NUM] = S("num"),           [HOLE_QUOTED] = S("quoted"),
    [HOLE_TIME] = S("time"), [HOLE_ENDPOINT] = S("endpoint"),
};

int hole_type(str name)
{
    for (size_t i = 0; i < countof(names); i++)
        if (str_eq(names[i], name))
            return (int)i;
    return -1;
}

bool hole_is_open(uint8_t hole)
{
    return hole == HOLE_TEXT || hole == HOLE_GREEDY || hole == HOLE_WORD;
}

enum { IS_BLANK = 1, IS_DIGIT = 2, IS_HEX = 4, IS_ADDRESS = 8, IS_HOST = 16 };

static const uint8_t signs[256] = {
    [' '] = IS_BLANK,
    ['\t'] = IS_BLANK,
    ['\r'] = IS_BLANK,
    ['\n'] = IS_BLANK,
    ['0' ... '9'] = IS_DIGIT | IS_HEX | IS_ADDRESS | IS_HOST,
    ['a' ... 'f'] = IS_HEX | IS_ADDRESS | IS_HOST,
    ['A' ... 'F'] = IS_HEX | IS_ADDRESS | IS_HOST,
    ['g' ... 'z'] = IS_HOST,
    ['G' ... 'Z'] = IS_HOST,
    ['.'] = IS_ADDRESS | IS_HOST,
    [':'] = IS_ADDRESS | IS_HOST,
    ['-'] = IS_HOST,
    ['_'] = IS_HOST,
};

static size_t run(str s, uint8_t of)
{
    size_t n = 0;

    while (n < s.n && (signs[(uint8_t)s.p[n]] & of))
        n++;
    return n;
}

static size_t word(str s)
{
    size_t n = 0;

    while (n < s.n && !(signs[(uint8_t)s.p[n]] & IS_BLANK))
        n++;
    return n;
}

bool hole_is_word(str s)
{
    return s.n && word(s) == s.n;
}

bool hole_may_begin(uint8_t hole, uint8_t byte)
{
    switch (hole) {
    case HOLE_WORD:
        return !(signs[byte] & IS_BLANK);
    case HOLE_IP:
        return (signs[byte] & IS_ADDRESS) || byte == '[';
    case HOLE_HOST:
        return signs[byte] & IS_HOST;
    case HOLE_INT:
        return (signs[byte] & IS_DIGIT) || byte == '-';
    case HOLE_HEX:
        return signs[byte] & IS_HEX;
    case HOLE_NUM:
        return signs[byte] & IS_DIGIT;
    case HOLE_QUOTED:
        return byte == '"' || byte == '\'';
    default:
        return true;
    }
}

/* Bytes of a dotted quad at the front; 0: there is none. */
static size_t quad(str s)
{
    size_t at = 0;

    for (int part = 0; part < 4; part++) {
        if (part && (at >= s.n || s.p[at++] != '.'))
            return 0;
        uint32_t value = 0;
        size_t from = at;
        while (at < s.n && at - from < 3 && (signs[(uint8_t)s.p[at]] & IS_DIGIT))
            value = value * 10 + (uint32_t)(s.p[at++] - '0');
        if (at == from || value > 255)
            return 0;
    }
    return at < s.n && (signs[(uint8_t)s.p[at]] & IS_DIGIT) ? 0 : at;
}

static size_t take_ip(str s, str *ret)
{
    size_t open = s.n && s.p[0] == '[', n = quad(str_from_at(s, open));
    struct ip ip;

    if (!n) {
        n = run(str_from_at(s, open), IS_ADDRESS);
        str address = {s.p + open, n};
        while (address.n > 2 && address.p[address.n - 1] == ':' && address.p[address.n - 2] != ':')
            address.n--;
        if (!memchr(address.p, ':', address.n))
            return 0;
        if (!ip_parse(address, &ip)) { /* ::ffff:192.0.2.7:22, a port behind what has no brackets */
            const char *colon = memrchr(address.p, ':', address.n);
            address.n = (size_t)(colon - address.p);
            if (!ip_parse(address, &ip))
                return 0;
        }
        n = address.n;
    }
    *ret = (str){s.p + open, n};
    n += open;
    if (n < s.n && s.p[n] == '%') /* a zone */
        n += run(str_from_at(s, n + 1), IS_HOST) + 1;
    if (open && (n >= s.n || s.p[n++] != ']'))
        return 0;
    return n;
}

static size_t take_hex(str s)
{
    size_t front = s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x' ? 2 : 0;
    size_t n = run(str_from_at(s, front), IS_HEX);

    return n ? front + n : 0;
}

static size_t take_int(str s)
{
    size_t front = s.n > 1 && s.p[0] == '-', n = run(str_from_at(s, front), IS_DIGIT);

    return n ? front + n : 0;
}

static size_t take_num(str s)
{
    size_t n = run(s, IS_DIGIT);

    if (n && n + 1 < s.n && s.p[n] == '.')
        n += 1 + run(str_from_at(s, n + 1), IS_DIGIT);
    return n;
}

static size_t take_quoted(str s, str *ret)
{
    if (s.n < 2 || (s.p[0] != '"' && s.p[0] != '\''))
        return 0;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\\' && s.p[0] == '"') {
            i++;
        } else if (s.p[i] == s.p[0]) {
            *ret = (str){s.p + 1, i - 1};
            return i + 1;
        }
    }
    return 0;
}

size_t hole_take(uint8_t hole, str rest, str *ret)
{
    size_t n = 0;

    switch (hole) {
    case HOLE_WORD:
        n = word(rest);
        break;
    case HOLE_HOST:
        n = run(rest, IS_HOST);
        break;
    case HOLE_INT:
        n = take_int(rest);
        break;
    case HOLE_HEX:
        n = take_hex(rest);
        break;
    case HOLE_NUM:
        n = take_num(rest);
        break;
    case HOLE_TIME:
        n = time_text_length(rest);
        break;
    case HOLE_ENDPOINT:
        n = endpoint_length(rest);
        break;
    case HOLE_IP:
        return take_ip(rest, ret);
    case HOLE_QUOTED:
        return take_quoted(rest, ret);
    default:
        assert(!"an open hole");
    }
    *ret = (str){rest.p, n};
    return n;
}

const char *hole_find_last(str s, str part)
{
    for (size_t end = s.n; end >= part.n; end--) {
        const char *at = memrchr(s.p, part.p[part.n - 1], end);
        if (!at)
            return NULL;
        end = (size_t)(at - s.p) + 1;
        if (end < part.n)
            return NULL;
        if (memcmp(at + 1 - part.n, part.p, part.n) == 0)
            return at + 1 - part.n;
    }
    return NULL;
}
