/*
 * sudo.c - sudo's messages: "alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh", with why it
 * was refused behind the first colon: "alice : user NOT in sudoers ; TTY=...".
 *
 * Directory and command are the invoking user's own, and may hold anything. The command is what
 * follows the first COMMAND=; of a message in which USER= (or another name) stands twice, one of
 * them is a forgery, and it has none.
 */
#include "message/dialect.h"

enum { FIELDS_MAX = 16 };

static const struct column_rule columns[] = {
    {S("invoking_user"), COLUMN_user_name, VIA_ACCOUNT},
    {S("USER"), COLUMN_user_target_name, VIA_TEXT},
    {S("GROUP"), COLUMN_group_name, VIA_TEXT},
    {S("COMMAND"), COLUMN_process_command_line, VIA_TEXT},
    {S("PWD"), COLUMN_process_directory, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct kind kind_sudo = {.format = "sudo", .columns = columns};
static const struct kind kind_run = {
    .base = &kind_sudo,
    .action = "sudo_command",
    .activity = ACTIVITY_process_start,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_refused = {
    .base = &kind_sudo,
    .action = "sudo_refused",
    .activity = ACTIVITY_process_start,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_continued = {
    .base = &kind_sudo,
    .action = "sudo_command_continued",
    .activity = ACTIVITY_process_start,
};

static const str separator = S(" ; ");

/* Bytes of the name before an equals sign: capitals; 0: it is no such field. */
static size_t name_length(str s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z')
        n++;
    return n && n < s.n && s.p[n] == '=' ? n : 0;
}

/* Does " ; NAME=" stand in s again? */
static bool stands_again(str s, str name)
{
    for (const char *at = str_find(s, separator); at; at = str_find(s, separator)) {
        s = str_from_at(s, (size_t)(at - s.p) + separator.n);
        if (str_starts(s, name) && s.n > name.n && s.p[name.n] == '=')
            return true;
    }
    return false;
}

/* TTY= and what follows. False when there is no such field. */
static bool read_fields(struct message *m, str s)
{
    if (!name_length(s))
        return false;
    for (int i = 0; i < FIELDS_MAX; i++) {
        size_t n = name_length(s);
        if (!n)
            break;
        str name = {s.p, n};
        str rest = str_from_at(s, n + 1);
        if (str_eq(name, S("COMMAND"))) {
            message_add(m, name, rest);
            break;
        }
        const char *end = str_find(rest, separator);
        str value = end ? (str){rest.p, (size_t)(end - rest.p)} : rest;
        s = str_from_at(rest, value.n + (end ? separator.n : 0));
        if (!stands_again(rest, name))
            message_add(m, name, value);
    }
    return true;
}

static bool read(void *state, struct message *m)
{
    static const str continued = S("(command continued) ");
    const char *colon = str_find(m->text, S(" : "));

    (void)state;
    if (!colon)
        return false;
    const size_t n = (size_t)(colon - m->text.p);
    str user = str_trim((str){m->text.p, n});
    str rest = str_trim(str_from_at(m->text, n + 3));
    if (!user.n || memchr(user.p, ' ', user.n))
        return false;
    message_add(m, S("invoking_user"), user);
    if (str_starts(rest, continued)) {
        message_add(m, S("COMMAND"), str_from_at(rest, continued.n));
        message_kind(m, &kind_continued);
        return true;
    }
    if (read_fields(m, rest)) {
        message_kind(m, &kind_run);
        return true;
    }
    const char *end = str_find(rest, separator);
    str reason = end ? (str){rest.p, (size_t)(end - rest.p)} : rest;
    message_add(m, S("reason"), reason);
    message_kind(m, &kind_refused);
    if (end)
        read_fields(m, str_from_at(rest, reason.n + separator.n));
    return true;
}

const struct dialect dialect_sudo = {
    .name = "sudo",
    .summary = "sudo: commands, and refusals",
    .sample =
        "Nov 24 10:00:00 web1 sudo:    alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
    .kind = &kind_sudo,
    .programs = {S("sudo"), S("sudoedit"), S("sudoreplay")},
    .read = read,
};
