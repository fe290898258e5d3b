/*
 * kind.h - what a record means: the row that the parser which read it points at.
 *
 * A kind is a constant of one sort of record, "sshd: a password was refused": what happened, how it
 * ended, and where in the native fields the common columns stand. Rules never look at it; it is
 * read only when somebody asks for the columns, so that it costs the data path one pointer.
 *
 * Kinds chain: what one leaves out its `base` may have. A format has one base with the columns, and
 * a kind for each sort of record that tells something of its own.
 */
#pragma once

#include "event/column.h"

/* How it ended. A denied or dropped flow, mail or request is a failure, an allowed one a success:
 * as ECS's event.outcome. */
enum BYTE_ENUM outcome { OUTCOME_UNTOLD, OUTCOME_SUCCESS, OUTCOME_FAILURE };

enum BYTE_ENUM activity {
#define ACTIVITY(id, class_uid, activity_id, category, type, what) ACTIVITY_##id,
#include "event/activities.def"
#undef ACTIVITY
    ACTIVITY_COUNT
};

/* How a value becomes a column's. */
enum column_via {
    VIA_TEXT,         /* as it stands (for IP, PORT and INT columns: when it is one) */
    VIA_LOWER,        /* ASCII letters in lower case */
    VIA_ACCOUNT,      /* "DOMAIN\user", "user@domain": the name, and the column behind the given
                         one, which is the domain, unless it has a value */
    VIA_ADDRESS,      /* an address goes to the column, a name to the source's or destination's
                         .domain; "[...]", a zone and ":port" (to its .port) are taken off */
    VIA_BASENAME,     /* behind the last slash or backslash */
    VIA_URL,          /* to url.original, and its parts to url.domain, .path and .query */
    VIA_HEX,          /* a hexadecimal number with or without 0x, as decimal */
    VIA_PROTOCOL,     /* an IP protocol's number as its name, a name in lower case */
    VIA_SECONDS,      /* seconds, perhaps with a fraction, as nanoseconds */
    VIA_MILLISECONDS, /* as nanoseconds */
    VIA_HASHES,       /* "SHA1=..,MD5=..,SHA256=..,IMPHASH=..": each to its column */
};

/* A native field and its column. Where several rows of a table name one column, the first that has
 * a value wins. "-", "N/A", "(null)" and empty are no values. */
struct column_rule {
    str field; /* empty: the end of the table */
    uint8_t column, via;
};

/* A column that is the same in every record of the kind. */
struct column_constant {
    str value; /* empty: the end of the table */
    uint8_t column;
};

/* What a record says of the connection that it belongs to, for those of it that do not say where it
 * came from: see engine/connection_memory.h. */
enum connection_step {
    CONNECTION_ASKS = 1,    /* it belongs to one */
    CONNECTION_OPENS = 2,   /* it is the first of it: what is known of its number is another's */
    CONNECTION_TEACHES = 4, /* its source is the connection's peer, as the server itself has it */
    CONNECTION_FAILS = 8,   /* authentication failed, ... */
    CONNECTION_PASSES = 16, /* or succeeded */
    CONNECTION_ENDS = 32,   /* no more of it will come, but for what is on its way */
};

struct connection_rule {
    str field;     /* what connections are told apart by, on a host and of a program: a native
                      field's name; empty: the process */
    uint8_t steps; /* enum connection_step, several */
    /* Of a record that opens or teaches: can the source be nothing that the remote party wrote?
     * NULL: it never can. */
    bool (*sure)(const struct event *ev);
};

struct kind {
    const struct kind *base; /* NULL: there is none */
    /* Where what it means stands in values: the kind that they make it, whose base this one is, or
     * NULL for this one. Asked only when somebody wants the columns. May be NULL. */
    const struct kind *(*choose)(const struct event *ev);
    const char *format;                      /* as `tocsin formats` lists it; of the base */
    const char *action;                      /* event.action, unless a rule gives it; may be NULL */
    uint8_t activity, outcome;               /* 0: the base's */
    const struct column_rule *columns;       /* may be NULL; before the base's */
    const struct column_constant *constants; /* may be NULL; behind all rules */
    bool own_names; /* the product's names mean what its tables say, and nothing else: those of
                       column_names.def are not tried; of the chain, one is enough */
    const struct connection_rule *connection; /* NULL: the base's */
    bool own_activity; /* refine does not change the activity that the tables give */
    /* What tables cannot say: outcomes and activities that stand in values. After all tables of the
     * chain, the base's refine first. May be NULL. */
    void (*refine)(const struct event *ev, struct columns *c, struct arena *a);
};

/* What a kind is of this event: see `choose`. NULL for NULL. */
const struct kind *kind_chosen(const struct kind *k, const struct event *ev);
/* A row of a product's kinds: name and action, ACTIVITY_ and OUTCOME_ without their fronts, refine.
 */
#define KIND_OF(base_kind, name, what, of, how, fine)                                              \
    static const struct kind kind_##name = {                                                       \
        .base = &base_kind,                                                                        \
        .action = what,                                                                            \
        .activity = ACTIVITY_##of,                                                                 \
        .outcome = OUTCOME_##how,                                                                  \
        .refine = fine,                                                                            \
    };

/* The format that a kind belongs to; "" for NULL. */
const char *kind_format(const struct kind *k);
