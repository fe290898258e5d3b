/*
 * attack.c - look-ups in the table attack.def, which is sorted by id (ATT&CK 18 and a part of 19).
 *
 * ATT&CK is (c) The MITRE Corporation; its ids, names and the tactics of each
 * technique are used by permission of its terms of use
 * (https://attack.mitre.org/resources/legal-and-branding/terms-of-use/).
 */
#include "sigma/attack.h"

#include <stdio.h>

static const struct {
    const char *tag, *name;
} tactics[TACTIC_COUNT] = {
    [TACTIC_RECONNAISSANCE] = {"reconnaissance", "Reconnaissance"},
    [TACTIC_RESOURCE_DEVELOPMENT] = {"resource-development", "Resource Development"},
    [TACTIC_INITIAL_ACCESS] = {"initial-access", "Initial Access"},
    [TACTIC_EXECUTION] = {"execution", "Execution"},
    [TACTIC_PERSISTENCE] = {"persistence", "Persistence"},
    [TACTIC_PRIVILEGE_ESCALATION] = {"privilege-escalation", "Privilege Escalation"},
    [TACTIC_DEFENSE_EVASION] = {"defense-evasion", "Defense Evasion"},
    [TACTIC_STEALTH] = {"stealth", "Stealth"},
    [TACTIC_DEFENSE_IMPAIRMENT] = {"defense-impairment", "Defense Impairment"},
    [TACTIC_CREDENTIAL_ACCESS] = {"credential-access", "Credential Access"},
    [TACTIC_DISCOVERY] = {"discovery", "Discovery"},
    [TACTIC_LATERAL_MOVEMENT] = {"lateral-movement", "Lateral Movement"},
    [TACTIC_COLLECTION] = {"collection", "Collection"},
    [TACTIC_COMMAND_AND_CONTROL] = {"command-and-control", "Command and Control"},
    [TACTIC_EXFILTRATION] = {"exfiltration", "Exfiltration"},
    [TACTIC_IMPACT] = {"impact", "Impact"},
};

/* Short names for attack.def. */
enum {
    RECON = 1 << TACTIC_RECONNAISSANCE,
    RESOURCE = 1 << TACTIC_RESOURCE_DEVELOPMENT,
    INITIAL = 1 << TACTIC_INITIAL_ACCESS,
    EXECUTE = 1 << TACTIC_EXECUTION,
    PERSIST = 1 << TACTIC_PERSISTENCE,
    PRIVILEGE = 1 << TACTIC_PRIVILEGE_ESCALATION,
    /* Which half of Defense Evasion a technique went to is the rule's to say. */
    EVADE = 1 << TACTIC_DEFENSE_EVASION | 1 << TACTIC_STEALTH | 1 << TACTIC_DEFENSE_IMPAIRMENT,
    CREDENTIAL = 1 << TACTIC_CREDENTIAL_ACCESS,
    DISCOVER = 1 << TACTIC_DISCOVERY,
    LATERAL = 1 << TACTIC_LATERAL_MOVEMENT,
    COLLECT = 1 << TACTIC_COLLECTION,
    CONTROL = 1 << TACTIC_COMMAND_AND_CONTROL,
    EXFILTRATE = 1 << TACTIC_EXFILTRATION,
    IMPACT = 1 << TACTIC_IMPACT,
};

static const struct attack_technique techniques[] = {
#define TECHNIQUE(id, name, tactics) {S(id), S(name), tactics},
#define SUB(id, name) {S(id), S(name), 0},
#include "sigma/attack.def"
#undef TECHNIQUE
#undef SUB
};

const char *attack_tactic_tag(enum attack_tactic tactic)
{
    assert(tactic < TACTIC_COUNT);
    return tactics[tactic].tag;
}

const char *attack_tactic_name(enum attack_tactic tactic)
{
    assert(tactic < TACTIC_COUNT);
    return tactics[tactic].name;
}

static bool attack_tag(str tag, str *ret_rest)
{
    if (tag.n < 7 || !str_ieq((str){tag.p, 7}, S("attack.")))
        return false;
    *ret_rest = str_from_at(tag, 7);
    return true;
}

static bool words_equal(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        char c = a.p[i] == '_' ? '-' : ascii_lower(a.p[i]);
        if (c != b.p[i])
            return false;
    }
    return true;
}

enum attack_tactic attack_tactic_of_tag(str tag)
{
    str rest;

    if (attack_tag(tag, &rest))
        for (uint32_t i = 0; i < TACTIC_COUNT; i++)
            if (words_equal(rest, str_from(tactics[i].tag)))
                return (enum attack_tactic)i;
    return TACTIC_COUNT;
}

/* T, four digits, and perhaps a dot and three digits. */
str attack_technique_of_tag(str tag, char out[ATTACK_ID_MAX])
{
    str rest;

    if (!attack_tag(tag, &rest) || (rest.n != 5 && rest.n != 9) || ascii_lower(rest.p[0]) != 't')
        return (str){0};
    out[0] = 'T';
    for (size_t i = 1; i < rest.n; i++) {
        bool digit = rest.p[i] >= '0' && rest.p[i] <= '9';
        if (i == 5 ? rest.p[i] != '.' : !digit)
            return (str){0};
        out[i] = rest.p[i];
    }
    return (str){out, rest.n};
}

size_t attack_count(void)
{
    return countof(techniques);
}

const struct attack_technique *attack_at(size_t i)
{
    assert(i < countof(techniques));
    return &techniques[i];
}

const struct attack_technique *attack_find(str id)
{
    size_t low = 0, high = countof(techniques);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(techniques[middle].id, id);
        if (order == 0)
            return &techniques[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static str parent_id(str id)
{
    return id.n > 5 ? (str){id.p, 5} : id;
}

str attack_full_name(str id, char out[ATTACK_NAME_MAX])
{
    const struct attack_technique *t = attack_find(id), *parent = attack_find(parent_id(id));
    int n;

    if (!t || !parent)
        return (str){0};
    if (t == parent)
        n = snprintf(out, ATTACK_NAME_MAX, STR_FMT, STR_ARG(t->name));
    else
        n = snprintf(out, ATTACK_NAME_MAX, STR_FMT ": " STR_FMT, STR_ARG(parent->name),
                     STR_ARG(t->name));
    return (str){out, n < ATTACK_NAME_MAX ? (size_t)n : ATTACK_NAME_MAX - 1};
}

uint32_t attack_tactics_of(str id)
{
    const struct attack_technique *parent = attack_find(parent_id(id));

    return parent ? parent->tactics : 0;
}
