/*
 * dialect.h - how what a program or a device writes in the text of its messages plugs in.
 *
 * A dialect takes one text apart that another format's record carries: the message of a syslog
 * line, the MESSAGE of a journal entry, a line of a container's log; or a whole line of a file.
 * It is named, listed and asked for like any other format ("--format sshd", "format: nginx").
 *
 * To add one: write dialect/NAME.c, which defines `const struct dialect dialect_NAME`, and put a
 * row in dialects.def. Nothing else changes. Free text is best told by templates (template.h): then
 * `templates` is all that there is to write. What has a grammar of its own (key=value, CEF, CSV)
 * has a `read`.
 *
 * Native names: what the product calls a field, word for word. Free text has no names; there the
 * names of event/column_names.def are given (user, src_ip, src_port, reason ...), so that the
 * common columns need no table, and others in snake_case. A dialect never takes a value for
 * something that the remote party could have forged elsewhere in the text: what it can write is
 * taken from the outside in, to the last place where the rest still fits.
 */
#pragma once

#include "event/event.h"
#include "event/kind.h"
#include "event/time_rule.h"
#include "message/template.h"

enum {
    DIALECT_SOURCES_MAX = 3,
    DIALECT_PROGRAMS_MAX = 24,
    DIALECT_STARTS_MAX = 8,
};

/* A text that is being taken apart. */
struct message {
    str text;    /* UTF-8, without envelope and white space around it */
    str program; /* what the envelope says wrote it: "sshd", "postfix/smtpd"; empty: it says none */
    /* STRUCTURED-DATA of RFC 5424, with its brackets, and MSGID. A dialect that reads the former
     * makes it empty: otherwise its parameters become fields as "ID.NAME". */
    str structured, msgid;
    struct event *event; /* with the envelope's fields, `message` among them (the text itself) */
    struct arena *arena;
    const struct time_rule *time_rule;
    uint32_t layout;    /* what template_match() found, from 1 in the dialect; 0: names vary */
    const char *damage; /* see message_damage(); NULL: none */
};

struct dialect {
    const char *name;    /* what --format takes: "sshd", "cisco_asa" */
    const char *summary; /* one line for `tocsin formats`: which product, which of its logs */
    const char
        *sample; /* a line of it, as a file would hold it (with its envelope, if it has one) */
    const struct kind *kind; /* of messages whose template has none; with its .format = name */

    /* The log sources of its events in Sigma's terms, beside linux//syslog and what programs.def
     * knows; none: only those. `not_linux` leaves those out: a firewall, a proxy. */
    struct logsource sources[DIALECT_SOURCES_MAX];
    bool not_linux;

    /* When it is tried: for the programs named, by the last part of a path ("smtpd" fits
     * "postfix/smtpd", and so does "postfix/"; "%ASA-" fits all that begins with it); for any text
     * that begins with one of `starts`; for any text of which sniff says so (0 is no, 100 is
     * certain); NULL: never by content. A line of a file that has no envelope is tried by content
     * alone. sniff is cheap: some bytes. */
    str programs[DIALECT_PROGRAMS_MAX]; /* end at an empty one */
    str starts[DIALECT_STARTS_MAX];
    int (*sniff)(str text);
    /* Lines of its files stand for themselves: a file whose lines are mostly read by it is
     * recognised as of this dialect. False: only within an envelope, or when asked for. */
    bool bare;

    /* Either templates ... */
    const struct template_row *templates;
    size_t template_count;
    /* ... or a reader, which may use templates as well. False: the text is none of its own, and the
     * event is as it was. A text that is its own but damaged is read as far as it goes, with
     * message_damage(). `state` is what open made, NULL without. */
    bool (*read)(void *state, struct message *m);
    void *(*open)(const struct dialect *self);
    void (*close)(void *state);

    const void *detail; /* of a dialect made at run time: message/pattern_file.h */
    uint16_t gate;      /* of one that is tried by content: its place in the set's gate, from 1 */
    bool structured;    /* it reads m->structured, of messages without a text too */
    bool objects;       /* its texts are JSON objects: they are not read as such before it */
    bool generic;       /* its grammar is anybody's (key=value, CSV): pattern files go before it */
};

/* For a read that uses the dialect's templates: open and close with which `state` is their set. */
void *dialect_open_templates(const struct dialect *self);
void dialect_close_templates(void *state);

/* For read: fields behind those that are there; a name may come twice, the last counts. */
void message_add(struct message *m, str name, str value);
void message_add_number(struct message *m, str name, str digits); /* text of a number */
void message_add_more(struct message *m, str name, str value);    /* one more element of an array */
void message_kind(struct message *m, const struct kind *kind);
void message_source(struct message *m, str product, str category, str service);
/* The same with its renames: `source` is a row of a const table. */
void message_logsource(struct message *m, const struct logsource *source);
/* The time of the record, which goes before the envelope's. */
void message_time(struct message *m, int64_t ns, uint8_t digits, uint8_t guess);
/* Reads a time as syslog_time.h does (RFC 3339, "Nov 24 10:00:00", with years, zones). */
bool message_time_text(struct message *m, str text);
/* Tells that the text is damaged, and why: a constant; it is counted as bad_record. */
void message_damage(struct message *m, const char *why);

/* ------------------------------------------------------------ sets */

/* The dialects that there are: those of dialects.def, and those of pattern files. Immutable. */
struct pattern_gate;
struct dialect_set {
    const struct dialect *const *items;
    size_t count;
    const struct pattern_gate *gate; /* of the pattern files among them; NULL: none */
    /* Of a set whose items are loaded when they are first needed: gives the set that has them, the
     * same to all threads. NULL: it is itself. */
    const struct dialect_set *(*resolve)(const struct dialect_set *self);
};
/* May a text be the dialect's, by its `starts` and its sniff? True when it has neither. */
bool dialect_may_read(const struct dialect *d, str text);
const struct dialect *dialect_find(const struct dialect_set *set, str name); /* NULL: none */

/* Chooses and runs dialects; one for each decoder, for one thread. A NULL set has none but `only`.
 */
struct dialect_reader;
struct dialect_reader *dialect_reader_new(const struct dialect_set *set,
                                          const struct dialect *only) MUST_USE;
void dialect_reader_free(struct dialect_reader *r); /* NULL is a no-op */
/* Is there a dialect that says of a text, by content alone, that it is its own, and is as sure as
 * that? 0..100. Those of pattern files are not asked. */
bool dialect_reader_knows(struct dialect_reader *r, str text, int least);
/* What came of each dialect that is asked for a message: for people. */
struct dialect_trial {
    const struct dialect *dialect;
    bool by_program, took;
    const char *template; /* the row that matched, of a dialect that is told by templates; NULL */
};
enum { DIALECT_TRIALS_MAX = 64 };
/* The dialects in the order in which dialect_read() asks them, up to and with the one that takes
 * the message; the event is read by that one. Returns how many. */
uint32_t dialect_try(struct dialect_reader *r, struct message *m, bool bare,
                     struct dialect_trial ret[DIALECT_TRIALS_MAX]);

/* Has the message read by the first dialect that takes it: `only`, or those of its program, then by
 * content in the order of the set. `bare`: the text is a whole line without envelope. A text that
 * stands for several ("message repeated 3 times: [ ...]", rsyslog's) is read as the one within,
 * with a field repeat_count. NULL: none did; the event's kind is then that of the program's first
 * dialect, if it has one. */
const struct dialect *dialect_read(struct dialect_reader *r, struct message *m, bool bare);
