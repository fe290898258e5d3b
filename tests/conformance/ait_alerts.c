/*
 * ait_alerts.c - alerts of other tools, grouped.
 *
 * Reads an alert a line, tab-separated, in the order of time: seconds, the rule's id, its title,
 * host, address. Prints the alert's id for each, and then, for each alert, its id and its group's.
 */
#include "text/time.h"
#include "triage/triage.h"

#include <stdio.h>
#include <stdlib.h>

struct taken {
    char id[ALERT_ID_HEX + 1];
};

static void take(struct triage *t, str line, struct taken *ret)
{
    uint64_t seconds = 0;
    str time = str_cut(&line, '\t'), id = str_cut(&line, '\t'), title = str_cut(&line, '\t');
    str host = str_cut(&line, '\t');
    const struct signal_pair key[] = {{S("title"), title}, {S("host"), host}};
    const struct entity entities[] = {{ENTITY_HOST, host}, {ENTITY_IP, line}};

    if (!str_u64(time, &seconds))
        exit(1);
    const struct signal s = {
        .origin = SIGNAL_TOOL,
        .severity = SEVERITY_MEDIUM,
        .id = id,
        .title = title,
        .first_ns = (int64_t)seconds * NS_PER_S,
        .last_ns = (int64_t)seconds * NS_PER_S,
        .count = 1,
        .key = key,
        .key_count = countof(key),
        .entities = entities,
        .entity_count = countof(entities),
    };
    memcpy(ret->id, triage_take(t, &s, NULL)->id, sizeof ret->id);
}

int main(void)
{
    struct triage *t = triage_new(NULL);
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    uint32_t alerts;

    while ((n = getline(&line, &room, stdin)) > 0) {
        struct taken one;
        take(t, (str){line, (size_t)n - 1}, &one);
        puts(one.id);
    }
    triage_groups(t);
    const struct alert *const *list = triage_alerts(t, &alerts);
    for (uint32_t i = 0; i < alerts; i++)
        printf("%s %s\n", list[i]->id, list[i]->group);
    free(line);
    triage_free(t);
    return 0;
}
