/*
 * postgres.c - PostgreSQL's server log, with any log_line_prefix that is made of the usual parts:
 *
 *   2026-11-24 10:00:00.123 UTC [712] alice@shop FATAL:  password authentication failed ...
 *   192.0.2.7 2026-11-24 10:00:00 UTC [712] alice@shop FATAL:  ...
 *   2026-11-24 10:00:00 UTC [712]: [3-1] user=alice,db=shop,app=[unknown],client=192.0.2.7 LOG: ...
 *
 * and its csvlog, whose cells are quoted.
 *
 * Names of users, databases and applications in the prefix are the client's, and may hold blanks.
 * An address counts as the line's first word; as the last pair, client=; and among other words only
 * when the message names the same user as the prefix does, which then has no blanks.
 */
#include "message/csv.h"
#include "message/hole.h"
#include "message/stamped.h"

#include <string.h>

enum { PREFIX_WORDS_MAX = 24 };

static const struct column_rule columns[] = {
    {S("role"), COLUMN_user_name, VIA_TEXT},
    {S("user_name"), COLUMN_user_name, VIA_TEXT},
    {S("error_severity"), COLUMN_log_level, VIA_LOWER},
    {S("process_id"), COLUMN_process_pid, VIA_TEXT},
    {S("statement"), COLUMN_event_action, VIA_TEXT},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("postgresql"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_postgres = {.format = "postgres",
                                          .activity = ACTIVITY_database,
                                          .columns = columns,
                                          .constants = constants};
static const struct kind kind_connect = {.base = &kind_postgres,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login = {.base = &kind_postgres,
                                       .action = "database_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_postgres,
                                              .action = "database_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_logout = {.base = &kind_postgres,
                                        .action = "database_logout",
                                        .activity = ACTIVITY_logoff,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_denied = {.base = &kind_postgres, .outcome = OUTCOME_FAILURE};
static const struct kind kind_query = {.base = &kind_postgres, .action = "query"};
static const struct kind kind_start = {
    .base = &kind_postgres, .activity = ACTIVITY_app_start, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_stop = {.base = &kind_postgres, .activity = ACTIVITY_app_stop};

static const struct template_row templates[] = {
    {"{auth_method} authentication failed for user \"{role*}\"", &kind_login_failed},
    {"no pg_hba.conf entry for host \"{src_ip:ip}\", user \"{role*}\", database "
     "\"{database*}\", {encryption*}",
     &kind_login_failed},
    {"no pg_hba.conf entry for replication connection from host \"{src_ip:ip}\", user "
     "\"{role*}\", {encryption*}",
     &kind_login_failed},
    {"no pg_hba.conf entry for host \"{src_ip:ip}\", user \"{role*}\", database "
     "\"{database*}\"",
     &kind_login_failed},
    {"pg_hba.conf rejects connection for host \"{src_ip:ip}\", user \"{role*}\", database "
     "\"{database*}\", {encryption*}",
     &kind_login_failed},
    {"pg_hba.conf rejects connection for host \"{src_ip:ip}\", user \"{role*}\", database "
     "\"{database*}\"",
     &kind_login_failed},
    {"role \"{role*}\" does not exist", &kind_login_failed},
    {"role \"{role*}\" is not permitted to log in", &kind_login_failed},
    {"database \"{database*}\" does not exist", &kind_denied},
    {"permission denied for {object*}", &kind_denied},
    {"must be {reason*}", &kind_denied},
    {"connection received: host={src_ip:ip} port={src_port:int}", &kind_connect},
    {"connection received: host={src_host:host} port={src_port:int}", &kind_connect},
    {"connection received: host=[local]", &kind_connect},
    {"connection authenticated: identity=\"{role*}\" method={auth_method} ({:text})", &kind_login},
    {"connection authorized: user={role} database={database}[[ {detail*}||]]", &kind_login},
    {"replication connection authorized: user={role}[[ {detail*}||]]", &kind_login},
    {"disconnection: session time: {session_time} user={role} database={database*} "
     "host={src_ip:ip} port={src_port:int}",
     &kind_logout},
    {"disconnection: session time: {session_time} user={role} database={database*} "
     "host={src_host:text}",
     &kind_logout},
    {"statement: {query_text*}", &kind_query},
    {"duration: {duration:num} ms  statement: {query_text*}", &kind_query},
    {"duration: {duration:num} ms  {detail*}", &kind_query},
    {"database system is ready to accept connections", &kind_start},
    {"database system is shut down", &kind_stop},
    {"received {signal} shutdown request", &kind_stop},
    {"{reason*}", NULL},
};

static const str levels[] = {
    S("LOG:  "),    S("FATAL:  "), S("ERROR:  "),   S("WARNING:  "),   S("NOTICE:  "),
    S("INFO:  "),   S("PANIC:  "), S("DETAIL:  "),  S("STATEMENT:  "), S("HINT:  "),
    S("DEBUG1:  "), S("QUERY:  "), S("CONTEXT:  "), S("LOCATION:  "),
};

/* Where the level begins: at a word's front, the first such; NULL when there is none. */
static const char *find_level(str s, str *ret_level)
{
    enum { PREFIX_MAX = 400 };
    const str colon = S(":  ");
    str rest = {s.p, s.n < PREFIX_MAX ? s.n : PREFIX_MAX};

    for (const char *at = str_find(rest, colon); at;) {
        for (size_t i = 0; i < countof(levels); i++) {
            const size_t n = levels[i].n - colon.n;
            const char *from = at - n;
            if ((size_t)(at - s.p) >= n && memcmp(from, levels[i].p, n) == 0 &&
                (from == s.p || from[-1] == ' ' || from[-1] == ',')) {
                *ret_level = (str){from, n};
                return from;
            }
        }
        rest = str_from_at(rest, (size_t)(at - rest.p) + colon.n);
        at = str_find(rest, colon);
    }
    return NULL;
}

/* "user=alice,db=shop,app=psql,client=192.0.2.7": the last client counts. */
static void read_pairs(struct message *m, str word)
{
    static const struct {
        str key, name;
    } keys[] = {
        {S("user="), S("user_name")},
        {S("db="), S("database_name")},
        {S("app="), S("application_name")},
    };
    const str client = S("client=");
    str ip;

    const char *at = hole_find_last(word, client);
    if (at) {
        str value = str_from_at(word, (size_t)(at - word.p) + client.n);
        if (hole_take(HOLE_IP, value, &ip))
            message_add(m, S("src_ip"), ip);
        word.n = (size_t)(at - word.p);
    }
    while (word.n) {
        str pair = str_cut(&word, ',');
        for (size_t i = 0; i < countof(keys); i++)
            if (str_starts(pair, keys[i].key))
                message_add(m, keys[i].name, str_from_at(pair, keys[i].key.n));
    }
}

/* "[712]", "[712]:", "[712-3]" */
static bool read_pid(struct message *m, str word)
{
    str pid;
    size_t n = word.n > 2 && word.p[0] == '[' ? hole_take(HOLE_INT, str_from_at(word, 1), &pid) : 0;

    if (!n || n + 1 >= word.n || word.p[n + 1] != ']')
        return false;
    message_add_number(m, S("process_id"), pid);
    return true;
}

/* Words of log_line_prefix, up to the level. `role` is whom the message names. */
static void read_prefix(struct message *m, str s, str role)
{
    str ip = {0}, found, user = {0};
    bool plain = true; /* no word that is not known */

    for (uint32_t i = 0; i < PREFIX_WORDS_MAX && s.n; i++) {
        str word = str_cut(&s, ' ');
        if (str_starts(word, S("user="))) {
            read_pairs(m, s.n ? (str){word.p, word.n + 1 + s.n} : word);
            return;
        }
        size_t n = user.p ? 0 : hole_take(HOLE_IP, word, &found);
        if (n && (n == word.n || word.p[n] == '(' || word.p[n] == ':')) {
            if (word.p == m->text.p)
                message_add(m, S("src_ip"), found);
            else
                ip = found;
            continue;
        }
        if (!word.n || read_pid(m, word))
            continue;
        const char *at = memrchr(word.p, '@', word.n);
        plain = plain && at && !user.p;
        if (!at || user.p)
            continue;
        user = (str){word.p, (size_t)(at - word.p)};
        message_add(m, S("user_name"), user);
        message_add(m, S("database_name"), str_from_at(word, (size_t)(at - word.p) + 1));
    }
    if (plain && ip.n && role.n && str_eq(role, user))
        message_add(m, S("src_ip"), ip);
}

/* A time anywhere among the first two words: behind an address, or in front. */
static str take_time(str *s)
{
    str time = stamped_take(s);

    if (time.n)
        return time;
    str rest = *s, ip;
    size_t n = hole_take(HOLE_IP, rest, &ip);
    if (!n || n >= rest.n || rest.p[n] != ' ')
        return time;
    rest = str_from_at(rest, n + 1);
    return stamped_take(&rest);
}

/* ------------------------------------------------------------ csvlog */

static const str cells[] = {
    S("log_time"),
    S("user_name"),
    S("database_name"),
    S("process_id"),
    S("connection_from"),
    S("session_id"),
    S("session_line_num"),
    S("command_tag"),
    S("session_start_time"),
    S("virtual_transaction_id"),
    S("transaction_id"),
    S("error_severity"),
    S("sql_state_code"),
    S("text"),
    S("detail"),
    S("hint"),
    S("internal_query"),
    S("internal_query_pos"),
    S("context"),
    S("query_text"),
    S("query_pos"),
    S("location"),
    S("application_name"),
    S("backend_type"),
    S("leader_pid"),
    S("query_id"),
};
enum { CELL_TIME = 0, CELL_FROM = 4, CELL_SEVERITY = 11, CELL_TEXT = 13, CELLS_MIN = 22 };

/* "192.0.2.7:50022", "[local]" */
static void add_connection(struct message *m, str from)
{
    const char *colon = from.n ? memrchr(from.p, ':', from.n) : NULL;

    if (!colon)
        return;
    message_add(m, S("src_ip"), (str){from.p, (size_t)(colon - from.p)});
    message_add(m, S("src_port"), str_from_at(from, (size_t)(colon - from.p) + 1));
}

static bool is_severity(str word)
{
    for (size_t i = 0; i < countof(levels); i++)
        if (str_eq(word, (str){levels[i].p, levels[i].n - S(":  ").n}))
            return true;
    return false;
}

/* A digit, and a comma behind the time of log_time. */
static bool is_csv(str text)
{
    enum { TIME_MAX = 40 };
    const size_t n = text.n < TIME_MAX ? text.n : TIME_MAX;
    const char *comma = n ? memchr(text.p, ',', n) : NULL;

    return comma && text.p[0] >= '0' && text.p[0] <= '9' && text.n > TIME_MAX &&
           (comma[1] == '"' || comma[1] == ',');
}

static bool read_csv(void *state, struct message *m)
{
    struct csv c = {.rest = m->text, .separator = ','};
    str values[countof(cells)];
    uint32_t count = 0;

    while (count < countof(cells) && csv_next(&c, &values[count], m->arena))
        count++;
    if (count < CELLS_MIN || !is_severity(values[CELL_SEVERITY]))
        return false;
    if (!template_match_part(state, m, values[CELL_TEXT]))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (values[i].n && i != CELL_TIME)
            message_add(m, cells[i], values[i]);
    add_connection(m, values[CELL_FROM]);
    (void)message_time_text(m, values[CELL_TIME]);
    return true;
}

/* ------------------------------------------------------------ messages */

static bool read(void *state, struct message *m)
{
    if (is_csv(m->text))
        return read_csv(state, m);
    str s = m->text, level, time = take_time(&s);
    const char *at = find_level(s, &level);

    if (!at)
        return false;
    str text = str_trim(str_from_at(s, (size_t)(at - s.p) + level.n + 1));
    if (!template_match_part(state, m, text))
        return false;
    message_add(m, S("error_severity"), level);
    read_prefix(m, (str){s.p, (size_t)(at - s.p)}, event_get(m->event, S("role")));
    if (time.n)
        (void)message_time_text(m, time);
    return true;
}

static int sniff(str text)
{
    str s = text, level;

    if (is_csv(text))
        return str_find(text, S(",\"\",")) && str_find(text, S(",,,")) ? 50 : 0;
    if (!s.n || !((s.p[0] >= '0' && s.p[0] <= '9') || s.p[0] == '[' || s.p[0] == ':'))
        return 0;
    return find_level(s, &level) && take_time(&s).n ? 60 : 0;
}

const struct dialect dialect_postgres = {
    .name = "postgres",
    .summary = "PostgreSQL: connections, logons and their failures, statements, errors",
    .sample = "2026-11-24 10:00:00.123 UTC [712] alice@shop FATAL:  password authentication failed "
              "for user \"alice\"",
    .kind = &kind_postgres,
    .programs = {S("postgres"), S("postgresql")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
