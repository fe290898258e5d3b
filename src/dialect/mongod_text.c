/*
 * mongod_text.c - MongoDB's servers before 4.4, whose log is text; that of later ones is JSON:
 * formats/shape_database.c.
 *
 *   2016-11-24T10:00:00.110+0100 [conn7] Failed to authenticate root@admin with mechanism ... 2.6
 *   2016-11-24T10:00:00.110+0100 I ACCESS   [conn7] SCRAM-SHA-1 authentication failed ... 3.0
 *   Thu Nov 24 10:00:00.110 [conn7] end connection 192.0.2.7:53276 (0 connections now open) 2.4
 *
 * `message` is what stands behind the header. The thread in brackets numbers the connection: the
 * field `connection`. Of a failed logon the older ones do not tell the address, and of a
 * connection's end none tells how it went: both are known from records before
 * (engine/connection_memory.h). Users are as the client calls them.
 */
#include "base/mem.h"
#include "message/stamped.h"

static const struct connection_rule of_connection = {.field = S("connection"),
                                                     .steps = CONNECTION_ASKS};
static const struct connection_rule opens = {.field = S("connection"),
                                             .steps = CONNECTION_ASKS | CONNECTION_OPENS};
static const struct connection_rule fails = {.field = S("connection"),
                                             .steps = CONNECTION_ASKS | CONNECTION_FAILS};
static const struct connection_rule passes = {.field = S("connection"),
                                              .steps = CONNECTION_ASKS | CONNECTION_PASSES};
static const struct connection_rule ends = {.field = S("connection"),
                                            .steps = CONNECTION_ASKS | CONNECTION_ENDS};

