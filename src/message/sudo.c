/* sudo.c - sudo's messages: "alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh". */
#include "message/dialect.h"
#include "message/message_field.h"

static const struct kind kind_sudo = {.format = "sudo"};

static bool read(void *state, struct message *m)
{
    str text = m->text, name, value;

    (void)state;
    for (uint32_t n = 0; n < MESSAGE_FIELDS_MAX && message_field_next(&text, &name, &value); n++)
        if (name.n <= EVENT_NAME_MAX)
            message_add(m, name, value);
    return true;
}

const struct dialect dialect_sudo = {
    .name = "sudo",
    .summary = "sudo: commands, and refusals",
    .sample =
        "Nov 24 10:00:00 web1 sudo:    alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
    .kind = &kind_sudo,
    .programs = {S("sudo")},
    .read = read,
};
