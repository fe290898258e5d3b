/*
 * doas.c - doas of OpenBSD and its ports: "alice ran command /bin/sh as root from /home/alice".
 *
 * Command and directory are the invoking user's own: where " as " or " from " stands twice, it
 * cannot be told who the command ran as, and nothing is.
 */
#include "message/dialect.h"

static const struct kind kind_doas = {.format = "doas"};
static const struct kind kind_run = {
    .base = &kind_doas,
    .action = "doas_command",
    .activity = ACTIVITY_process_start,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_refused = {
    .base = &kind_doas,
    .action = "doas_refused",
    .activity = ACTIVITY_process_start,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_failed = {
    .base = &kind_doas,
    .action = "authentication_failed",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};

static const struct template_row templates[] = {
    {"{user} ran command as {target_user}: {command*}", &kind_run},
    {"{user} ran command {command:text} as {target_user} from {cwd*}", &kind_run},
    {"failed command for {user}: {command*}", &kind_refused},
    {"command not permitted for {user}: {command*}", &kind_refused},
    {"failed auth for {user*}", &kind_failed},
};

static bool stands_twice(str text, str part)
{
    const char *at = str_find(text, part);

    return at && str_find(str_from_at(text, (size_t)(at - text.p) + 1), part);
}

static bool read(void *state, struct message *m)
{
    static const str ran = S(" ran command ");
    const char *at = str_find(m->text, ran);

    if (!at || str_starts((str){at, (size_t)(m->text.p + m->text.n - at)}, S(" ran command as ")) ||
        (!stands_twice(m->text, S(" as ")) && !stands_twice(m->text, S(" from "))))
        return template_match(state, m) != NULL;
    const size_t n = (size_t)(at - m->text.p);
    if (memchr(m->text.p, ' ', n))
        return false;
    message_add(m, S("user"), (str){m->text.p, n});
    message_add(m, S("command"), str_from_at(m->text, n + ran.n));
    message_kind(m, &kind_run);
    return true;
}

const struct dialect dialect_doas = {
    .name = "doas",
    .summary = "doas: commands, and refusals",
    .sample = "Nov 24 10:00:00 bsd1 doas: alice ran command /bin/sh as root from /home/alice",
    .kind = &kind_doas,
    .programs = {S("doas")},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
