/*
 * cmd_rule_coverage.c - which techniques of ATT&CK the rules are for, by tactic,
 * or as a layer of the ATT&CK Navigator (layer format 4.5). A technique without
 * rules says nothing about what is detected: one rule may be one of many ways.
 */
#include "cli/opt.h"
#include "cli/page.h"
#include "cli/rule_options.h"
#include "cli/say.h"
#include "cli/sink.h"

#include "base/intern.h"
#include "base/mem.h"
#include "sigma/attack.h"
#include "text/json_write.h"

#include <stdlib.h>
#include <unistd.h>

extern const struct command command_rule_coverage;

enum { ID_COLUMN = 2, NAME_COLUMN = 13, NAME_COLUMNS = 56, COMMENT_RULES_MAX = 20 };

static const struct option coverage_options[] = {
    RULE_OPTIONS,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "text navigator"},
    {"missing", '\0', OPTION_FLAG, NULL, "also list the techniques that no rule is for",
     COMPLETE_NONE, NULL},
};

/* A technique that rules cite. */
struct cited {
    str id;
    uint32_t rules;
    enum sigma_level level; /* the highest */
    uint32_t tactics;       /* bits; 0 when the table does not know it */
};
struct coverage {
    const struct ruleset *rs;
    struct intern *ids;
    struct cited *items; /* by place in ids; sorted by id at the end */
    uint32_t count, capacity;
    uint32_t untagged; /* rules that cite no technique */
};

/* Techniques of the old Defense Evasion are shown there, not in each of its successors too. */
static uint32_t shown_tactics(uint32_t tactics)
{
    const uint32_t successors = (uint32_t)1 << TACTIC_STEALTH | (uint32_t)1
                                                                    << TACTIC_DEFENSE_IMPAIRMENT;

    return tactics & (uint32_t)1 << TACTIC_DEFENSE_EVASION ? tactics & ~successors : tactics;
}

static void cite(struct coverage *c, str id, const struct sigma_rule *rule)
{
    uint32_t known = intern_count(c->ids), place = intern_add(c->ids, id);

    if (place == c->capacity) {
        c->capacity = c->capacity ? c->capacity * 2 : 256;
        c->items = mem_resize(c->items, c->capacity, sizeof *c->items);
    }
    assert(c->items);
    if (place == known)
        c->items[place] = (struct cited){.id = intern_str(c->ids, place),
                                         .tactics = shown_tactics(attack_tactics_of(id))};
    c->items[place].rules++;
    if (rule->level > c->items[place].level)
        c->items[place].level = rule->level;
    c->count = intern_count(c->ids);
}

static void add_rule(struct coverage *c, const struct sigma_rule *rule)
{
    char room[ATTACK_ID_MAX], before[ATTACK_ID_MAX];
    bool any = false;

    for (uint32_t i = 0; i < rule->tag_count; i++) {
        str id = attack_technique_of_tag(rule->tags[i], room);
        bool again = !id.n;
        for (uint32_t k = 0; k < i && !again; k++)
            again = str_eq(attack_technique_of_tag(rule->tags[k], before), id);
        any = any || id.n;
        if (!again)
            cite(c, id, rule);
    }
    c->untagged += !any;
}

static int by_id(const void *left, const void *right)
{
    return str_cmp(((const struct cited *)left)->id, ((const struct cited *)right)->id);
}

static const struct cited *find_cited(const struct coverage *c, str id)
{
    const struct cited key = {.id = id};

    return c->count ? bsearch(&key, c->items, c->count, sizeof *c->items, by_id) : NULL;
}

/* ------------------------------------------------------------ text */

static void print_row(struct page *p, str id, const struct cited *cited)
{
    char name[ATTACK_NAME_MAX], number[PAGE_NUMBER_MAX];

    page_tab(p, ID_COLUMN);
    page_text(p, cited ? STYLE_PLAIN : STYLE_FAINT, id);
    page_tab(p, NAME_COLUMN);
    page_cell(p, cited ? STYLE_PLAIN : STYLE_FAINT, attack_full_name(id, name), NAME_COLUMNS);
    if (cited) {
        page_cell_right(p, STYLE_STRONG, page_number(cited->rules, number), 6);
        page_printf(p, STYLE_PLAIN, "  ");
        page_text(p, page_level_style(cited->level), page_level_name(cited->level));
    }
    page_newline(p);
}

