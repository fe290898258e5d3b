/*
 * cef.c - ArcSight's Common Event Format, as the Micro Focus "Implementing ArcSight Common Event
 * Format" guide (version 25) has it:
 *
 *   CEF:0|vendor|product|version|class|name|severity|key=value key=value ...
 *
 * Header: "\|" and "\\". Extension: "\=", "\\", "\n", "\r". Values hold blanks, and in practice
 * '=' that nothing stands before: a key is therefore what stands between a blank and '=', is made
 * of letters, digits, and few signs, and begins with a letter. A name with a bar in it is told by
 * where the severity stands.
 *
 * Fields: cefVersion, deviceVendor, deviceProduct, deviceVersion, deviceEventClassId, name,
 * severity, and the keys. "cs1=x cs1Label=Rule Name" is also the field "Rule Name". A key that
 * comes twice has two values, the first of which is the field's: see pair.h.
 */
#include "dialect/cef_vendor.h"
#include "message/device_time.h"
#include "message/pair.h"

enum {
    HEADER_PARTS = 7,
    BARS_IN_NAME_MAX = 4,
    SEVERITY_MAX = 12, /* bytes of the longest word */
};

enum { SIGN_KEY = 1, SIGN_FIRST = 2, SIGN_BLANK = 4 };

static const uint8_t signs[256] = {
    ['a' ... 'z'] = SIGN_KEY | SIGN_FIRST,
    ['A' ... 'Z'] = SIGN_KEY | SIGN_FIRST,
    ['0' ... '9'] = SIGN_KEY,
    ['_'] = SIGN_KEY | SIGN_FIRST,
    ['.'] = SIGN_KEY,
    ['-'] = SIGN_KEY,
    ['['] = SIGN_KEY,
    [']'] = SIGN_KEY,
    [':'] = SIGN_KEY,
    [' '] = SIGN_BLANK,
    ['\t'] = SIGN_BLANK,
    ['\n'] = SIGN_BLANK,
    ['\r'] = SIGN_BLANK,
};

/* ------------------------------------------------------------ values */

static char unescaped(char c)
{
    return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/* Without backslashes before what they protect; a backslash before anything else is one. */
static str resolve(str raw, const char *protected, struct arena *a)
{
    char *out;
    size_t n = 0;

    if (!raw.n || !memchr(raw.p, '\\', raw.n))
        return raw;
    out = arena_bytes(a, raw.n);
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '\\' && i + 1 < raw.n && strchr(protected, raw.p[i + 1]))
            c = unescaped(raw.p[++i]);
        out[n++] = c;
    }
    return (str){out, n};
}

/* Some write values in quotes, which are no part of them. */
static str unquoted(str s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' && !memchr(s.p + 1, '"', s.n - 2))
        return (str){s.p + 1, s.n - 2};
    return s;
}

/* ------------------------------------------------------------ header */

