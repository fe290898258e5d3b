/*
 * attack.h - names for MITRE ATT&CK's tactics and techniques (Enterprise), as
 * Sigma rules cite them in tags: "attack.initial-access", "attack.t1059.001".
 */
#pragma once

#include "base/str.h"

/* In ATT&CK's order. Version 19 splits Defense Evasion into Stealth and Defense Impairment; rules
 * in use cite all three. */
enum attack_tactic {
    TACTIC_RECONNAISSANCE,
    TACTIC_RESOURCE_DEVELOPMENT,
    TACTIC_INITIAL_ACCESS,
    TACTIC_EXECUTION,
    TACTIC_PERSISTENCE,
    TACTIC_PRIVILEGE_ESCALATION,
    TACTIC_DEFENSE_EVASION,
    TACTIC_STEALTH,
    TACTIC_DEFENSE_IMPAIRMENT,
    TACTIC_CREDENTIAL_ACCESS,
    TACTIC_DISCOVERY,
    TACTIC_LATERAL_MOVEMENT,
    TACTIC_COLLECTION,
    TACTIC_COMMAND_AND_CONTROL,
    TACTIC_EXFILTRATION,
    TACTIC_IMPACT,
    TACTIC_COUNT
};

const char *attack_tactic_tag(enum attack_tactic tactic);  /* "initial-access" */
const char *attack_tactic_name(enum attack_tactic tactic); /* "Initial Access" */
/* The tactic that a tag names, with '-' or '_' between words; TACTIC_COUNT when it names none. */
enum attack_tactic attack_tactic_of_tag(str tag);

enum { ATTACK_ID_MAX = 12 };
/* "T1059.001" into out when tag is "attack.t1059.001" in any case; empty when it names no
 * technique. The answer is a slice of out. */
str attack_technique_of_tag(str tag, char out[ATTACK_ID_MAX]);

struct attack_technique {
    str id;
    str name;         /* of a sub-technique its own, without its parent's */
    uint32_t tactics; /* a bit per enum attack_tactic; 0 for sub-techniques: as the parent */
};
/* All of them, sorted by id. */
size_t attack_count(void);
const struct attack_technique *attack_at(size_t i);
/* NULL when the table has it not: the table is a snapshot, rules may be younger. */
const struct attack_technique *attack_find(str id);
/* "OS Credential Dumping: LSASS Memory" into out (cut to fit); empty when it is not known. */
enum { ATTACK_NAME_MAX = 128 };
str attack_full_name(str id, char out[ATTACK_NAME_MAX]);
/* The tactics of a technique, its parent's when it is a sub-technique; 0 when not known. */
uint32_t attack_tactics_of(str id);
