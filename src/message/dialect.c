/*
 * dialect.c - which dialect of a set reads a text.
 *
 * A reader finds a program's dialects in a small table that it fills as programs come; for other
 * texts it asks, in their order, those that may begin with the text's first byte. What is read
 * never depends on the texts before.
 */
#include "message/dialect.h"

#include "base/mem.h"
#include "message/pattern_gate.h"

#include <stdlib.h>

static const struct dialect_set no_dialects;

enum {
    BYTES = 256,
    PROGRAM_SLOTS = 256,   /* programs remembered; a power of two */
    PROGRAM_NAME_MAX = 95, /* bytes of the name of one */
    PROGRAM_DIALECTS_MAX = 4,
};

/* A dialect and what it needs to read. */
struct speaker {
    const struct dialect *dialect;
    struct template_set *templates;
    void *state;
    bool opened;
};

struct program_slot {
    char name[PROGRAM_NAME_MAX];
    uint8_t length;
    uint8_t count; /* of dialects */
    bool used;
    uint16_t speakers[PROGRAM_DIALECTS_MAX];
};

struct dialect_reader {
    const struct dialect_set *set;
    const struct dialect *asked; /* the one that all texts are of, or NULL */
    struct speaker *speakers; /* one a dialect of the set, and one for `asked` when it is not of it;
                                 NULL until the first text */
    size_t count;
    struct speaker *only; /* of `asked`; NULL: by program and content */
    uint16_t *by_byte;    /* places of dialects by a text's first byte, a list after the other */
    uint32_t begins[BYTES + 1];
    struct program_slot programs[PROGRAM_SLOTS];
    uint64_t candidates[PATTERN_GATE_WORDS]; /* pattern files that may read the text */
};

const struct dialect *dialect_find(const struct dialect_set *set, str name)
{
    for (size_t i = 0; i < set->count; i++)
        if (str_eq(str_from(set->items[i]->name), name))
            return set->items[i];
    return NULL;
}

/* May a text with that first byte look like the dialect's? */
static bool may_begin(const struct dialect *d, uint8_t byte)
{
    for (size_t i = 0; i < DIALECT_STARTS_MAX && d->starts[i].n; i++)
        if ((uint8_t)d->starts[i].p[0] == byte)
            return true;
    return d->sniff != NULL || (d->gate && d->starts[0].n == 0);
}

static void index_dialects(struct dialect_reader *r)
{
    uint32_t n = 0;

    r->by_byte = mem_array(r->set->count * BYTES + 1, sizeof *r->by_byte);
    for (uint32_t byte = 0; byte < BYTES; byte++) {
        r->begins[byte] = n;
        for (size_t i = 0; i < r->set->count; i++)
            if (may_begin(r->set->items[i], (uint8_t)byte))
                r->by_byte[n++] = (uint16_t)i;
    }
    r->begins[BYTES] = n;
}

struct dialect_reader *dialect_reader_new(const struct dialect_set *set, const struct dialect *only)
{
    struct dialect_reader *r = mem_alloc(sizeof *r);

    r->set = set ? set : &no_dialects;
    r->asked = only;
    return r;
}

/* Before the first text: a set may have to be loaded for it. */
static void prepare(struct dialect_reader *r)
{
    const struct dialect *only = r->asked;

    r->set = r->set->resolve ? r->set->resolve(r->set) : r->set;
    r->speakers = mem_array(r->set->count + 1, sizeof *r->speakers);
    r->count = r->set->count;
    index_dialects(r);
    for (size_t i = 0; i < r->count; i++) {
        r->speakers[i].dialect = r->set->items[i];
        if (r->set->items[i] == only)
            r->only = &r->speakers[i];
    }
    if (only && !r->only) {
        r->only = &r->speakers[r->count++];
        r->only->dialect = only;
    }
}

void dialect_reader_free(struct dialect_reader *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->count; i++) {
        struct speaker *s = &r->speakers[i];
        if (s->dialect->close && s->opened)
            s->dialect->close(s->state);
        template_set_free(s->templates);
    }
    free(r->by_byte);
    free(r->speakers);
    free(r);
}

/* ------------------------------------------------------------ one dialect */

void *dialect_open_templates(const struct dialect *self)
{
    return template_set_new(self->templates, self->template_count);
}

void dialect_close_templates(void *state)
{
    template_set_free(state);
}

static void open_speaker(struct speaker *s)
{
    const struct dialect *d = s->dialect;

    s->opened = true;
    if (d->templates && !d->read)
        s->templates = template_set_new(d->templates, d->template_count);
    if (d->open)
        s->state = d->open(d);
}

