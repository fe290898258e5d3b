/*
 * evtx_event_writer.c - an event in the flat naming as binary XML: the System part from one
 * template, the data part from one for each list of names.
 */
#include "evtx_writer.h"

#include "base/buf.h"
#include "text/time.h"

#include <stdlib.h>

static void put_le(uint8_t *out, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++, v >>= 8)
        out[i] = (uint8_t)v;
}

/* Where a flat name stands in <System>, and the type that Windows gives it. */
static const struct system_field {
    str element, attribute; /* attribute: empty for the element's content */
    str name;
    uint8_t type;
} system_fields[] = {
    {S("Provider"), S("Name"), S("Provider_Name"), EVTX_STRING},
    {S("Provider"), S("Guid"), S("Provider_Guid"), EVTX_GUID},
    {S("Provider"), S("EventSourceName"), S("Provider_EventSourceName"), EVTX_STRING},
    {S("EventID"), S("Qualifiers"), S("EventID_Qualifiers"), EVTX_UINT16},
    {S("EventID"), S(""), S("EventID"), EVTX_UINT16},
    {S("Version"), S(""), S("Version"), EVTX_UINT8},
    {S("Level"), S(""), S("Level"), EVTX_UINT8},
    {S("Task"), S(""), S("Task"), EVTX_UINT16},
    {S("Opcode"), S(""), S("Opcode"), EVTX_UINT8},
    {S("Keywords"), S(""), S("Keywords"), EVTX_HEX64},
    {S("TimeCreated"), S("SystemTime"), S("TimeCreated_SystemTime"), EVTX_FILETIME},
    {S("EventRecordID"), S(""), S("EventRecordID"), EVTX_UINT64},
    {S("Correlation"), S("ActivityID"), S("Correlation_ActivityID"), EVTX_GUID},
    {S("Correlation"), S("RelatedActivityID"), S("Correlation_RelatedActivityID"), EVTX_GUID},
    {S("Execution"), S("ProcessID"), S("Execution_ProcessID"), EVTX_UINT32},
    {S("Execution"), S("ThreadID"), S("Execution_ThreadID"), EVTX_UINT32},
    {S("Channel"), S(""), S("Channel"), EVTX_STRING},
    {S("Computer"), S(""), S("Computer"), EVTX_STRING},
    {S("Security"), S("UserID"), S("Security_UserID"), EVTX_SID},
};

/* Takes hex digits off the front of *s in groups as in a GUID: n bytes. */
static bool take_hex(str *s, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char digits[3] = {0};
        if (s->n < 2)
            return false;
        memcpy(digits, s->p, 2);
        char *end;
        out[i] = (uint8_t)strtoul(digits, &end, 16);
        if (end != digits + 2)
            return false;
        *s = str_from_at(*s, 2);
    }
    return true;
}

static size_t guid_bytes(str s, uint8_t *out)
{
    static const uint8_t groups[] = {4, 2, 2, 2, 6};
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t read[16];
    size_t n = 0;

    for (size_t g = 0; g < countof(groups); g++) {
        if (!s.n || s.p[0] != "{----"[g])
            return 0;
        s = str_from_at(s, 1);
        if (!take_hex(&s, read + n, groups[g]))
            return 0;
        n += groups[g];
    }
    for (size_t i = 0; i < sizeof read; i++)
        out[i] = read[order[i]];
    return sizeof read;
}

static size_t sid_bytes(str s, uint8_t *out)
{
    uint64_t part;
    size_t n = 8;

    if (!str_starts(s, S("S-1-")))
        return 0;
    s = str_from_at(s, 4);
    str head = str_cut(&s, '-');
    if (!str_u64(head, &part) || part > 0xFFFF)
        return 0;
    memset(out, 0, 8);
    out[0] = 1;
    out[6] = (uint8_t)(part >> 8);
    out[7] = (uint8_t)part;
    for (; s.n && out[1] < 15; n += 4) {
        head = str_cut(&s, '-');
        if (!str_u64(head, &part) || part > UINT32_MAX)
            return 0;
        put_le(out + n, part, 4);
        out[1]++;
    }
    return n;
}

