/*
 * text_decoder.c - lines of text: syslog by RFC 3164 and RFC 5424 with what programs and devices
 * write in it (message/dialect.h), and their lines without an envelope. See syslog_header.h for the
 * envelope and message/syslog_time.h for its times.
 *
 * Fields, of which those are left out that the record does not have:
 *   message    what stands behind the envelope, or the whole record when it has none, or a wrong
 *              one; not when it is a JSON object, perhaps behind "@cee:": then that object's
 *              fields are the event's, as if the JSON format had read it, and go before
 *              those of the same name from the envelope
 *   hostname
 *   program    the tag without the number, APP-NAME: "sshd", "postfix/smtpd"
 *   pid        what the tag has in brackets, PROCID; not always a number
 *   priority   a number; facility and severity are its parts' names: "auth", "crit"
 *   msgid
 *   ID.param   of STRUCTURED-DATA; an element without parameters is a null named ID
 *   and those of the message's dialect
 *
 * The log source is linux//syslog, and linux//SERVICE by the program (programs.def)
 * and by the facilities of logins and of cron, unless the dialect says that it is none of Linux; an
 * object's own goes before it, and so does its time.
 */
#include "base/mem.h"
#include "formats/format.h"
#include "formats/json_body.h"
#include "formats/json_shape.h"
#include "formats/line_cursor.h"
#include "formats/syslog_header.h"
#include "formats/text_format.h"
#include "message/dialect.h"
#include "simd/simd.h"
#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    DEVICE_SURE = 60,     /* of what says of a text that it is its own */
    FIELDS_MAX = 8,       /* without STRUCTURED-DATA */
    SOURCE_SLOTS = 64,    /* programs remembered; a power of two */
    SOURCE_NAME_MAX = 32, /* bytes of the name of one */
    SOURCES_MAX = LOGSOURCE_PROGRAM_SERVICES_MAX + 2,
    SPOKEN_SLOTS = 1024, /* layouts of dialects' texts remembered; a power of two */
    MERGED_SLOTS = 4096, /* pairs of layouts remembered; a power of two */
    MERGED_FIELDS_MAX = JSON_SHAPE_FIELDS_MAX + FIELDS_MAX,
    SPOKEN_FIELDS_MAX = 32, /* room for those of a dialect, at first */
};

/* The fields of an envelope; a layout is a set of them. */
enum {
    HAS_MESSAGE = 1,
    HAS_HOSTNAME = 2,
    HAS_PROGRAM = 4,
    HAS_PID = 8,
    HAS_PRIORITY = 16,
    HAS_FACILITY = 32,
    HAS_SEVERITY = 64,
    HAS_MSGID = 128,
    LAYOUTS = 256,
};

/* Objects of one layout in envelopes of one: what comes of both. */
struct merged_layout {
    uint32_t body; /* layout of the object; 0: free */
    uint8_t has, put;
    bool sourced; /* the object tells the log source by its fields */
    uint32_t layout;
};

/* Texts of one template in envelopes of one layout. */
struct spoken_layout {
    const struct dialect *dialect; /* NULL: free */
    uint32_t of_dialect, has, layout;
};

/* The log sources of a program's events. */
struct source_slot {
    char name[SOURCE_NAME_MAX];
    uint8_t length, facility_service, count; /* count 0: free */
    struct logsource sources[SOURCES_MAX];
};

struct text_decoder {
    const struct format *format;
    const struct simd *simd;
    struct dialect_reader *dialects;
    struct spoken_layout *spoken;
    uint32_t spoken_count;
    uint32_t layouts[LAYOUTS];
    struct source_slot slots[SOURCE_SLOTS];
    struct event event; /* of a sink that keeps none */
    struct field fields[MERGED_FIELDS_MAX];
    struct json_body *body; /* the three of objects; NULL until there is one */
    struct merged_layout *merged;
    uint32_t merged_count;
    /* Of the batch that is fed: */
    struct batch *batch;
    const struct decode_sink *out;
    struct syslog_clock clock;
};

