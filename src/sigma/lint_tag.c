/*
 * lint_tag.c - checks of tags (sigma-appendix-tags.md): their form, their
 * namespaces, and that those of ATT&CK name what exists. The table of ATT&CK is a
 * snapshot, so that an unknown technique is a warning, not an error.
 */
#include "sigma/attack.h"
#include "sigma/lint_run.h"

static const str namespaces[] = {S("attack"),    S("car"), S("cve"), S("d3fend"),
                                 S("detection"), S("stp"), S("tlp")};

/* ^[a-z0-9_-]+\.[a-z0-9._-]+$ */
static bool is_tag(str tag)
{
    const char *dot = tag.n ? memchr(tag.p, '.', tag.n) : NULL;

    if (!dot || dot == tag.p || dot + 1 == tag.p + tag.n)
        return false;
    for (size_t i = 0; i < tag.n; i++) {
        char c = tag.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'))
            return false;
    }
    return true;
}

static bool is_number_of(str name, char letter, size_t digits)
{
    if (name.n != digits + 1 || name.p[0] != letter)
        return false;
    for (size_t i = 1; i < name.n; i++)
        if (name.p[i] < '0' || name.p[i] > '9')
            return false;
    return true;
}

/* Tactics, techniques, groups (g0007), software (s0002), campaigns (c0010) and data sources
 * (ds0005). */
static void check_attack(struct lint_run *run, const struct yaml_node *at, str tag)
{
    char room[ATTACK_ID_MAX];
    str technique = attack_technique_of_tag(tag, room);
    str name = str_from_at(tag, sizeof "attack." - 1);

    if (technique.n) {
        if (!attack_find(technique))
            lint_add(run, LINT_tag_unknown, at, "technique " STR_FMT " is not in ATT&CK",
                     STR_ARG(technique));
        return;
    }
    if (attack_tactic_of_tag(tag) != TACTIC_COUNT || is_number_of(name, 'g', 4) ||
        is_number_of(name, 's', 4) || is_number_of(name, 'c', 4) ||
        (str_starts(name, S("ds")) && is_number_of(str_from_at(name, 1), 's', 4)))
        return;
    lint_add(run, LINT_tag_unknown, at,
             "'" STR_FMT "' is no tactic, technique, group or software of ATT&CK", STR_ARG(name));
}

static void check_tag(struct lint_run *run, uint32_t i)
{
    const struct yaml_node *at = lint_entry(run, "tags", i);
    str tag = run->rule->tags[i], rest = tag, space = str_cut(&rest, '.');
    bool known = false;

    if (!is_tag(tag)) {
        lint_add(run, LINT_tag_format, at,
                 "tag '" STR_FMT "' is not namespace.name in small letters", STR_ARG(tag));
        return;
    }
    for (size_t k = 0; k < countof(namespaces); k++)
        known = known || str_eq(space, namespaces[k]);
    if (!known)
        lint_add(run, LINT_tag_namespace, at, "namespace '" STR_FMT "' is none of Sigma's",
                 STR_ARG(space));
    if (str_eq(space, S("attack")))
        check_attack(run, at, tag);
    for (uint32_t k = 0; k < i; k++)
        if (str_eq(run->rule->tags[k], tag)) {
            lint_add(run, LINT_tag_duplicate, at, "tag '" STR_FMT "' stands twice", STR_ARG(tag));
            return;
        }
}

static uint32_t tagged_tactics(const struct sigma_rule *rule)
{
    uint32_t tactics = 0;

    for (uint32_t i = 0; i < rule->tag_count; i++) {
        enum attack_tactic tactic = attack_tactic_of_tag(rule->tags[i]);
        if (tactic != TACTIC_COUNT)
            tactics |= (uint32_t)1 << tactic;
    }
    return tactics;
}

/* Version 19 of ATT&CK splits Defense Evasion, so that each of the three stands for the others. */
static uint32_t with_successors(uint32_t tactics)
{
    const uint32_t evasion = (uint32_t)1 << TACTIC_DEFENSE_EVASION | (uint32_t)1 << TACTIC_STEALTH |
                             (uint32_t)1 << TACTIC_DEFENSE_IMPAIRMENT;

    return tactics & evasion ? tactics | evasion : tactics;
}

static void check_tactics(struct lint_run *run)
{
    uint32_t tagged = with_successors(tagged_tactics(run->rule));
    char room[ATTACK_ID_MAX];

    for (uint32_t i = 0; i < run->rule->tag_count; i++) {
        str technique = attack_technique_of_tag(run->rule->tags[i], room);
        uint32_t tactics = technique.n ? attack_tactics_of(technique) : 0;
        if (tactics && !(tactics & tagged))
            lint_add(run, LINT_tag_tactic, lint_entry(run, "tags", i),
                     "none of the tactics of " STR_FMT " is tagged", STR_ARG(technique));
    }
}

void lint_tags(struct lint_run *run)
{
    for (uint32_t i = 0; i < run->rule->tag_count; i++)
        check_tag(run, i);
    check_tactics(run);
}