/* Tries one; the event is as it was when it does not take the text. */
static bool speak(struct speaker *s, struct message *m)
{
    const struct dialect *d = s->dialect;
    struct event *ev = m->event;
    const uint32_t fields = ev->field_count, dropped = ev->fields_dropped;
    const uint8_t sources = ev->logsource_count;
    const struct kind *kind = ev->kind;

    if (m->text.n == 0 && !(d->structured && m->structured.n))
        return false;
    if (!s->opened)
        open_speaker(s);
    m->layout = 0;
    ev->kind = d->kind;
    if (d->read ? d->read(s->state, m) : template_match(s->templates, m) != NULL) {
        if (d->not_linux) { /* those of the envelope go */
            ev->logsource_count = (uint8_t)(ev->logsource_count - sources);
            memmove(ev->logsources, ev->logsources + sources,
                    ev->logsource_count * sizeof *ev->logsources);
        }
        for (size_t i = 0; i < DIALECT_SOURCES_MAX; i++)
            if (d->sources[i].product.n || d->sources[i].category.n || d->sources[i].service.n)
                message_logsource(m, &d->sources[i]);
        return true;
    }
    ev->field_count = fields;
    ev->fields_dropped = dropped;
    ev->logsource_count = sources;
    ev->kind = kind;
    m->layout = 0;
    m->damage = NULL;
    return false;
}

/* ------------------------------------------------------------ choice */

/* Does a row of `programs` name the program? "smtpd" fits "postfix/smtpd", "postfix/" fits it too,
 * "%ASA-" fits "%ASA-6-302013", and "su" fits "su(pam_unix)". */
static bool names_program(str row, str program)
{
    if (row.p[row.n - 1] == '/')
        return str_starts(program, row) || str_eq(program, (str){row.p, row.n - 1});
    if (row.p[0] == '%') /* "%ASA-6-302013" */
        return str_starts(program, row);
    const char *slash = memrchr(program.p, '/', program.n);
    if (slash)
        program = str_from_at(program, (size_t)(slash - program.p) + 1);
    const char *open = program.n > 1 ? memchr(program.p + 1, '(', program.n - 1) : NULL;
    if (open)
        program.n = (size_t)(open - program.p);
    return str_ieq(row, program);
}

static void find_speakers(const struct dialect_reader *r, str program, struct program_slot *slot)
{
    slot->used = true;
    slot->count = 0;
    slot->length = (uint8_t)program.n;
    memcpy(slot->name, program.p, program.n);
    for (size_t i = 0; i < r->set->count && slot->count < PROGRAM_DIALECTS_MAX; i++) {
        const struct dialect *d = r->speakers[i].dialect;
        for (size_t k = 0; k < DIALECT_PROGRAMS_MAX && d->programs[k].n; k++)
            if (names_program(d->programs[k], program)) {
                slot->speakers[slot->count++] = (uint16_t)i;
                break;
            }
    }
}

static const struct program_slot *slot_of(struct dialect_reader *r, str program)
{
    size_t mix = program.n * 31u;

    for (size_t i = 0; i < program.n; i++)
        mix = mix * 33u + (uint8_t)program.p[i];
    struct program_slot *slot = &r->programs[(mix ^ mix >> 8) & (PROGRAM_SLOTS - 1)];
    if (!slot->used || !str_eq((str){slot->name, slot->length}, program))
        find_speakers(r, program, slot);
    return slot;
}

/* Does the dialect's table say that the text may be its own? How sure, 0..100. */
static int looks_like(const struct dialect *d, str text)
{
    for (size_t i = 0; i < DIALECT_STARTS_MAX && d->starts[i].n; i++)
        if (str_starts(text, d->starts[i]))
            return 100;
    if (d->gate && d->starts[0].n == 0)
        return 100;
    return d->sniff ? d->sniff(text) : 0;
}

/* Is it no pattern file, or one that may read the text? `scanned` is for the texts' first one. */
static bool passes_gate(struct dialect_reader *r, const struct dialect *d, str text, bool *scanned)
{
    if (!d->gate || !r->set->gate)
        return true;
    if (!*scanned)
        pattern_gate_scan(r->set->gate, text, r->candidates);
    *scanned = true;
    return r->candidates[(d->gate - 1) / 64] >> (d->gate - 1) % 64 & 1;
}

bool dialect_may_read(const struct dialect *d, str text)
{
    return text.n && ((!d->sniff && !d->starts[0].n) || looks_like(d, text) > 0);
}

static bool by_content(struct speaker *s, struct message *m, bool bare)
{
    return (!bare || s->dialect->bare) && looks_like(s->dialect, m->text) > 0 && speak(s, m);
}

/* The text behind the first ']', and blanks and a colon; empty when there is none. */
static str behind_bracket(str text)
{
    const char *end = memchr(text.p, ']', text.n);
    str rest = end ? str_from_at(text, (size_t)(end - text.p) + 1) : (str){0};

    return str_trim(str_from_at(rest, rest.n && rest.p[0] == ':'));
}

/* Takes off what a syslog daemon put around the message: "message repeated 2 times: [ ...]", which
 * stands for so many (the number is the answer; empty: one), Solaris's "[ID 800047 auth.info] ",
 * and "kernel: [  970.699]: " of daemons that log by way of the kernel's buffer. */