/* RFC 5424, tables 1 and 2, by the names that syslog.h gives them. */
static const str facilities[] = {
    S("kern"),   S("user"),   S("mail"),   S("daemon"), S("auth"),     S("syslog"),
    S("lpr"),    S("news"),   S("uucp"),   S("cron"),   S("authpriv"), S("ftp"),
    S("ntp"),    S("audit"),  S("alert"),  S("clock"),  S("local0"),   S("local1"),
    S("local2"), S("local3"), S("local4"), S("local5"), S("local6"),   S("local7"),
};
static const str severities[] = {
    S("emerg"), S("alert"), S("crit"), S("err"), S("warning"), S("notice"), S("info"), S("debug"),
};
_Static_assert(countof(facilities) * countof(severities) == SYSLOG_PRIORITY_MAX + 1,
               "each has one");

/* ------------------------------------------------------------ log sources */

enum { FACILITY_AUTH = 4, FACILITY_CRON = 9, FACILITY_AUTHPRIV = 10 };
static const str facility_services[] = {S(""), S("auth"), S("cron")};

/* A place in facility_services. */
static uint8_t facility_service(const struct syslog_header *h)
{
    int32_t facility = h->priority < 0 ? -1 : h->priority / (int32_t)countof(severities);

    return facility == FACILITY_AUTH || facility == FACILITY_AUTHPRIV ? 1
           : facility == FACILITY_CRON                                ? 2
                                                                      : 0;
}

static void add_service(struct source_slot *slot, str service)
{
    for (uint32_t i = 0; i < slot->count; i++)
        if (str_eq(slot->sources[i].service, service))
            return;
    assert(slot->count < SOURCES_MAX);
    slot->sources[slot->count++] =
        (struct logsource){.product = S("linux"), .category = S(""), .service = service};
}

static void find_sources(struct source_slot *slot, str program, uint8_t by_facility)
{
    str services[LOGSOURCE_PROGRAM_SERVICES_MAX];
    uint32_t count = logsource_program_services(program, services);

    slot->count = 0;
    slot->facility_service = by_facility;
    for (uint32_t i = 0; i < count; i++)
        add_service(slot, services[i]);
    if (by_facility)
        add_service(slot, facility_services[by_facility]);
    add_service(slot, S("syslog"));
}

static void set_sources(struct text_decoder *d, const struct syslog_header *h, struct event *ev)
{
    str program = h->program;
    uint8_t by_facility = facility_service(h);
    struct source_slot fresh, *slot = &fresh;

    if (program.n && program.n <= SOURCE_NAME_MAX) {
        size_t mix = (uint8_t)program.p[0] + (uint8_t)program.p[program.n - 1] * 5u + program.n * 7;
        slot = &d->slots[mix & (SOURCE_SLOTS - 1)];
        if (slot->count == 0 || slot->facility_service != by_facility ||
            !str_eq((str){slot->name, slot->length}, program)) {
            find_sources(slot, program, by_facility);
            memcpy(slot->name, program.p, program.n);
            slot->length = (uint8_t)program.n;
        }
    } else {
        find_sources(slot, program, by_facility);
    }
    memcpy(ev->logsources, slot->sources, slot->count * sizeof *slot->sources);
    ev->logsource_count = slot->count;
}

/* ------------------------------------------------------------ the event */

static uint32_t header_has(const struct syslog_header *h)
{
    uint32_t of_priority =
        h->priority >= 0 ? (uint32_t)HAS_PRIORITY | HAS_FACILITY | HAS_SEVERITY : 0;

    return HAS_MESSAGE | (h->hostname.n ? HAS_HOSTNAME : 0) | (h->program.n ? HAS_PROGRAM : 0) |
           (h->pid.n ? HAS_PID : 0) | of_priority | (h->msgid.n ? HAS_MSGID : 0);
}

