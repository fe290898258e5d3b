/*
 * apparmor.c - what AppArmor lets a program do or not, as the kernel logs it:
 * audit: type=1400 audit(1795514400.123:42): apparmor="DENIED" operation="open" profile="..." ...
 *
 * The kernel writes names that hold quotes or blanks in hexadecimal, so that a value cannot end
 * early. A name that comes twice keeps its first value.
 */
#include "dialect/action_word.h"
#include "event/column_table.h"
#include "message/pair.h"

static void settle(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    for (uint32_t i = 0; i < ev->field_count; i++) {
        if (!str_eq(ev->fields[i].name, S("apparmor")))
            continue;
        str verdict = ev->fields[i].value;
        c->outcome = str_eq(verdict, S("STATUS")) || str_eq(verdict, S("AUDIT")) ? OUTCOME_SUCCESS
                                                                                 : c->outcome;
        action_settle(c, verdict);
        return;
    }
}

static const struct column_rule columns[] = {
    TO("operation", event_action, TEXT), TO("apparmor", event_reason, LOWER),
    TO("profile", rule_name, TEXT),      TO("name", file_path, TEXT),
    TO("comm", process_name, TEXT),      TO("pid", process_pid, TEXT),
    TO("fsuid", user_id, TEXT),          END,
};
static const struct kind kind_apparmor = {
    .format = "apparmor",
    .action = "apparmor",
    .activity = ACTIVITY_process_access,
    .columns = columns,
    .refine = settle,
};

static bool read(void *state, struct message *m)
{
    const char *at = str_find(m->text, S("apparmor=\""));

    (void)state;
    if (!at)
        return false;
    struct pair_names names = pair_names_of(m);
    pairs_read(m, &names, (struct pairs){str_from_at(m->text, (size_t)(at - m->text.p)), ' ', '='},
               NULL);
    return true;
}

static int sniff(str text)
{
    return str_find(text, S("apparmor=\"")) ? 80 : 0;
}

const struct dialect dialect_apparmor = {
    .name = "apparmor",
    .summary = "AppArmor in the kernel's log: accesses that were denied, profiles that changed",
    .sample = "Nov 24 10:00:00 web1 kernel: [ 8665.951930] audit: type=1400 "
              "audit(1795514400.702:54): apparmor=\"DENIED\" operation=\"open\" "
              "profile=\"/usr/bin/evince\" name=\"/etc/shadow\" pid=712 comm=\"evince\" "
              "requested_mask=\"r\" denied_mask=\"r\" fsuid=1000 ouid=0",
    .kind = &kind_apparmor,
    .programs = {S("kernel")},
    .sniff = sniff,
    .read = read,
};