static str unwrap(struct message *m)
{
    str text = m->text, count = {0};

    if (str_starts(text, S("[ID ")) || str_starts(text, S("kernel: [")) ||
        str_starts(text, S("kernel:["))) {
        text = behind_bracket(text);
    } else if (str_starts(text, S("message repeated ")) && text.p[text.n - 1] == ']') {
        str rest = str_from_at(text, sizeof "message repeated " - 1);
        str digits = str_cut(&rest, ' ');
        uint64_t number;
        if (str_u64(digits, &number) && str_starts(rest, S("times: ["))) {
            count = digits;
            text = str_trim((str){rest.p + 8, rest.n - 9});
        }
    }
    if (text.n)
        m->text = text;
    return count;
}

static const struct dialect *read_plain(struct dialect_reader *r, struct message *m, bool bare)
{
    if (r->only)
        return speak(r->only, m) ? r->only->dialect : NULL;
    if (m->program.n && m->program.n <= PROGRAM_NAME_MAX) {
        const struct program_slot *slot = slot_of(r, m->program);
        for (uint32_t i = 0; i < slot->count; i++)
            if (speak(&r->speakers[slot->speakers[i]], m))
                return r->speakers[slot->speakers[i]].dialect;
        if (slot->count)
            m->event->kind = r->speakers[slot->speakers[0]].dialect->kind;
    }
    if (m->text.n == 0)
        return NULL;
    const uint8_t byte = (uint8_t)m->text.p[0];
    bool scanned = false;
    for (uint32_t i = r->begins[byte]; i < r->begins[byte + 1u]; i++) {
        struct speaker *s = &r->speakers[r->by_byte[i]];
        if (passes_gate(r, s->dialect, m->text, &scanned) && by_content(s, m, bare))
            return s->dialect;
    }
    return NULL;
}

bool dialect_reader_knows(struct dialect_reader *r, str text, int least)
{
    if (!r->speakers)
        prepare(r);
    const uint8_t byte = text.n ? (uint8_t)text.p[0] : 0;
    for (uint32_t i = r->begins[byte]; text.n && i < r->begins[byte + 1u]; i++) {
        const struct dialect *d = r->speakers[r->by_byte[i]].dialect;
        if (!d->gate && looks_like(d, text) >= least)
            return true;
    }
    return false;
}

const struct dialect *dialect_read(struct dialect_reader *r, struct message *m, bool bare)
{
    m->damage = NULL;
    m->layout = 0;
    if (m->text.n == 0 && m->structured.n == 0)
        return NULL;
    if (!r->speakers)
        prepare(r);
    const char first = m->text.n ? m->text.p[0] : '\0';
    str count = first == '[' || first == 'm' || first == 'k' ? unwrap(m) : (str){0};
    const struct dialect *dialect = read_plain(r, m, bare);
    if (dialect && count.n) {
        message_add_number(m, S("repeat_count"), count);
        m->layout = 0;
    }
    return dialect;
}

/* ------------------------------------------------------------ trials */

static bool try_speaker(struct speaker *s, struct message *m, bool by_program,
                        struct dialect_trial *ret)
{
    *ret = (struct dialect_trial){.dialect = s->dialect, .by_program = by_program};
    ret->took = speak(s, m);
    if (ret->took && s->templates && m->layout)
        ret->template = template_text(s->templates, m->layout);
    return ret->took;
}

uint32_t dialect_try(struct dialect_reader *r, struct message *m, bool bare,
                     struct dialect_trial ret[DIALECT_TRIALS_MAX])
{
    uint32_t n = 0;

    if (m->text.n == 0 && m->structured.n == 0)
        return 0;
    if (!r->speakers)
        prepare(r);
    unwrap(m);
    if (r->only) {
        try_speaker(r->only, m, false, &ret[n++]);
        return n;
    }
    if (m->program.n && m->program.n <= PROGRAM_NAME_MAX) {
        const struct program_slot *slot = slot_of(r, m->program);
        for (uint32_t i = 0; i < slot->count; i++)
            if (try_speaker(&r->speakers[slot->speakers[i]], m, true, &ret[n++]))
                return n;
    }
    if (m->text.n == 0)
        return n;
    const uint8_t byte = (uint8_t)m->text.p[0];
    bool scanned = false;
    for (uint32_t i = r->begins[byte]; i < r->begins[byte + 1u] && n < DIALECT_TRIALS_MAX; i++) {
        struct speaker *s = &r->speakers[r->by_byte[i]];
        if ((bare && !s->dialect->bare) || !passes_gate(r, s->dialect, m->text, &scanned) ||
            looks_like(s->dialect, m->text) == 0)
            continue;
        if (try_speaker(s, m, false, &ret[n++]))
            return n;
    }
    return n;
}