static const str header_names[FIELDS_MAX] = {
    S("message"),  S("hostname"), S("program"),  S("pid"),
    S("priority"), S("facility"), S("severity"), S("msgid"),
};

static void put(struct event *ev, uint32_t which, str value, enum value_type type)
{
    assert(ev->field_count < ev->field_capacity);
    ev->fields[ev->field_count++] =
        (struct field){.name = header_names[which], .value = value, .type = (uint8_t)type};
}

/* Those of the envelope's fields that are in `wanted`. There is room. */
static void put_header(struct event *ev, const struct syslog_header *h, uint32_t wanted)
{
    if (wanted & HAS_MESSAGE)
        put(ev, 0, h->message, VALUE_STRING);
    if (wanted & HAS_HOSTNAME)
        put(ev, 1, h->hostname, VALUE_STRING);
    if (wanted & HAS_PROGRAM)
        put(ev, 2, h->program, VALUE_STRING);
    if (wanted & HAS_PID)
        put(ev, 3, h->pid, VALUE_STRING);
    const uint32_t priority = h->priority < 0 ? 0 : (uint32_t)h->priority;
    if (wanted & HAS_PRIORITY)
        put(ev, 4, h->priority_text, VALUE_NUMBER);
    if (wanted & HAS_FACILITY)
        put(ev, 5, facilities[priority / countof(severities)], VALUE_STRING);
    if (wanted & HAS_SEVERITY)
        put(ev, 6, severities[priority % countof(severities)], VALUE_STRING);
    if (wanted & HAS_MSGID)
        put(ev, 7, h->msgid, VALUE_STRING);
}

static uint32_t layout_of(struct text_decoder *d, uint32_t has)
{
    if (!d->layouts[has])
        d->layouts[has] = layout_number_new();
    return d->layouts[has];
}

/* Does a parameter of that name stand behind `from`? */
static bool is_repeated(const struct event *ev, uint32_t from, str name)
{
    for (uint32_t i = from; i < ev->field_count; i++)
        if (str_eq(ev->fields[i].name, name))
            return true;
    return false;
}

static void add_structured(struct event *ev, str elements, struct arena *a)
{
    enum { NEAR_PARAMS = 32 }; /* a name is looked for among so many */
    str id = {0}, name, raw;

    while (syslog_param_next(&elements, &id, &name, &raw)) {
        struct field f = {.name = id, .type = VALUE_NULL};
        if (id.n + 1 + name.n > EVENT_NAME_MAX) {
            ev->fields_dropped++;
            continue;
        }
        if (name.n) {
            char *out = arena_bytes(a, id.n + 1 + name.n);
            memcpy(out, id.p, id.n);
            out[id.n] = '.';
            memcpy(out + id.n + 1, name.p, name.n);
            f = (struct field){.name = {out, id.n + 1 + name.n},
                               .value = syslog_param_value(raw, a)};
        }
        uint32_t from = ev->field_count > NEAR_PARAMS ? ev->field_count - NEAR_PARAMS : 0;
        f.flags = is_repeated(ev, from, f.name) ? FIELD_CONTINUES : 0;
        event_add(ev, a, f);
    }
}

/* ------------------------------------------------------------ objects */

/* What may be the object that the message is, without blanks around it; empty when it is none. */
static str object_of(str message)
{
    str s = str_trim(message);

    if (str_starts(s, S("@cee:")))
        s = str_trim(str_from_at(s, S("@cee:").n));
    return s.n >= 2 && s.p[0] == '{' && s.p[s.n - 1] == '}' ? s : (str){0};
}

/* Which of the envelope's fields stand beside those of the object. */
static uint32_t beside(const struct event *ev, uint32_t has)
{
    uint32_t wanted = has & ~(uint32_t)HAS_MESSAGE;

    for (uint32_t i = 1; i < FIELDS_MAX; i++)
        if ((wanted >> i & 1) && event_find(ev, header_names[i]) < ev->field_count)
            wanted &= ~(1u << i);
    return wanted;
}

