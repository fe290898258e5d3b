/*
 * lint_attribute.c - checks of what a rule says about itself
 * (sigma-rules-specification.md 2.1, "Components"; SigmaHQ's conventions for
 * titles, dates and file names).
 */
#include "sigma/lint_run.h"

#include "sigma/taxonomy.h"

enum { TITLE_MAX = 110, DESCRIPTION_MIN = 16, TYPO_EDITS = 2, UUID_LENGTH = 36 };

/* ------------------------------------------------------------ names of attributes */

/* The twenty of the specification, and two that SigmaHQ's own rules have. */
static const str attributes[] = {
    S("title"),       S("id"),
    S("name"),        S("related"),
    S("taxonomy"),    S("status"),
    S("description"), S("license"),
    S("author"),      S("references"),
    S("date"),        S("modified"),
    S("fields"),      S("falsepositives"),
    S("level"),       S("tags"),
    S("scope"),       S("logsource"),
    S("detection"),   S("action"),
    S("simulation"),  S("regression_tests_path"),
};

static void check_name(struct lint_run *run, const struct yaml_node *key)
{
    uint32_t best = TYPO_EDITS + 1;
    str near = S("");

    for (size_t i = 0; i < countof(attributes); i++) {
        uint32_t distance = edit_distance(key->text, attributes[i], TYPO_EDITS);
        if (str_eq(key->text, attributes[i]))
            return;
        if (distance < best) {
            best = distance;
            near = attributes[i];
        }
    }
    if (near.n)
        lint_add(run, LINT_attribute_typo, key,
                 "attribute '" STR_FMT "' is not read; is '" STR_FMT "' meant?", STR_ARG(key->text),
                 STR_ARG(near));
    else
        lint_add(run, LINT_attribute_unknown, key, "attribute '" STR_FMT "' is none of Sigma's",
                 STR_ARG(key->text));
}

static void check_names(struct lint_run *run)
{
    const struct yaml_node *root = run->rule->root;

    for (uint32_t i = 0; root && i < root->count; i++)
        check_name(run, root->pairs[i].key);
}

/* ------------------------------------------------------------ id, title, description */