static const struct column_rule columns[] = {
    {S("db"), COLUMN_user_domain, VIA_TEXT},
    {S("component"), COLUMN_event_provider, VIA_TEXT},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("mongodb"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_mongod = {.format = "mongod_text",
                                        .columns = columns,
                                        .constants = constants,
                                        .connection = &of_connection};

#define KIND(name, what, of, how, step)                                                            \
    static const struct kind kind_##name = {.base = &kind_mongod,                                  \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how,                              \
                                            .connection = step}
KIND(login, "database_login", logon, SUCCESS, &passes);
KIND(login_failed, "database_login", logon, FAILURE, &fails);
KIND(try, "database_login", authenticate, UNTOLD, NULL);
KIND(denied, "authorize", database, FAILURE, NULL);
KIND(opened, "connect", flow_open, SUCCESS, &opens);
KIND(ended, "disconnect", flow_close, UNTOLD, &ends);
KIND(other, NULL, none, UNTOLD, NULL);
#undef KIND

#define PEER "{src_ip:ip}:{src_port:int}"
static const struct template_row templates[] = {
    {"connection accepted from " PEER " #{connection:int} ({open:int} connection[[s||]] now open)",
     &kind_opened},
    {"connection accepted from {client:text} #{connection:int} ({open:int} connection[[s||]] now "
     "open)",
     &kind_opened},
    {"end connection " PEER " ({open:int} connection[[s||]] now open)", &kind_ended},
    {"end connection {client:text} ({open:int} connection[[s||]] now open)", &kind_ended},
    {"received client metadata from " PEER " {:word}: {detail*}", &kind_other},
    {"Failed to authenticate {user*}@{db} from client " PEER " with mechanism {mechanism}: "
     "{reason*}",
     &kind_login_failed},
    {"Failed to authenticate {user*}@{db} with mechanism {mechanism}: {reason*}",
     &kind_login_failed},
    {"Failed to authenticate {reason*}", &kind_login_failed},
    {"{mechanism} authentication failed for {user*} on {db} from client " PEER " ; {reason*}",
     &kind_login_failed},
    {"{mechanism} authentication failed for {user*} on {db}: {reason*}", &kind_login_failed},
    {"{mechanism} authentication failed for {reason*}", &kind_login_failed},
    {"auth: couldn't find user {user*}@{db}, {detail*}", &kind_login_failed},
    {"auth: key mismatch {user*}, ns:{db}", &kind_login_failed},
    {"Successfully authenticated as principal {user*} on {db} from client " PEER, &kind_login},
    {"Successfully authenticated as principal {user*} on {db}", &kind_login},
    {"authenticate db: {db} {{ {detail*}", &kind_try},
    {"Unauthorized: {reason*}", &kind_denied},
    {"{:text}", &kind_other},
};
#undef PEER

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static str take_word(str *s)
{
    str word = str_cut(s, ' ');

    while (s->n && s->p[0] == ' ')
        *s = str_from_at(*s, 1);
    return word;
}

/* "conn7": the number; empty for the other threads. */
static str connection_of(str thread)
{
    static const str front = S("conn");
    str number = str_starts(thread, front) ? str_from_at(thread, front.n) : (str){0};

    for (size_t i = 0; i < number.n; i++)
        if (!is_digit(number.p[i]))
            return (str){0};
    return number;
}

struct head {
    str level, component, thread;
};

/* What stands between the time and the text: a letter and a component, and the thread. */
static bool take_head(str *s, struct head *ret)
{
    *ret = (struct head){0};
    if (s->n > 2 && s->p[1] == ' ' && memchr("DIWEF", s->p[0], 5)) {
        ret->level = take_word(s);
        ret->component = take_word(s);
    }
    if (s->n < 2 || s->p[0] != '[')
        return false;
    const char *close = memchr(s->p, ']', s->n);
    if (!close || close + 1 == s->p + s->n || close[1] != ' ')
        return false;
    ret->thread = (str){s->p + 1, (size_t)(close - s->p) - 1};
    *s = str_trim(str_from_at(*s, (size_t)(close - s->p) + 1));
    return s->n > 0;
}

/* A name that a client chose stands before the address, and again in the reason behind it: where
 * the words before an address stand twice, the text is read as far as they. */
static str cut_ambiguous(str text)
{
    static const str mark = S(" from client ");
    const char *at = str_find(text, mark);

    if (at && str_find(str_from_at(text, (size_t)(at - text.p) + 1), mark))
        text.n = (size_t)(at - text.p);
    return text;
}

static bool read(void *state, struct message *m)
{
    str rest = m->text, time = stamped_take(&rest);
    struct head head;

    if (!take_head(&rest, &head) || !stamped_match(state, m, time, cut_ambiguous(rest)))
        return false;
    const str number = connection_of(head.thread);
    message_add(m, S("message"), rest);
    message_add(m, S("thread"), head.thread);
    if (number.n)
        message_add_number(m, S("connection"), number);
    if (head.level.n)
        message_add(m, S("level"), head.level);
    if (head.component.n)
        message_add(m, S("component"), head.component);
    m->layout = 0;
    return true;
}

/* A time, and the thread of a connection or the one that accepts them. */
static int sniff(str text)
{
    enum { LIKELY = 75 };
    const str front = stamped_front(text), thread = S("[conn"), accepted = S("] connection accept");
    const char *at = str_find(front, thread);

    if (at) {
        const str number = str_from_at(front, (size_t)(at - front.p) + thread.n);
        if (!number.n || !is_digit(number.p[0]))
            return 0;
    } else if (!str_find(front, accepted)) {
        return 0;
    }
    struct head head;
    str rest = text;
    return stamped_take(&rest).n && take_head(&rest, &head) ? LIKELY : 0;
}

const struct dialect dialect_mongod_text = {
    .name = "mongod_text",
    .summary = "MongoDB's servers before 4.4: connections, logons and their failures",
    .sample = "2016-11-24T10:00:00.110+0000 I NETWORK  [conn7] end connection 192.0.2.7:53276 "
              "(0 connections now open)",
    .kind = &kind_mongod,
    .sources = {{.product = S("mongodb"), .category = S("database"), .service = S("mongod")}},
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