static size_t filetime_bytes(str s, uint8_t *out)
{
    int64_t ns;
    uint8_t digits;

    if (!time_parse_rfc3339(s, &ns, &digits))
        return 0;
    put_le(out, 116444736000000000u + (uint64_t)(ns / 100), 8);
    return 8;
}

/* The bytes of a value of that type; 0 when the text is not such a value. */
static size_t typed_bytes(uint8_t type, str s, uint8_t *out)
{
    char text[32] = {0};
    uint64_t v;

    switch (type) {
    case EVTX_GUID:
        return guid_bytes(s, out);
    case EVTX_SID:
        return sid_bytes(s, out);
    case EVTX_FILETIME:
        return filetime_bytes(s, out);
    case EVTX_HEX64:
        if (!str_starts(s, S("0x")) || s.n > 18)
            return 0;
        memcpy(text, s.p, s.n);
        put_le(out, strtoull(text, NULL, 16), 8);
        return 8;
    default:
        if (evtx_element_size(type) == 0 || !str_u64(s, &v))
            return 0;
        put_le(out, v, 8);
        return evtx_element_size(type);
    }
}

/* Gives a value that type if it then reads the same, and else as a string. */
static void put_typed(struct evtx_writer *w, uint8_t type, str s)
{
    uint8_t bytes[80];
    char text[400];
    size_t n = type == EVTX_STRING ? 0 : typed_bytes(type, s, bytes);

    if (n && str_eq((str){text, evtx_value_text(type, bytes, n, text)}, s))
        evtx_value(w, type, bytes, n);
    else
        evtx_string_value(w, s);
}