/* Techniques of the table in a tactic, and how many of them are cited. */
static void count_tactic(const struct coverage *c, uint32_t bit, uint32_t *ret_all,
                         uint32_t *ret_cited)
{
    *ret_all = *ret_cited = 0;
    for (size_t i = 0; i < attack_count(); i++) {
        str id = attack_at(i)->id;
        if (!(shown_tactics(attack_tactics_of(id)) & bit))
            continue;
        (*ret_all)++;
        *ret_cited += find_cited(c, id) != NULL;
    }
}

static void print_tactic(struct page *p, const struct coverage *c, enum attack_tactic tactic,
                         bool missing)
{
    uint32_t bit = (uint32_t)1 << tactic, all, cited;
    char note[80];

    count_tactic(c, bit, &all, &cited);
    if (all == 0 || (cited == 0 && !missing))
        return;
    snprintf(note, sizeof note, "%u of %u techniques and sub-techniques", cited, all);
    page_heading(p, attack_tactic_name(tactic), note);
    for (size_t i = 0; i < attack_count(); i++) {
        str id = attack_at(i)->id;
        const struct cited *row = find_cited(c, id);
        if (shown_tactics(attack_tactics_of(id)) & bit && (row || missing))
            print_row(p, id, row);
    }
}

static void print_unknown(struct page *p, const struct coverage *c)
{
    uint32_t unknown = 0;

    for (uint32_t i = 0; i < c->count; i++)
        unknown += !c->items[i].tactics;
    if (unknown == 0)
        return;
    page_heading(p, "Others", "techniques that this program's table does not have");
    for (uint32_t i = 0; i < c->count; i++)
        if (!c->items[i].tactics)
            print_row(p, c->items[i].id, &c->items[i]);
}

static void print_text(struct buf *out, const struct coverage *c, bool missing)
{
    struct page p = page_make(out, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);

    for (int t = 0; t < TACTIC_COUNT; t++)
        print_tactic(&p, c, (enum attack_tactic)t, missing);
    print_unknown(&p, c);
    page_newline(&p);
    page_printf(&p, STYLE_PLAIN, "%u rules, %u techniques and sub-techniques", c->rs->count,
                c->count);
    if (c->untagged)
        page_printf(&p, STYLE_PLAIN, "; %u rules cite none", c->untagged);
    page_newline(&p);
}

/* ------------------------------------------------------------ ATT&CK Navigator */

static bool cites(const struct sigma_rule *rule, str id)
{
    char room[ATTACK_ID_MAX];

    for (uint32_t i = 0; i < rule->tag_count; i++)
        if (str_eq(attack_technique_of_tag(rule->tags[i], room), id))
            return true;
    return false;
}

/* The titles of its rules, one a line, the first COMMENT_RULES_MAX of them. */
static void write_comment(struct json_writer *w, const struct coverage *c, const struct cited *row)
{
    struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    uint32_t told = 0;

    for (uint32_t i = 0; i < c->rs->count && told < COMMENT_RULES_MAX; i++)
        if (cites(c->rs->rules[i], row->id))
            buf_printf(&text, "%s" STR_FMT, told++ ? "\n" : "", STR_ARG(c->rs->rules[i]->title));
    if (row->rules > told)
        buf_printf(&text, "\n... and %u more", row->rules - told);
    json_field_str(w, S("comment"), buf_str(&text));
}

static void write_technique(struct json_writer *w, const struct coverage *c,
                            const struct cited *row)
{
    json_object(w);
    json_field_str(w, S("techniqueID"), row->id);
    json_field_u64(w, S("score"), row->rules);
    write_comment(w, c, row);
    json_key(w, S("enabled"));
    json_bool(w, true);
    json_key(w, S("showSubtechniques"));
    json_bool(w, row->id.n == 5);
    json_object_end(w);
}