/* Do the tables of Windows tell the object's log source? */
static bool is_sourced(const struct event *ev)
{
    return event_find(ev, LOGSOURCE_EVENT_ID) < ev->field_count &&
           (event_find(ev, LOGSOURCE_CHANNEL) < ev->field_count ||
            event_find(ev, LOGSOURCE_PROVIDER) < ev->field_count);
}

/* What was found out for this pair of layouts, or is now; `room` is for one that cannot be kept. */
static const struct merged_layout *merged_of(struct text_decoder *d, const struct event *ev,
                                             uint32_t has, struct merged_layout *room)
{
    size_t at = (ev->layout * 0x9E3779B1u + has) & (MERGED_SLOTS - 1);
    struct merged_layout *m = ev->layout ? &d->merged[at] : room;

    for (; m != room && m->body; m = &d->merged[at]) {
        if (m->body == ev->layout && m->has == has)
            return m;
        at = (at + 1) & (MERGED_SLOTS - 1);
    }
    bool keep = m != room && d->merged_count < MERGED_SLOTS / 2;
    if (!keep)
        m = room;
    d->merged_count += keep;
    *m = (struct merged_layout){.body = ev->layout,
                                .has = (uint8_t)has,
                                .put = (uint8_t)beside(ev, has),
                                .sourced = is_sourced(ev),
                                .layout = keep ? layout_number_new() : 0};
    return m;
}

/* Puts the envelope's fields behind those of the object. */
static void merge(struct text_decoder *d, struct event *ev, const struct syslog_header *h,
                  uint32_t wanted)
{
    struct arena *a = d->batch->arena;
    const uint32_t count = ev->field_count, capacity = count + FIELDS_MAX;
    struct field *fields = ev->layout ? d->fields : arena_array(a, capacity, sizeof *fields);

    assert(!ev->layout || capacity <= MERGED_FIELDS_MAX);
    if (count)
        memcpy(fields, ev->fields, count * sizeof *fields);
    ev->fields = fields;
    ev->field_capacity = capacity;
    if (capacity <= EVENT_FIELDS_MAX)
        put_header(ev, h, wanted);
    else
        ev->fields_dropped += (uint32_t)__builtin_popcount(wanted);
}

/* The event of a record whose message is an object; false when it is none after all, or empty. */
static bool decode_object(struct text_decoder *d, const struct syslog_header *h, str text,
                          bool lazy, struct event *ev, bool *ret_sourced)
{
    const uint32_t has = header_has(h);
    struct merged_layout room;

    if (!d->body) {
        d->body = json_body_new();
        d->merged = mem_array(MERGED_SLOTS, sizeof *d->merged);
    }
    if (!json_body_read(d->body, text, lazy, ev, d->batch->arena) || !ev->field_count)
        return false;
    const struct merged_layout *m = merged_of(d, ev, has, &room);
    *ret_sourced = m->sourced || ev->logsource_count;
    merge(d, ev, h, m->put);
    ev->layout = m->layout;
    return true;
}

/* ------------------------------------------------------------ records */

static const struct kind kind_syslog = {.format = "syslog"};
static const struct kind kind_plain = {.format = "text"};

/* The event of a record whose message is text. */
static void decode_text(struct text_decoder *d, const struct syslog_header *h, struct event *ev)
{
    const uint32_t has = header_has(h);
    const uint32_t room = d->out->lazy ? MERGED_FIELDS_MAX : FIELDS_MAX + SPOKEN_FIELDS_MAX;

    ev->fields = !d->out->lazy ? arena_array(d->batch->arena, room, sizeof *ev->fields) : d->fields;
    ev->field_capacity = room;
    ev->field_count = ev->fields_dropped = 0;
    ev->codec = NULL;
    ev->source_set = 0;
    ev->has_time = false;
    ev->kind = has == HAS_MESSAGE ? &kind_plain : &kind_syslog;
    put_header(ev, h, has);
    ev->layout = layout_of(d, has);
}

