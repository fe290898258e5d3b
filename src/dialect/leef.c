/*
 * leef.c - IBM QRadar's Log Event Extended Format, versions 1.0 and 2.0:
 *
 *   LEEF:1.0|vendor|product|version|event|key=value TAB key=value ...
 *   LEEF:2.0|vendor|product|version|event|^|key=value^key=value ...
 *
 * The delimiter of 2.0 is a byte or its hexadecimal number, "x09" or "0x09"; without one it is a
 * tab. Some write 1.0 with "^", or blanks as the delimiter: then it is what stands before "key=".
 * Nothing is escaped but what some write as "\=". The time is devTime, by the pattern of
 * devTimeFormat where there is one.
 *
 * Fields: leefVersion, deviceVendor, deviceProduct, deviceVersion, eventID, and the keys.
 */
#include "dialect/cef_vendor.h"
#include "message/device_time.h"
#include "message/pair.h"

enum { HEADER_PARTS = 5 };

static bool hex_digit(char c, uint32_t *ret)
{
    c = ascii_lower(c);
    if (c >= '0' && c <= '9')
        *ret = *ret * 16 + (uint32_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *ret = *ret * 16 + (uint32_t)(c - 'a' + 10);
    else
        return false;
    return true;
}

/* The delimiter that version 2.0 names before a bar; false when there is none. */
static bool take_delimiter(str *rest, char *ret)
{
    enum { LONGEST = 5 };
    str behind = *rest;
    const char *bar = rest->n ? memchr(rest->p, '|', rest->n < LONGEST ? rest->n : LONGEST) : NULL;
    uint32_t code = 0;

    if (!bar)
        return false;
    str part = str_cut(&behind, '|');
    if (part.n == 1) {
        *ret = part.p[0];
    } else if (part.n >= 2) {
        str digits = str_from_at(part, ascii_lower(part.p[0]) == 'x' ? 1 : 2);
        if (!(ascii_lower(part.p[0]) == 'x' || str_starts(part, S("0x"))) || !digits.n)
            return false;
        for (size_t i = 0; i < digits.n; i++)
            if (!hex_digit(digits.p[i], &code))
                return false;
        *ret = (char)code;
    }
    *rest = behind;
    return true;
}

/* Where the next attribute begins behind a blank: of those that blanks divide. */
static size_t next_attribute(str text)
{
    for (size_t i = 0; i + 1 < text.n; i++)
        if (text.p[i] == ' ' && pair_begins(str_from_at(text, i + 1)))
            return i;
    return text.n;
}

/* Of attributes for which none was named. */
static char guess_delimiter(str text)
{
    if (!text.n || memchr(text.p, '\t', text.n))
        return '\t';
    const char *caret = memchr(text.p, '^', text.n);
    if (caret && pair_begins(str_from_at(text, (size_t)(caret - text.p) + 1)))
        return '^';
    return next_attribute(text) < text.n ? ' ' : '\t';
}

static str without_escapes(str raw, struct arena *a)
{
    size_t n = 0;

    if (!raw.n || !str_find(raw, S("\\=")))
        return raw;
    char *out = arena_bytes(a, raw.n);
    for (size_t i = 0; i < raw.n; i++) {
        i += raw.p[i] == '\\' && i + 1 < raw.n && raw.p[i + 1] == '=';
        out[n++] = raw.p[i];
    }
    return (str){out, n};
}

static void read_attributes(struct message *m, struct pair_names *names, str text, char delimiter)
{
    for (uint32_t n = 0; text.n && n < PAIRS_MAX; n++) {
        str value;
        if (delimiter == ' ') {
            const size_t end = next_attribute(text);
            value = (str){text.p, end};
            text = str_from_at(text, end + 1);
        } else {
            value = str_cut(&text, delimiter);
        }
        if (!memchr(value.p, '=', value.n))
            continue;
        const str key = str_trim(str_cut(&value, '='));
        pair_add(m, names, key, without_escapes(str_trim(value), m->arena));
    }
}

static void set_time(struct message *m)
{
    static const str times[] = {S("devTime"), S("rt"), S("eventTime"), S("devtime")};
    const str pattern = event_get(m->event, S("devTimeFormat"));

    for (size_t i = 0; i < countof(times); i++) {
        const str value = event_get(m->event, times[i]);
        if (value.n && ((pattern.n && device_time_pattern(m, value, pattern)) ||
                        device_time_epoch(m, value) || device_time_text(m, value)))
            return;
    }
}

/* Tabs that syslog daemons wrote as "#011". */
static str with_tabs(str text, struct arena *a)
{
    static const str escaped = S("#011");
    size_t n = 0;

    if (!text.n || memchr(text.p, '\t', text.n) || !str_find(text, escaped))
        return text;
    char *out = arena_bytes(a, text.n);
    for (size_t i = 0; i < text.n;) {
        bool tab = str_starts(str_from_at(text, i), escaped);
        out[n++] = tab ? '\t' : text.p[i];
        i += tab ? escaped.n : 1;
    }
    return (str){out, n};
}

/* "LEEF:1.0|", and "1.0|" where the tag of an envelope was "LEEF:". */
static bool skip_mark(str *text)
{
    str rest = *text;

    if (str_starts(rest, S("LEEF:")) || str_starts(rest, S("leef:")))
        rest = str_trim(str_from_at(rest, 5));
    if (!str_starts(rest, S("1.0|")) && !str_starts(rest, S("2.0|")) &&
        !str_starts(rest, S("1|")) && !str_starts(rest, S("2|")))
        return false;
    *text = rest;
    return true;
}

static int sniff(str text)
{
    enum { SURE = 100, LIKELY = 60 };
    size_t bars = 0;
    str rest = text;

    if ((text.p[0] != 'L' && text.p[0] != 'l' && text.p[0] != '1' && text.p[0] != '2') ||
        !skip_mark(&rest))
        return 0;
    if (rest.p != text.p)
        return SURE;
    for (size_t i = 0; i < rest.n && bars < HEADER_PARTS; i++)
        bars += rest.p[i] == '|';
    return bars == HEADER_PARTS && memchr(rest.p, '=', rest.n) ? LIKELY : 0;
}

static bool read(void *state, struct message *m)
{
    static const str fields[HEADER_PARTS] = {S("leefVersion"), S("deviceVendor"),
                                             S("deviceProduct"), S("deviceVersion"), S("eventID")};
    struct pair_names names = pair_names_of(m);
    str rest = m->text, parts[HEADER_PARTS];
    char delimiter = '\0';

    (void)state;
    if (!skip_mark(&rest))
        return false;
    for (int i = 0; i < HEADER_PARTS; i++) {
        bool last = !rest.n || !memchr(rest.p, '|', rest.n);
        if (last && i < HEADER_PARTS - 1) {
            message_damage(m, "a LEEF header that is cut off");
            return true;
        }
        parts[i] = str_trim(str_cut(&rest, '|'));
        pair_add(m, &names, fields[i], parts[i]);
    }
    if (parts[0].p[0] == '2' && !take_delimiter(&rest, &delimiter))
        delimiter = '\0';
    if (!delimiter)
        rest = with_tabs(rest, m->arena);
    if (!delimiter)
        delimiter = guess_delimiter(rest);
    read_attributes(m, &names, rest, delimiter);
    set_time(m);
    const struct cef_vendor *vendor = leef_vendor_find(parts[1], parts[2]);
    if (vendor && vendor->kind)
        message_kind(m, vendor->kind);
    if (vendor && vendor->source.product.n)
        message_logsource(m, &vendor->source);
    return true;
}

const struct dialect dialect_leef = {
    .name = "leef",
    .summary = "IBM QRadar's Log Event Extended Format 1.0 and 2.0, of any product",
    .sample = "LEEF:2.0|Example|Firewall|1.0|deny|^|src=192.0.2.7^dst=198.51.100.9^srcPort=50022^"
              "dstPort=443^proto=TCP^usrName=alice",
    .kind = &kind_leef,
    .not_linux = true,
    .bare = true,
    .programs = {S("LEEF")},
    .sniff = sniff,
    .read = read,
};
