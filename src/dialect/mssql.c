/*
 * mssql.c - Microsoft SQL Server's error log (ERRORLOG): "TIME SOURCE      text", where the source
 * is Logon, Server, Backup or a session, spid12s.
 */
#include "message/stamped.h"

static const struct column_rule columns[] = {
    {S("client"), COLUMN_source_ip, VIA_ADDRESS},
    {S("Error"), COLUMN_event_code, VIA_TEXT},
    {.field = S("")},
};
static const struct kind kind_mssql = {
    .format = "mssql", .activity = ACTIVITY_database, .columns = columns};
static const struct kind kind_login = {.base = &kind_mssql,
                                       .action = "database_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_mssql,
                                              .action = "database_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};

static const struct template_row templates[] = {
    {"Login failed for user '{user*}'. Reason: {reason:text} [CLIENT: [[<local "
     "machine>||{client}]]]",
     &kind_login_failed},
    {"Login failed for user '{user*}'. [CLIENT: [[<local machine>||{client}]]]",
     &kind_login_failed},
    {"Login failed. {reason:text} [CLIENT: [[<local machine>||{client}]]]", &kind_login_failed},
    {"Login succeeded for user '{user*}'. {reason:text} [CLIENT: [[<local machine>||{client}]]]",
     &kind_login},
    {"SSPI handshake failed with error code {error:text} while establishing a connection with "
     "integrated security; {reason:text} [CLIENT: [[<local machine>||{client}]]]",
     &kind_login_failed},
    {"Error: {Error:int}, Severity: {Severity:int}, State: {State:int}[[.||]]", NULL},
    {"{reason*}", NULL},
};

/* "Logon", "spid12s": the source of a line, and the blanks behind it. */
static str take_source(str *s)
{
    static const str names[] = {S("Logon"), S("Server"), S("Backup")};
    str source = {s->p, 0};

    while (source.n < s->n && s->p[source.n] != ' ' && s->p[source.n] != '\t')
        source.n++;
    bool known = str_starts(source, S("spid"));
    for (size_t i = 0; i < countof(names); i++)
        known |= str_eq(source, names[i]);
    if (!known || source.n == s->n)
        return (str){0};
    *s = str_trim(str_from_at(*s, source.n));
    return source;
}

static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s), source = take_source(&s);

    if (!source.n || !stamped_match(state, m, time, s))
        return false;
    message_add(m, S("source"), source);
    return true;
}

static int sniff(str text)
{
    enum { STAMP_BYTES = 22 }; /* "2026-11-24 10:00:00.12" */
    str s = text;

    if (s.n <= STAMP_BYTES || s.p[0] < '0' || s.p[0] > '9' || s.p[STAMP_BYTES] != ' ' ||
        s.p[STAMP_BYTES - 3] != '.' || !stamped_take(&s).n)
        return 0;
    return take_source(&s).n ? 70 : 0;
}

const struct dialect dialect_mssql = {
    .name = "mssql",
    .summary = "Microsoft SQL Server's error log: logons and their failures, errors",
    .sample = "2026-11-24 10:00:00.12 Logon       Login failed for user 'sa'. Reason: Password did "
              "not match that for the login provided. [CLIENT: 192.0.2.7]",
    .kind = &kind_mssql,
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