static void define_event(struct evtx_writer *w, bool has_data)
{
    const struct system_field *f = system_fields, *end = f + countof(system_fields);

    evtx_open_element(w, S("Event"), EVTX_NO_DEPENDENCY, true);
    evtx_attribute(w, S("xmlns"));
    evtx_text(w, S("http://schemas.microsoft.com/win/2004/08/events/event"));
    evtx_close_start(w);
    evtx_open_element(w, S("System"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(w);
    while (f < end) {
        str element = f->element;
        bool has_content = false;
        evtx_open_element(w, element, EVTX_NO_DEPENDENCY, f->attribute.n != 0);
        for (; f < end && str_eq(f->element, element); f++) {
            if (f->attribute.n) {
                evtx_attribute(w, f->attribute);
            } else {
                evtx_close_start(w);
                has_content = true;
            }
            evtx_hole(w, (uint16_t)(f - system_fields), f->type, true);
        }
        if (has_content)
            evtx_close_element(w);
        else
            evtx_close_empty(w);
    }
    evtx_close_element(w);
    if (has_data)
        evtx_hole(w, countof(system_fields), EVTX_BINXML, true);
    evtx_close_element(w);
}

static bool is_system(str name)
{
    for (size_t i = 0; i < countof(system_fields); i++)
        if (str_eq(system_fields[i].name, name))
            return true;
    return false;
}

/* The next field from `at` on that goes into the data part: one a name. Of a name in System only
 * the first value stands there (the UserData of event 104 has a Channel of its own). */
static uint32_t next_data(const struct event *ev, uint32_t at)
{
    while (at < ev->field_count &&
           ((ev->fields[at].flags & FIELD_CONTINUES) != 0) != is_system(ev->fields[at].name))
        at++;
    return at;
}

static void define_data(struct evtx_writer *w, const struct event *ev, str user_data)
{
    uint16_t hole = 0;

    evtx_open_element(w, user_data.n ? S("UserData") : S("EventData"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(w);
    if (user_data.n) {
        evtx_open_element(w, user_data, EVTX_NO_DEPENDENCY, false);
        evtx_close_start(w);
    }
    for (uint32_t i = next_data(ev, 0); i < ev->field_count; i = next_data(ev, i + 1)) {
        str name = ev->fields[i].name;
        bool named = user_data.n == 0 && !str_eq(name, S("Data"));
        evtx_open_element(w, user_data.n ? name : S("Data"), EVTX_NO_DEPENDENCY, named);
        if (named) {
            evtx_attribute(w, S("Name"));
            evtx_text(w, name);
        }
        evtx_close_start(w);
        evtx_hole(w, hole++, EVTX_STRING, false);
        evtx_close_element(w);
    }
    if (user_data.n)
        evtx_close_element(w);
    evtx_close_element(w);
}

/* The type that a text of EventData most likely had. */
static uint8_t likely_type(const struct field *f)
{
    if (f->type == VALUE_NUMBER)
        return EVTX_UINT32;
    if (str_starts(f->value, S("{")) && f->value.n == 38)
        return EVTX_GUID;
    if (str_starts(f->value, S("S-1-")))
        return EVTX_SID;
    return str_starts(f->value, S("0x")) ? EVTX_HEX64 : EVTX_STRING;
}

/* Several values of a name: an array of strings, each ended by a NUL. */
static void put_array(struct evtx_writer *w, const struct event *ev, uint32_t first)
{
    struct buf units = buf_make(BUF_MAX_OUTPUT);

    for (uint32_t i = first; i < ev->field_count; i = event_next(ev, i)) {
        evtx_add_utf16(&units, ev->fields[i].value);
        buf_add(&units, (str){"\0", 2});
    }
    evtx_value(w, EVTX_STRING | EVTX_ARRAY, units.p, units.n);
    buf_done(&units);
}

static void put_data_values(struct evtx_writer *w, const struct event *ev)
{
    uint32_t count = 0;

    for (uint32_t i = next_data(ev, 0); i < ev->field_count; i = next_data(ev, i + 1))
        count++;
    evtx_begin_values(w, count);
    for (uint32_t i = next_data(ev, 0); i < ev->field_count; i = next_data(ev, i + 1)) {
        if (event_next(ev, i) < ev->field_count)
            put_array(w, ev, i);
        else
            put_typed(w, likely_type(&ev->fields[i]), ev->fields[i].value);
    }
}

static uint64_t filetime_of(const struct event *ev)
{
    uint8_t bytes[8];
    str text = event_get(ev, S("TimeCreated_SystemTime"));

    return text.p && filetime_bytes(text, bytes) ? le64(bytes) : 0;
}

static bool put_event(struct evtx_writer *w, const struct event *ev, str user_data, str key,
                      uint64_t id)
{
    evtx_begin_record(w, id, filetime_of(ev));
    evtx_fragment(w);
    bool has_data = next_data(ev, 0) < ev->field_count;
    if (evtx_instance(w, has_data ? S("Event with data") : S("Event"))) {
        define_event(w, has_data);
        evtx_end_definition(w);
    }
    evtx_begin_values(w, countof(system_fields) + has_data);
    for (size_t i = 0; i < countof(system_fields); i++) {
        str value = event_get(ev, system_fields[i].name);
        if (value.p)
            put_typed(w, system_fields[i].type, value);
        else
            evtx_value(w, EVTX_NULL, NULL, 0);
    }
    if (has_data) {
        evtx_begin_nested(w);
        evtx_fragment(w);
        if (evtx_instance(w, key)) {
            define_data(w, ev, user_data);
            evtx_end_definition(w);
        }
        put_data_values(w, ev);
        evtx_end_fragment(w);
        evtx_end_nested(w);
    }
    evtx_end_fragment(w);
    return evtx_end_record(w);
}

bool evtx_add_event(struct evtx_writer *w, const struct event *ev, str user_data)
{
    struct buf key = buf_make(BUF_MAX_OUTPUT); /* what tells one definition from another */
    uint64_t id = 0;
    str number = event_get(ev, S("EventRecordID"));

    if (!number.p || !str_u64(number, &id))
        return false;
    buf_add(&key, user_data);
    for (uint32_t i = next_data(ev, 0); i < ev->field_count; i = next_data(ev, i + 1)) {
        buf_char(&key, '\n');
        buf_add(&key, ev->fields[i].name);
    }
    bool ok = put_event(w, ev, user_data, buf_str(&key), id);
    if (!ok && !evtx_chunk_is_empty(w)) { /* a chunk of its own, then */
        evtx_next_chunk(w);
        ok = put_event(w, ev, user_data, buf_str(&key), id);
    }
    buf_done(&key);
    return ok;
}