static void report(struct text_decoder *d, const struct line_record *line, enum problem_kind kind,
                   const char *why)
{
    struct problem p = line_problem(d->batch, line, kind, why);

    d->out->problem(d->out->ctx, &p);
}

static void set_time(const struct syslog_header *h, struct event *ev)
{
    ev->has_time = h->has_time;
    ev->time_ns = h->has_time ? h->time.ns : 0;
    ev->time_digits = h->has_time ? h->time.digits : 0;
    ev->time_guess = h->has_time ? h->time.guess : 0;
}

/* The number of a layout that a dialect found, in envelopes of one; 0 when they are used up. */
static uint32_t spoken_layout(struct text_decoder *d, const struct dialect *dialect,
                              uint32_t of_dialect, uint32_t has)
{
    size_t at = ((size_t)(uintptr_t)dialect >> 4) * 0x9E3779B1u + of_dialect * 31u + has * 7u;

    for (at &= SPOKEN_SLOTS - 1; d->spoken[at].dialect; at = (at + 1) & (SPOKEN_SLOTS - 1)) {
        const struct spoken_layout *s = &d->spoken[at];
        if (s->dialect == dialect && s->of_dialect == of_dialect && s->has == has)
            return s->layout;
    }
    if (d->spoken_count == SPOKEN_SLOTS / 2)
        return 0;
    d->spoken_count++;
    d->spoken[at] = (struct spoken_layout){dialect, of_dialect, has, layout_number_new()};
    return d->spoken[at].layout;
}

/* Takes the field `message` of the envelope out, which is the first. */
static void drop_message(struct event *ev)
{
    assert(ev->field_count && str_eq(ev->fields[0].name, header_names[0]));
    ev->field_count--;
    memmove(ev->fields, ev->fields + 1, ev->field_count * sizeof *ev->fields);
}

/* Has a dialect take the message apart; false when none did. `bare`: it is the whole line. */
static bool speak(struct text_decoder *d, struct syslog_header *h, bool bare,
                  const struct line_record *line, struct event *ev)
{
    struct message m = {
        .text = str_trim(h->message),
        .program = h->program,
        .structured = h->structured,
        .msgid = h->msgid,
        .event = ev,
        .arena = d->batch->arena,
        .time_rule = &d->batch->stream->time,
    };
    const struct dialect *dialect = dialect_read(d->dialects, &m, bare);

    if (!dialect)
        return false;
    h->structured = m.structured;
    if (dialect->objects && m.text.p[0] == '{') /* its fields are the message's */
        drop_message(ev);
    const bool fixed = m.layout && !ev->fields_dropped;
    ev->layout = fixed ? spoken_layout(d, dialect, m.layout, header_has(h)) : 0;
    if (m.damage)
        report(d, line, PROBLEM_bad_record, m.damage);
    return true;
}

static void decode_bare(struct text_decoder *d, str text, struct syslog_header *h, struct event *ev)
{
    *h = (struct syslog_header){.priority = -1, .message = text};
    decode_text(d, h, ev);
    ev->logsource_count = 0;
}

/* The event of a record with an envelope; or that has none, and no dialect reads it. */
static void decode_enveloped(struct text_decoder *d, const struct line_record *line,
                             struct syslog_header *h, bool lazy, struct event *ev)
{
    const bool spoken = d->format->dialect && d->format->dialect->objects;
    str object = h->broken || spoken ? (str){0} : object_of(h->message);
    bool sourced = false;

    if (object.n && decode_object(d, h, object, lazy, ev, &sourced)) {
        if (!ev->has_time)
            set_time(h, ev);
        if (!sourced)
            set_sources(d, h, ev);
    } else {
        decode_text(d, h, ev);
        set_time(h, ev);
        set_sources(d, h, ev);
        speak(d, h, false, line, ev);
    }
    if (h->structured.n) {
        ev->layout = 0;
        add_structured(ev, h->structured, d->batch->arena);
    }
}