static bool is_uuid(str s)
{
    if (s.n != UUID_LENGTH)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

static void check_id(struct lint_run *run)
{
    str id = run->rule->id;

    if (!id.n)
        lint_add(run, LINT_id_missing, NULL, "no 'id'; findings name the rule by its content");
    else if (!is_uuid(id))
        lint_add(run, LINT_id_format, lint_node(run, "id"), "id '" STR_FMT "' is no UUID",
                 STR_ARG(id));
}

static void check_title(struct lint_run *run)
{
    const struct yaml_node *at = lint_node(run, "title");
    str title = run->rule->title;

    if (title.n > TITLE_MAX)
        lint_add(run, LINT_title_length, at, "the title has %zu bytes, more than %d", title.n,
                 TITLE_MAX);
    if (str_ends(title, S(".")))
        lint_add(run, LINT_title_style, at, "the title ends with a full stop");
    if (str_starts(title, S("Detects ")) || str_starts(title, S("Detect ")))
        lint_add(run, LINT_title_style, at, "a title names what is detected, without 'Detects'");
    if (title.n && title.p[0] >= 'a' && title.p[0] <= 'z')
        lint_add(run, LINT_title_style, at, "the title begins with a small letter");
    if (!str_eq(title, str_trim(title)))
        lint_add(run, LINT_title_style, at, "there is white space around the title");
}

static void check_description(struct lint_run *run)
{
    str text = str_trim(run->rule->description);

    if (!text.n)
        lint_add(run, LINT_description_missing, NULL, "no 'description'");
    else if (text.n < DESCRIPTION_MIN || str_ieq(text, run->rule->title))
        lint_add(run, LINT_description_short, lint_node(run, "description"),
                 "the description hardly says more than the title");
}

/* ------------------------------------------------------------ dates */

/* YYYY-MM-DD, a day that exists roughly: months to 12, days to 31. */
static bool is_date(str s)
{
    uint64_t month, day;

    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (i != 4 && i != 7 && (s.p[i] < '0' || s.p[i] > '9'))
            return false;
    return str_u64((str){s.p + 5, 2}, &month) && str_u64((str){s.p + 8, 2}, &day) && month >= 1 &&
           month <= 12 && day >= 1 && day <= 31;
}

static void check_dates(struct lint_run *run)
{
    static const char *const keys[] = {"date", "modified"};
    const str dates[] = {run->rule->date, run->rule->modified};
    bool well_formed = true;

    if (!dates[0].n)
        lint_add(run, LINT_date_missing, NULL, "no 'date'");
    for (size_t i = 0; i < countof(keys); i++) {
        bool fits = is_date(dates[i]);
        well_formed = well_formed && fits;
        if (dates[i].n && !fits)
            lint_add(run, LINT_date_format, lint_node(run, keys[i]),
                     "%s '" STR_FMT "' is not written YYYY-MM-DD", keys[i], STR_ARG(dates[i]));
    }
    if (well_formed && str_cmp(dates[1], dates[0]) < 0)
        lint_add(run, LINT_date_order, lint_node(run, "modified"),
                 "modified " STR_FMT ", before the date " STR_FMT, STR_ARG(dates[1]),
                 STR_ARG(dates[0]));
}

/* ------------------------------------------------------------ what should be there */

static void check_missing(struct lint_run *run)
{
    const struct sigma_rule *r = run->rule;
    const struct {
        enum lint_check check;
        bool there;
        const char *key;
    } wanted[] = {
        {LINT_level_missing, r->level != LEVEL_NONE, "level"},
        {LINT_status_missing, r->status != STATUS_NONE, "status"},
        {LINT_author_missing, r->author.n > 0, "author"},
        {LINT_references_missing, r->reference_count > 0, "references"},
        {LINT_falsepositives_missing, r->falsepositive_count > 0, "falsepositives"},
    };

    for (size_t i = 0; i < countof(wanted); i++)
        if (!wanted[i].there)
            lint_add(run, wanted[i].check, NULL, "no '%s'", wanted[i].key);
}

static void check_references(struct lint_run *run)
{
    const struct sigma_rule *r = run->rule;

    for (uint32_t i = 0; i < r->reference_count; i++) {
        const struct yaml_node *at = lint_entry(run, "references", i);
        if (!str_find(r->references[i], S("://")))
            lint_add(run, LINT_reference_format, at, "reference '" STR_FMT "' is no address",
                     STR_ARG(r->references[i]));
        for (uint32_t k = 0; k < i; k++)
            if (str_eq(r->references[k], r->references[i])) {
                lint_add(run, LINT_reference_duplicate, at, "the reference stands twice");
                break;
            }
    }
}

static void check_related(struct lint_run *run)
{
    static const str types[] = {S("derived"), S("obsolete"), S("merged"),
                                S("renamed"), S("similar"),  S("obsoletes")};
    const struct sigma_rule *r = run->rule;

    for (uint32_t i = 0; i < r->related_count; i++) {
        const struct yaml_node *at = lint_entry(run, "related", i);
        bool known = false;
        for (size_t k = 0; k < countof(types); k++)
            known = known || str_eq(r->related[i].type, types[k]);
        if (!is_uuid(r->related[i].id))
            lint_add(run, LINT_related_format, at, "related id '" STR_FMT "' is no UUID",
                     STR_ARG(r->related[i].id));
        if (!known)
            lint_add(run, LINT_related_format, at,
                     "related type '" STR_FMT "' is none of derived, obsolete, merged, renamed, "
                     "similar",
                     STR_ARG(r->related[i].type));
    }
}

static void check_file(struct lint_run *run)
{
    str name = run->rule->file, rest = name;

    while (memchr(rest.p ? rest.p : "", '/', rest.n)) {
        str_cut(&rest, '/');
        name = rest;
    }
    if (name.n == 0 || str_eq(name, S("-")))
        return;
    assert(name.p);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.')) {
            lint_add(run, LINT_file_name, NULL,
                     "file name '" STR_FMT "': small letters, digits and '_' are usual",
                     STR_ARG(name));
            return;
        }
    }
}

void lint_attributes(struct lint_run *run)
{
    check_names(run);
    check_id(run);
    check_title(run);
    check_description(run);
    check_dates(run);
    check_missing(run);
    check_references(run);
    check_related(run);
    check_file(run);
}