static void write_gradient(struct json_writer *w, const struct coverage *c)
{
    static const str colours[] = {S("#dbeafe"), S("#1e40af")};
    uint32_t most = 1;

    for (uint32_t i = 0; i < c->count; i++)
        most = c->items[i].rules > most ? c->items[i].rules : most;
    json_key(w, S("gradient"));
    json_object(w);
    json_key(w, S("colors"));
    json_array(w);
    for (size_t i = 0; i < countof(colours); i++)
        json_str(w, colours[i]);
    json_array_end(w);
    json_field_u64(w, S("minValue"), 0);
    json_field_u64(w, S("maxValue"), most);
    json_object_end(w);
}

static void print_navigator(struct buf *out, const struct coverage *c)
{
    struct json_writer w = json_writer_make(out, 2);

    json_object(&w);
    json_field_str(&w, S("name"), S("tocsin rules"));
    json_key(&w, S("versions"));
    json_object(&w);
    json_field_str(&w, S("attack"), S("18"));
    json_field_str(&w, S("navigator"), S("5.1.0"));
    json_field_str(&w, S("layer"), S("4.5"));
    json_object_end(&w);
    json_field_str(&w, S("domain"), S("enterprise-attack"));
    json_field_str(&w, S("description"), S("score: the number of rules for the technique"));
    json_key(&w, S("techniques"));
    json_array(&w);
    for (uint32_t i = 0; i < c->count; i++)
        write_technique(&w, c, &c->items[i]);
    json_array_end(&w);
    write_gradient(&w, c);
    json_object_end(&w);
    buf_char(out, '\n');
}

/* ------------------------------------------------------------ the command */

static int print(struct io *io, const struct coverage *c, bool navigator, bool missing)
{
    struct sink sink = sink_make(io, STDOUT_FILENO);
    struct err e = {0};

    if (navigator)
        print_navigator(&sink.text, c);
    else
        print_text(&sink.text, c, missing);
    bool written = sink_flush(&sink, &e);
    sink_done(&sink);
    if (!written)
        say_err(&e);
    return written ? EXIT_OK : EXIT_OUTPUT;
}

static int coverage_run(const struct arguments *a)
{
    const char *output = opt_value(&command_rule_coverage, a, "output");
    bool navigator = output && str_eq(str_from(output), S("navigator"));
    bool missing = opt_flag(&command_rule_coverage, a, "missing");
    struct io io;
    int code = EXIT_USAGE;

    if (output && !navigator && !str_eq(str_from(output), S("text"))) {
        say("unknown output '%s'; there are: text, navigator", output);
        return EXIT_USAGE;
    }
    io_init(&io);
    struct ruleset *rs CLEANUP(ruleset_freep) =
        rule_options_load(&command_rule_coverage, a, OPERANDS_REPLACE, &io, &code);
    if (!rs)
        return code;
    rule_options_say_refusals(rs, true);

    struct coverage c = {.rs = rs, .ids = intern_new()};
    for (uint32_t i = 0; i < rs->count; i++)
        add_rule(&c, rs->rules[i]);
    if (c.count)
        qsort(c.items, c.count, sizeof *c.items, by_id);
    code = print(&io, &c, navigator, missing);
    free(c.items);
    intern_free(c.ids);
    return code;
}

const struct command command_rule_coverage = {
    .name = "rule coverage",
    .usage = "[OPTIONS] [PATH...]",
    .summary = "Shows which techniques of ATT&CK the rules are for",
    .details =
        "By tactic: each technique with how many rules are for it and the highest level among\n"
        "them. -o navigator prints a layer for the ATT&CK Navigator. PATH is a rule file or a\n"
        "folder of them; without one the rules that ship with tocsin. A technique is rarely\n"
        "covered by a rule for one way to use it: take the numbers as where to look.",
    .options = coverage_options,
    .option_count = countof(coverage_options),
    .operands = COMPLETE_FILE,
    .run = coverage_run,
};