/* "2026-11-24 10:00:00 word word[1]: ...": what syslog-ng may write, and many servers' own files
 * too. Does a dialect of such files know the line? */
static bool is_own_line(struct text_decoder *d, str text, const struct syslog_header *h)
{
    enum { BLANK_AT = 10 };

    return h->priority < 0 && text.n > BLANK_AT && text.p[0] >= '0' && text.p[0] <= '9' &&
           text.p[BLANK_AT] == ' ' && dialect_reader_knows(d->dialects, text, DEVICE_SURE);
}

/* Is the front an envelope? Certainly when it has a tag or a priority; and when what stands behind
 * it is an object, or a device's record: "Nov 24 10:00:00 fw1 id=firewall sn=...". */
static bool is_framed(struct text_decoder *d, str text, const struct syslog_header *h)
{
    if (h->sure)
        return d->format->dialect || !is_own_line(d, text, h);
    return object_of(h->message).n ||
           (!d->format->dialect && h->message.p != text.p &&
            dialect_reader_knows(d->dialects, str_trim(h->message), DEVICE_SURE));
}

static void decode(struct text_decoder *d, const struct line_record *line)
{
    struct arena *a = d->batch->arena;
    struct syslog_header h, none;
    str text = line->text;

    while (text.n && (text.p[text.n - 1] == '\0' || text.p[text.n - 1] == ' '))
        text.n--;
    if (!d->simd->is_ascii(text.p, text.n))
        text = utf8_repair(text, a);
    struct event *ev = d->out->lazy ? &d->event : arena_alloc(a, sizeof *ev);
    const char *why = syslog_header_read(text, &d->clock, &h);
    if (h.priority >= 0 && !h.priority_text.n)
        h.priority_text = arena_printf(a, "%d", h.priority);
    bool bare = false;
    const struct dialect *only = d->format->dialect;
    /* Not the envelope of syslog, perhaps; or a file's own line, when it is said to be one. */
    const bool own = only && only->bare && h.priority < 0 && dialect_may_read(only, text) &&
                     !dialect_may_read(only, str_trim(h.message));
    const bool framed = !why && is_framed(d, text, &h);
    if (!framed || own) {
        decode_bare(d, text, &none, ev);
        bare = speak(d, &none, true, line, ev);
    }
    if (!bare && (!why || d->format->sniff == format_syslog.sniff)) {
        if (why)
            report(d, line, PROBLEM_bad_record, why);
        decode_enveloped(d, line, &h, d->out->lazy && text.p == line->text.p, ev);
    }
    if (ev->fields_dropped) {
        char dropped[PROBLEM_TEXT_MAX];
        snprintf(dropped, sizeof dropped, "%u fields are left out", ev->fields_dropped);
        report(d, line, PROBLEM_fields_dropped, dropped);
    }
    ev->raw = line->text;
    ev->from = line_provenance(d->batch, line);
    d->out->event(d->out->ctx, ev);
}

void text_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct text_decoder *d = decoder;
    struct line_cursor lines;
    struct line_record line;

    d->batch = b;
    d->out = out;
    syslog_clock_init(&d->clock, &b->stream->time);
    line_cursor_init(&lines, b);
    while (line_cursor_next(&lines, &line))
        decode(d, &line);
    b->units = lines.next;
    b->number_from = 1;
}

void *text_open(const struct format *self)
{
    struct text_decoder *d = mem_alloc(sizeof *d);

    d->format = self;
    d->simd = simd_best();
    d->dialects = dialect_reader_new(format_dialects(self), self->dialect);
    d->spoken = mem_array(SPOKEN_SLOTS, sizeof *d->spoken);
    return d;
}

void text_close(void *decoder)
{
    struct text_decoder *d = decoder;

    dialect_reader_free(d->dialects);
    free(d->spoken);
    json_body_free(d->body);
    free(d->merged);
    free(d);
}