/* Cuts at the first bar without a backslash; false when there is none: then it is all. */
static bool cut_bar(str *rest, str *ret)
{
    const char *from = rest->p, *end = rest->n ? rest->p + rest->n : rest->p;

    for (const char *at = from; rest->n && (at = memchr(at, '|', (size_t)(end - at))); at++) {
        size_t slashes = 0;
        while (at - slashes > from && at[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
        if (slashes % 2)
            continue;
        *ret = (str){from, (size_t)(at - from)};
        *rest = (str){at + 1, (size_t)(end - at) - 1};
        return true;
    }
    *ret = *rest;
    *rest = (str){0};
    return false;
}

static bool is_severity(str s)
{
    static const str words[] = {S("low"),     S("medium"),   S("high"),     S("very-high"),
                                S("unknown"), S("critical"), S("info"),     S("informational"),
                                S("warning"), S("major"),    S("minor"),    S("error"),
                                S("notice"),  S("none"),     S("severe"),   S("moderate"),
                                S("debug"),   S("alert"),    S("emergency")};
    uint64_t number;
    int64_t below;

    s = str_trim(s);
    if (s.n == 0 || str_u64(s, &number) || str_i64(s, &below))
        return true;
    for (size_t i = 0; i < countof(words); i++)
        if (str_ieq(s, words[i]))
            return true;
    return false;
}

/* A bar in the name that nothing protects: the name goes on until a severity stands behind it. */
static void mend_name(str *name, str *severity, str *rest)
{
    str longer = *name, next = *severity, behind = *rest;

    for (int i = 0; i < BARS_IN_NAME_MAX && !is_severity(next); i++) {
        longer.n = (size_t)(next.p + next.n - longer.p);
        if (!cut_bar(&behind, &next))
            return;
    }
    if (!is_severity(next))
        return;
    *name = longer;
    *severity = next;
    *rest = behind;
}

static bool read_header(struct message *m, struct pair_names *names, str *rest,
                        const struct cef_vendor **ret_vendor)
{
    static const str fields[HEADER_PARTS] = {
        S("cefVersion"),         S("deviceVendor"), S("deviceProduct"), S("deviceVersion"),
        S("deviceEventClassId"), S("name"),         S("severity"),
    };
    str parts[HEADER_PARTS];

    for (int i = 0; i < HEADER_PARTS; i++)
        if (!cut_bar(rest, &parts[i]) && i < HEADER_PARTS - 1)
            return false;
    mend_name(&parts[HEADER_PARTS - 2], &parts[HEADER_PARTS - 1], rest);
    for (int i = 0; i < HEADER_PARTS; i++) {
        parts[i] = resolve(str_trim(parts[i]), "|\\", m->arena);
        pair_add(m, names, fields[i], parts[i]);
    }
    *ret_vendor = cef_vendor_find(parts[1], parts[2]);
    return true;
}

/* ------------------------------------------------------------ extension */

struct extension {
    const char *end;
    const char *key; /* of the pair at hand; NULL: there is none */
    size_t key_n;
};

/* The next place of key and '='; returns where the value begins. */
static const char *next_key(struct extension *e, const char *from, bool first)
{
    const char *at = from;

    e->key = NULL;
    for (; (at = memchr(at, '=', (size_t)(e->end - at))); at++) {
        const char *key = at;
        while (key > from && (signs[(uint8_t)key[-1]] & SIGN_KEY))
            key--;
        bool apart = key == from ? first : signs[(uint8_t)key[-1]] & SIGN_BLANK;
        if (key == at || !apart || !(signs[(uint8_t)*key] & SIGN_FIRST))
            continue;
        e->key = key;
        e->key_n = (size_t)(at - key);
        return at + 1;
    }
    return e->end;
}

/* "cs1Label=Rule Name" beside "cs1=x": the field "Rule Name" is x. */
static void name_by_labels(struct message *m, struct pair_names *names)
{
    static const str label = S("Label");
    const struct event *ev = m->event;
    const uint32_t count = ev->field_count;

    for (uint32_t i = names->from; i < count; i++) {
        const struct field *f = &ev->fields[i];
        if (f->name.n <= label.n || !str_ends(f->name, label) || !f->value.n)
            continue;
        const str title = f->value, value = event_get(ev, (str){f->name.p, f->name.n - label.n});
        if (value.p)
            pair_add(m, names, title, value);
    }
}

static void read_extension(struct message *m, struct pair_names *names, str text)
{
    struct extension e = {.end = text.n ? text.p + text.n : text.p};
    bool labelled = false;

    if (!text.n)
        return;
    const char *value = next_key(&e, text.p, true);
    for (uint32_t n = 0; e.key && n < PAIRS_MAX; n++) {
        const str key = {e.key, e.key_n};
        const char *from = value;
        value = next_key(&e, from, false);
        const char *end = e.key ? e.key : e.end;
        while (end > from && (signs[(uint8_t)end[-1]] & SIGN_BLANK))
            end--;
        while (from < end && (signs[(uint8_t)*from] & SIGN_BLANK))
            from++;
        const str raw = unquoted((str){from, (size_t)(end - from)});
        pair_add(m, names, key, resolve(raw, "=\\|nr", m->arena));
        labelled |= key.p[key.n - 1] == 'l' && str_ends(key, S("Label"));
    }
    if (labelled)
        name_by_labels(m, names);
}

/* ------------------------------------------------------------ the record */

static bool take_time(struct message *m, str field)
{
    str value = event_get(m->event, field);

    if (!value.n)
        return false;
    if (device_time_epoch(m, value))
        return true;
    if (!device_time_text(m, value))
        return false;
    if ((m->event->time_guess & TIME_GUESS_ZONE) && str_eq(event_get(m->event, S("dtz")), S("UTC")))
        m->event->time_guess &= (uint8_t)~TIME_GUESS_ZONE;
    return true;
}

static void set_time(struct message *m, const struct cef_vendor *vendor)
{
    static const str times[] = {S("rt"),    S("end"),       S("endTime"),
                                S("start"), S("startTime"), S("deviceReceiptTime")};

    for (size_t i = 0; vendor && i < countof(vendor->times); i++)
        if (vendor->times[i].n && take_time(m, vendor->times[i]))
            return;
    for (size_t i = 0; i < countof(times); i++)
        if (take_time(m, times[i]))
            return;
}

/* "CEF:0|", "CEF: 0|"; and "0|" where the tag of an envelope was "CEF:". The bytes before the
 * version. */
static bool skip_mark(str *text)
{
    str rest = *text;

    if (str_starts(rest, S("ASM:")) || str_starts(rest, S("PSM:"))) /* F5's tag */
        rest = str_from_at(rest, S("ASM:").n);
    if (str_starts(rest, S("CEF:")) || str_starts(rest, S("cef:")))
        rest = str_trim(str_from_at(rest, 4));
    if (rest.n < 2 || (rest.p[0] != '0' && rest.p[0] != '1') ||
        !(rest.p[1] == '|' || (rest.n > 2 && rest.p[1] == '.' && memchr(rest.p, '|', rest.n))))
        return false;
    *text = rest;
    return true;
}

static int sniff(str text)
{
    enum { SURE = 100, LIKELY = 70 };
    size_t bars = 0;
    str rest = text;

    if (!memchr("Cc01AP", text.p[0], 6))
        return 0;
    if (!skip_mark(&rest))
        return 0;
    if (rest.p != text.p)
        return SURE;
    for (size_t i = 0; i < rest.n && bars < HEADER_PARTS; i++)
        bars += rest.p[i] == '|';
    return bars == HEADER_PARTS ? LIKELY : 0;
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    const struct cef_vendor *vendor = NULL;
    str rest = m->text;

    (void)state;
    if (!skip_mark(&rest))
        return false;
    if (!read_header(m, &names, &rest, &vendor)) {
        message_damage(m, "a CEF header that is cut off");
        return true;
    }
    read_extension(m, &names, str_trim(rest));
    set_time(m, vendor);
    if (vendor && vendor->kind)
        message_kind(m, vendor->kind);
    if (vendor && vendor->source.product.n)
        message_logsource(m, &vendor->source);
    return true;
}

const struct dialect dialect_cef = {
    .name = "cef",
    .summary = "ArcSight's Common Event Format, of any product",
    .sample = "CEF:0|Example|Firewall|1.0|100|Connection denied|5|rt=1795514400000 src=192.0.2.7 "
              "spt=50022 dst=198.51.100.9 dpt=443 proto=TCP act=deny",
    .kind = &kind_cef,
    .not_linux = true,
    .bare = true,
    .programs = {S("CEF")},
    .sniff = sniff,
    .read = read,
};
