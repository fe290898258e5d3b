/*
 * mysql.c - the error log and the general query log of MySQL (5.1 to 9) and MariaDB.
 *
 *   2026-11-24T10:00:00.123456Z 12 [Note] [MY-010926] [Server] Access denied for user ...
 *   2026-11-24 10:00:00 12 [Warning] Access denied for user 'root'@'192.0.2.7' (using password: NO)
 *   261124 10:00:00 [Warning] ...
 *   2026-11-24T10:00:00.123456Z   14 Connect   Access denied for user ...
 *
 * The user is what the client sends; host and the rest stand behind the last quote that fits.
 */
#include "base/mem.h"
#include "message/stamped.h"

#include <stdlib.h>
#include <string.h>

static const struct column_rule columns[] = {
    {S("host"), COLUMN_source_ip, VIA_ADDRESS},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("mysql"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_mysql = {
    .format = "mysql", .activity = ACTIVITY_database, .columns = columns, .constants = constants};
static const struct kind kind_login = {.base = &kind_mysql,
                                       .action = "database_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_mysql,
                                              .action = "database_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_lost = {.base = &kind_mysql,
                                      .action = "disconnect",
                                      .activity = ACTIVITY_flow_fail,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_blocked = {.base = &kind_mysql,
                                         .action = "refuse",
                                         .activity = ACTIVITY_flow_refuse,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_query = {.base = &kind_mysql, .action = "query"};
static const struct kind kind_quit = {
    .base = &kind_mysql, .action = "database_logout", .activity = ACTIVITY_logoff};
static const struct kind kind_start = {
    .base = &kind_mysql, .activity = ACTIVITY_app_start, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_stop = {.base = &kind_mysql, .activity = ACTIVITY_app_stop};

static const struct template_row templates[] = {
    {"Access denied for user '{user*}'@'{host}' (using password: {using_password})",
     &kind_login_failed},
    {"Access denied for user '{user*}'@'{host}' to database '{database*}'", &kind_login_failed},
    {"Access denied for user '{user*}'@'{host}'[[ - {reason*}||]]", &kind_login_failed},
    {"Aborted connection {connection:int} to db: '{database:text}' user: '{user:text}' host: "
     "'{host}' ({reason*})",
     &kind_lost},
    {"Aborted connection {connection:int} to db: '{database:text}' user: '{user:text}' host: "
     "'{host}', real ip: '{:text}' ({reason*})",
     &kind_lost},
    {"Host '{host}' is blocked because of many connection errors{reason*}", &kind_blocked},
    {"Host '{host}' is not allowed to connect to this M{reason*}", &kind_blocked},
    {"IP address '{src_ip:ip}' could not be resolved: {reason*}", NULL},
    {"IP address '{src_ip:ip}' has been resolved to the host name '{src_host}', {reason*}", NULL},
    {"Hostname '{src_host}' does not resolve to '{src_ip:ip}'.{reason*}", NULL},
    {"{program}: ready for connections.{detail*}", &kind_start},
    {"{program}: Shutdown complete{detail*}", &kind_stop},
    {"{program}: Normal shutdown{detail*}", &kind_stop},
};

/* Commands of the general query log, before blanks. */
static const struct template_row general[] = {
    {"Connect {user:text}@{host} on {database:text} using {transport*}", &kind_login},
    {"Connect {user:text}@{host} on[[ {database*}||]]", &kind_login},
    {"Connect {user:text}@{host} as {:text} on[[ {database*}||]]", &kind_login},
    {"Query {statement*}", &kind_query},
    {"Prepare {statement*}", &kind_query},
    {"Execute {statement*}", &kind_query},
    {"Init DB {database*}", &kind_query},
    {"Quit", &kind_quit},
};

struct mysql_state {
    struct template_set *errors, *general;
};

static void *open(const struct dialect *self)
{
    struct mysql_state *s = mem_alloc(sizeof *s);

    s->errors = template_set_new(self->templates, self->template_count);
    s->general = template_set_new(general, countof(general));
    return s;
}

static void close(void *state)
{
    struct mysql_state *s = state;

    template_set_free(s->errors);
    template_set_free(s->general);
    free(s);
}

static void skip_blanks(str *s)
{
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
        *s = str_from_at(*s, 1);
}

/* A number of a thread, or of a process, in front. */
static str take_number(str *s)
{
    size_t n = 0;

    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (n == 0 || n >= s->n || (s->p[n] != ' ' && s->p[n] != '\t'))
        return (str){0};
    str number = {s->p, n};
    *s = str_from_at(*s, n);
    skip_blanks(s);
    return number;
}

/* "[Warning] " in front: what is between the brackets. */
static bool take_bracket(str *s, str *ret)
{
    const char *end = s->n && s->p[0] == '[' ? memchr(s->p, ']', s->n) : NULL;

    if (!end)
        return false;
    *ret = (str){s->p + 1, (size_t)(end - s->p) - 1};
    *s = str_from_at(*s, ret->n + 2);
    skip_blanks(s);
    return true;
}

static void add_brackets(struct message *m, str *s)
{
    static const str names[] = {S("level"), S("code"), S("subsystem")};
    str value;

    for (size_t i = 0; i < countof(names) && take_bracket(s, &value); i++)
        message_add(m, names[i], value);
}

/* "Connect   text": the command and one blank. */
static bool read_general(struct mysql_state *state, struct message *m, str s)
{
    static const str commands[] = {S("Connect"), S("Query"),   S("Prepare"),
                                   S("Execute"), S("Init DB"), S("Quit")};

    for (size_t i = 0; i < countof(commands); i++) {
        str rest = s;
        if (!str_starts(s, commands[i]))
            continue;
        rest = str_from_at(rest, commands[i].n);
        skip_blanks(&rest);
        if (template_match_part(state->errors, m, rest))
            return true;
        char *joined = arena_bytes(m->arena, commands[i].n + 1 + rest.n);
        memcpy(joined, commands[i].p, commands[i].n);
        joined[commands[i].n] = ' ';
        if (rest.n)
            memcpy(joined + commands[i].n + 1, rest.p, rest.n);
        str text = {joined, commands[i].n + (rest.n ? 1 + rest.n : 0)};
        return template_match_part(state->general, m, text) != NULL;
    }
    return false;
}

static bool read(void *state, struct message *m)
{
    struct mysql_state *own = state;
    str s = m->text, time = stamped_take(&s);
    str thread = take_number(&s);

    if (thread.n)
        message_add_number(m, S("thread"), thread);
    const bool leveled = s.n && s.p[0] == '[';
    add_brackets(m, &s);
    bool known = template_match_part(own->errors, m, s) ||
                 (time.n && thread.n && !leveled && read_general(own, m, s));
    if (!known && !leveled)
        return false;
    if (!known)
        message_add(m, S("reason"), s);
    if (time.n)
        (void)message_time_text(m, time);
    return true;
}

static int sniff(str text)
{
    static const str levels[] = {S("[Warning]"), S("[Note]"), S("[ERROR]"), S("[System]")};
    str s = text, front = stamped_front(text);

    if (!s.n || s.p[0] < '0' || s.p[0] > '9' ||
        (!memchr(front.p, '[', front.n) && !str_find(front, S("Connect")) &&
         !str_find(front, S("Query"))) ||
        !stamped_take(&s).n)
        return 0;
    const bool numbered = take_number(&s).n > 0;
    for (size_t i = 0; i < countof(levels); i++)
        if (str_starts(s, levels[i]))
            return 60;
    return numbered && (str_starts(s, S("Connect")) || str_starts(s, S("Query"))) ? 50 : 0;
}

const struct dialect dialect_mysql = {
    .name = "mysql",
    .summary = "MySQL and MariaDB: the error log with refused logons, the general query log",
    .sample = "2026-11-24T10:00:00.123456Z 12 [Note] Access denied for user 'root'@'192.0.2.7' "
              "(using password: YES)",
    .kind = &kind_mysql,
    .programs = {S("mysqld"), S("mariadbd"), S("mysqld_safe"), S("mysql"), S("mariadb")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = open,
    .close = close,
};
