/* Processing pipelines: what each transformation makes of a rule, and when it applies. */
#include "base/buf.h"
#include "sigma/build.h"
#include "sigma/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

struct bench {
    struct arena *arena;
    struct io io;
    struct buf out;
    struct err e;
    struct sigma_rule *rule;
};

/* ------------------------------------------------------------ a rule as text */

static void write_test(struct bench *b, const struct sigma_test *t)
{
    if (t->op == SIGMA_NULL)
        buf_add(&b->out, S("null"));
    else if (t->op == SIGMA_REGEX)
        buf_printf(&b->out, "/" STR_FMT "/%s", STR_ARG(t->pattern),
                   t->regex_flags & REGEX_IGNORECASE ? "i" : "");
    else if (t->op == SIGMA_FIELDREF)
        buf_printf(&b->out, "@" STR_FMT, STR_ARG(t->pattern));
    else
        buf_printf(&b->out, "%s" STR_FMT, t->scalar == SCALAR_NUMBER ? "#" : "",
                   STR_ARG(sigma_string_text(&t->string, b->arena)));
}

static void write_item(struct bench *b, const struct sigma_item *item)
{
    if (item->map_dropped) {
        buf_add(&b->out, S("dropped"));
        return;
    }
    buf_printf(&b->out, "%s" STR_FMT ":", item->negated ? "!" : "", STR_ARG(item->field));
    for (uint32_t i = 0; i < item->value_count; i++) {
        if (i)
            buf_add(&b->out, item->all ? S("&") : S(","));
        for (uint32_t k = 0; k < item->values[i].count; k++) {
            if (k)
                buf_char(&b->out, '|');
            write_test(b, &item->values[i].tests[k]);
        }
    }
}

static void write_node(struct bench *b, const struct sigma_node *n)
{
    if (n->kind == NODE_ITEM) {
        write_item(b, n->item);
        return;
    }
    if (n->kind == NODE_SELECTION) {
        buf_add(&b->out, b->rule->selections[n->selection].name);
        return;
    }
    buf_add(&b->out, n->kind == NODE_NOT ? S("not (") : S("("));
    for (uint32_t i = 0; i < n->child_count; i++) {
        if (i)
            buf_add(&b->out, n->kind == NODE_AND ? S(" and ") : S(" or "));
        write_node(b, n->children[i]);
    }
    buf_char(&b->out, ')');
}

/* Only the first selection; the others are told by conditions. */
static const char *rule_text(struct bench *b)
{
    buf_clear(&b->out);
    write_node(b, b->rule->selections[0].node);
    return buf_cstr(&b->out);
}

static const char *condition_text(struct bench *b)
{
    buf_clear(&b->out);
    write_node(b, b->rule->conditions[0].node);
    return buf_cstr(&b->out);
}

/* ------------------------------------------------------------ runs */

#define HEAD                                                                                       \
    "title: t\nlevel: high\nstatus: test\ntags: [attack.t1059]\nfields: [Image, User]\n"           \
    "logsource: {category: process_creation, product: windows}\ndetection:\n"                      \
    "  condition: s\n  s:\n"

/* The rule with that selection (lines of a map, indented by four), through that pipeline. */
static bool run(struct bench *b, const char *selection, const char *pipeline)
{
    struct pipelines *p = pipelines_new(b->arena);
    struct yaml_document *documents;
    uint32_t count;
    str text = arena_printf(b->arena, HEAD "%s", selection);
    bool ok;

    b->e = (struct err){0};
    assert_true(yaml_parse(text, b->arena, &documents, &count, &b->e));
    b->rule = rule_parse(documents[0].root, text, S("rule.yml"), b->arena, &b->e);
    if (!b->rule)
        fail_msg("%s", b->e.message);
    ok = pipelines_add(p, &b->io, S("p.yml"), str_from(pipeline), &b->e) &&
         pipelines_apply(p, b->rule, b->arena, &b->e);
    pipelines_free(p);
    return ok;
}

#define STEP(text) "transformations:\n  - " text "\n"

/* selection, one transformation in flow style, what becomes of the selection */
static void becomes(struct bench *b, const char *selection, const char *pipeline, const char *want)
{
    if (!run(b, selection, pipeline))
        fail_msg("%s", b->e.message);
    assert_string_equal(rule_text(b), want);
}

static void is_refused(struct bench *b, const char *selection, const char *pipeline,
                       const char *message)
{
    assert_false(run(b, selection, pipeline));
    assert_string_equal(b->e.message, message);
}

/* ------------------------------------------------------------ names of fields */

static void field_name_mapping_renames(void **state)
{
    struct bench *b = *state;

    becomes(b, "    Image|endswith: \\x.exe\n    User: a\n",
            STEP("{type: field_name_mapping, mapping: {Image: process.executable}}"),
            "(process.executable:*\\x.exe and User:a)");
    assert_int_equal(b->rule->field_count, 2);
    assert_memory_equal(b->rule->fields[0].p, "process.executable", 18);
}

static void field_name_mapping_to_several_names_is_an_or(void **state)
{
    becomes(*state, "    Image: [a, b]\n    User: c\n",
            STEP("{type: field_name_mapping, mapping: {Image: [x, y]}}"),
            "((x:a,b or y:a,b) and User:c)");
    becomes(*state, "    Image|neq: a\n",
            STEP("{type: field_name_mapping, mapping: {Image: [x, y]}}"), "(not ((x:a or y:a)))");
}

static void field_name_mapping_follows_field_references(void **state)
{
    becomes(*state, "    Image|fieldref: User\n",
            STEP("{type: field_name_mapping, mapping: {User: [u, v]}}"), "(Image:@u|@v)");
}

static void field_name_mapping_gives_keywords_a_field(void **state)
{
    becomes(*state, "    - word\n    - two\n",
            STEP("{type: field_name_mapping, mapping: {null: message}}"), "message:*word*,*two*");
    becomes(*state, "    - word\n", STEP("{type: field_name_mapping, mapping: {word: x}}"),
            ":word");
}

static void field_name_mapping_to_nothing_drops(void **state)
{
    becomes(*state, "    Image: a\n    User: c\n",
            STEP("{type: field_name_mapping, mapping: {Image: []}}"), "(dropped and User:c)");
}

static void prefixes_and_suffixes(void **state)
{
    becomes(*state, "    win.Image: a\n    User: b\n",
            STEP("{type: field_name_prefix_mapping, mapping: {win.: windows_}}"),
            "(windows_Image:a and User:b)");
    becomes(*state, "    Image: a\n", STEP("{type: field_name_prefix, prefix: p.}"), "(p.Image:a)");
    becomes(*state, "    Image: a\n", STEP("{type: field_name_suffix, suffix: .s}"), "(Image.s:a)");
    becomes(*state, "    - word\n", STEP("{type: field_name_suffix, suffix: .s}"), ":word");
}

static void field_name_transform_changes_case(void **state)
{
    becomes(*state, "    ParentImage: a\n",
            STEP("{type: field_name_transform, transform_func: lower}"), "(parentimage:a)");
    becomes(*state, "    ParentImage: a\n    DNSName: b\n",
            STEP("{type: field_name_transform, transform_func: snake_case}"),
            "(parent_image:a and dns_name:b)");
    becomes(
        *state, "    Image: a\n",
        STEP("{type: field_name_transform, transform_func: upper, mapping: {Image: executable}}"),
        "(executable:a)");
}

static void the_list_of_fields_is_edited(void **state)
{
    struct bench *b = *state;

    assert_true(run(b, "    A: b\n",
                    STEP("{type: add_field, field: [x, y]}") "  - {type: remove_field, field: "
                                                             "Image}\n"));
    assert_int_equal(b->rule->field_count, 3);
    assert_memory_equal(b->rule->fields[0].p, "User", 4);
    assert_memory_equal(b->rule->fields[2].p, "y", 1);
    assert_true(run(b, "    A: b\n", STEP("{type: set_field, fields: [z]}")));
    assert_int_equal(b->rule->field_count, 1);
}

static void strict_mapping_names_what_is_missing(void **state)
{
    static const char pipeline[] =
        STEP("{type: field_name_mapping, mapping: {Image: exe}}") "  - {type: "
                                                                  "strict_field_mapping_failure}\n";

    becomes(*state, "    Image: a\n", pipeline, "(exe:a)");
    is_refused(*state, "    Image: a\n    User: b\n", pipeline,
               "pipeline 'p.yml': no mapping names the fields User");
}

/* ------------------------------------------------------------ items */

static void drop_detection_item_drops_what_its_conditions_name(void **state)
{
    becomes(*state, "    Image: a\n    User: b\n",
            STEP("{type: drop_detection_item, field_name_conditions: [{type: include_fields, "
                 "fields: [User]}]}"),
            "(Image:a and dropped)");
}

static void hashes_become_fields(void **state)
{
    static const char pipeline[] =
        STEP("{type: hashes_fields, valid_hash_algos: [MD5, SHA1], field_prefix: File}");

    becomes(*state,
            "    Hashes|contains: ['SHA1=5F1CBC3D99558307BC1250D084FA968521482025', "
            "'MD5=987B65CD9B9F4E9A1AFD8F8B48CF64A7', 'IMPHASH=1']\n",
            pipeline,
            "((FileSHA1:5F1CBC3D99558307BC1250D084FA968521482025* or "
            "FileMD5:987B65CD9B9F4E9A1AFD8F8B48CF64A7*))");
    becomes(*state, "    Hashes: '987B65CD9B9F4E9A1AFD8F8B48CF64A7'\n", pipeline,
            "((FileMD5:987B65CD9B9F4E9A1AFD8F8B48CF64A7))");
    is_refused(*state, "    Hashes: 'SHA256=1'\n", pipeline,
               "pipeline 'p.yml': none of the hashes is of an algorithm that the pipeline names");
}

static void extract_fields_makes_fields_of_groups(void **state)
{
    static const char pipeline[] =
        STEP("{type: extract_fields, regex: '(?P<domain>[^\\\\]+)\\\\(?P<name>.+)', "
             "field_prefix: user}");

    becomes(*state, "    User: 'CORP\\bob'\n", pipeline,
            "(((user.domain:CORP and user.name:bob)))");
    becomes(*state, "    User: ['CORP\\bob', alice]\n", pipeline,
            "(((user.domain:CORP and user.name:bob) or User:alice))");
    is_refused(*state, "    User: a\n", STEP("{type: extract_fields, regex: 'a(b)'}"),
               "the regex has no named group (?P<name>...)");
}

static void failures_refuse_the_rule(void **state)
{
    struct bench *b = *state;

    is_refused(b, "    Image: a\n", STEP("{type: rule_failure, message: not for us}"),
               "pipeline 'p.yml': not for us");
    is_refused(b, "    Image: a\n    User: b\n",
               STEP("{type: detection_item_failure, message: no users, field_name_conditions: "
                    "[{type: include_fields, fields: User}]}"),
               "pipeline 'p.yml': no users");
    assert_int_equal(b->e.line, 11);
    becomes(b, "    Image: a\n",
            STEP("{type: detection_item_failure, message: no users, field_name_conditions: "
                 "[{type: include_fields, fields: User}]}"),
            "(Image:a)");
}

/* ------------------------------------------------------------ values */

static void replace_string_replaces_what_its_regex_finds(void **state)
{
    becomes(*state, "    Image|contains: 'C:\\Windows\\x'\n",
            STEP("{type: replace_string, regex: '\\\\', replacement: '/'}"),
            "(Image:*C:/Windows/x*)");
    becomes(*state, "    Image: '*\\x'\n    Id: 42\n",
            STEP("{type: replace_string, regex: '^\\*(.)', replacement: '?:\\1'}"),
            "(Image:?:\\x and Id:#42)");
    becomes(*state, "    Image: 'a\\*b'\n",
            STEP("{type: replace_string, regex: b, replacement: c}"), "(Image:a\\*c)");
    becomes(*state, "    Id: 42\n", STEP("{type: replace_string, regex: '4', replacement: x}"),
            "(Id:x2)");
    becomes(*state, "    Image: foo\n",
            STEP("{type: replace_string, regex: '(?P<a>o)', replacement: '\\g<a>\\g<1>'}"),
            "(Image:foooo)");
    is_refused(*state, "    Image: a\n",
               STEP("{type: replace_string, regex: '(a)', replacement: '\\2'}"),
               "the replacement names a group that the regex does not have");
}

static void replace_string_can_leave_wildcards_alone(void **state)
{
    becomes(*state, "    Image: '*a?'\n",
            STEP("{type: replace_string, regex: '[*a?]', replacement: '*', skip_special: true}"),
            "(Image:*\\*?)");
    becomes(*state, "    Image: '*a?'\n",
            STEP("{type: replace_string, regex: a, replacement: 'b*', skip_special: true, "
                 "interpret_special: true}"),
            "(Image:*b*?)");
}

static void replace_string_keeps_dashes_and_placeholders(void **state)
{
    becomes(*state, "    CommandLine|windash|contains: ' -enc a'\n",
            STEP("{type: replace_string, regex: 'e', replacement: 'E'}"),
            "(CommandLine:* -Enc a*)");
    becomes(*state, "    User|expand: 'x-%Admins%'\n",
            STEP("{type: replace_string, regex: 'x', replacement: 'y'}"), "(User:y-%Admins%)");
}

static void map_string_maps_whole_values(void **state)
{
    static const char pipeline[] =
        STEP("{type: map_string, mapping: {a: [b, c], '*x*': '*y*', z: q}}");

    becomes(*state, "    Image: [a, aa, '*x*']\n", pipeline, "(Image:b|c,aa,*y*)");
    becomes(*state, "    Image|all: [a, z]\n", pipeline, "(Image:b|c&q)");
}

static void regex_matches_what_the_string_did(void **state)
{
    becomes(*state, "    Image: 'a.b*c?'\n", STEP("{type: regex, method: plain}"),
            "(Image:/\\Aa\\.b.*c.\\z/)");
    becomes(*state, "    Image: 'aB1'\n    Id: 4\n", STEP("{type: regex}"),
            "(Image:/\\A[aA][bB]1\\z/ and Id:#4)");
    becomes(*state, "    Image: ab\n    User: ''\n",
            STEP("{type: regex, method: ignore_case_flag}"), "(Image:/\\Aab\\z/i and User:)");
}

static void values_are_set_and_converted(void **state)
{
    becomes(*state, "    Image: [a, 1]\n", STEP("{type: set_value, value: null}"),
            "(Image:null,null)");
    becomes(*state, "    Image: a\n", STEP("{type: set_value, value: '7', force_type: num}"),
            "(Image:#7)");
    becomes(*state, "    Id: [42, null]\n", STEP("{type: convert_type, target_type: str}"),
            "(Id:42,null)");
    becomes(*state, "    Id: '42'\n", STEP("{type: convert_type, target_type: num}"), "(Id:#42)");
    is_refused(*state, "    Id: 4a\n", STEP("{type: convert_type, target_type: num}"),
               "pipeline 'p.yml': '4a' cannot become a number");
}

static void case_changes_text_only(void **state)
{
    becomes(*state, "    Image: 'Ab*C'\n    Id: 4\n", STEP("{type: case, method: upper}"),
            "(Image:AB*C and Id:#4)");
    becomes(*state, "    Image: '\xC3\x84'\n", STEP("{type: case}"), "(Image:\xC3\xA4)");
    becomes(*state, "    Image: 'FooBar'\n", STEP("{type: case, method: snake_case}"),
            "(Image:foo_bar)");
}

/* ------------------------------------------------------------ placeholders */

static void placeholders_get_values_or_wildcards(void **state)
{
    becomes(*state, "    User|expand: '%Admins%'\n",
            "vars: {Admins: [root, 'adm*']}\n" STEP("{type: value_placeholders}"),
            "(User:root|adm*)");
    becomes(*state, "    User|expand: 'a%Admins%b%Other%'\n",
            STEP("{type: wildcard_placeholders, exclude: [Other]}"), "(User:a*b%Other%)");
    becomes(*state, "    User|expand: '%Unknown%'\n", STEP("{type: value_placeholders}"),
            "(User:%Unknown%)");
    is_refused(*state, "    User: a\n", STEP("{type: value_placeholders, include: a, exclude: b}"),
               "give 'include' or 'exclude', not both");
}

static void placeholders_come_from_files(void **state)
{
    struct bench *b = *state;
    char folder[] = "/tmp/test_pipeline_XXXXXX", path[64];
    static const struct {
        const char *text, *parameters, *want;
    } cases[] = {
        {"one\n\n  two \n", "", "(User:one|two)"},
        {"one\ntwo\n", ", filter: '^t'", "(User:two)"},
        {"id,name\n1,\"a,\"\"b\"\r\n2,c\n", ", format: csv, csv_column: name", "(User:a,\"b|c)"},
        {"1,a\n2,c\n", ", format: csv, csv_column: 1, csv_has_header: false", "(User:a|c)"},
        {"{\"u\": [{\"n\": \"x\"}, {\"n\": 5}, {}]}", ", format: json, jq_expression: '.u[].n'",
         "(User:x|5)"},
    };

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/v", folder);
    for (size_t i = 0; i < countof(cases); i++) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(cases[i].text, f);
        fclose(f);
        str pipeline = arena_printf(b->arena, STEP("{type: file_placeholders, path: '%s'%s}"), path,
                                    cases[i].parameters);
        becomes(b, "    User|expand: '%Admins%'\n", pipeline.p, cases[i].want);
    }
    assert_int_equal(unlink(path), 0);
    str gone = arena_printf(b->arena, STEP("{type: file_placeholders, path: '%s'}"), path);
    assert_false(run(b, "    User|expand: '%Admins%'\n", gone.p));
    assert_int_equal(b->e.line, 2);
    rmdir(folder);
}

static void what_reaches_outside_is_refused_by_name(void **state)
{
    is_refused(*state, "    User: a\n", STEP("{type: command_placeholders, cmd: id}"),
               "'command_placeholders' is not offered: loading rules never runs a command; put the "
               "values into a file and use file_placeholders");
    is_refused(*state, "    User: a\n", STEP("{type: http_placeholders, url: x}"),
               "'http_placeholders' is not offered: loading rules never asks the network; put the "
               "values into a file and use file_placeholders");
    becomes(*state, "    User: a\n",
            STEP("{type: query_expression_placeholders, expression: '{field} in {id}'}"),
            "(User:a)");
    assert_false(run(*state, "    User|expand: '%A%'\n",
                     STEP("{type: query_expression_placeholders, expression: x}")));
}

/* ------------------------------------------------------------ rules */

static void add_condition_restricts_the_rule(void **state)
{
    struct bench *b = *state;

    assert_true(run(b, "    User: a\n",
                    STEP("{type: add_condition, name: extra, conditions: {EventID: 1, "
                         "Channel|contains: Sysmon}}")));
    assert_string_equal(condition_text(b), "(s and extra)");
    assert_int_equal(b->rule->selection_count, 2);
    buf_clear(&b->out);
    write_node(b, b->rule->selections[1].node);
    assert_string_equal(buf_cstr(&b->out), "(EventID:#1 and Channel:*Sysmon*)");
    assert_true(b->rule->selections[1].hidden);
}

static void add_condition_fills_templates_in(void **state)
{
    struct bench *b = *state;

    assert_true(run(b, "    User: a\n",
                    STEP("{type: add_condition, template: true, negated: true, conditions: "
                         "{index: ['$product-${category}x', '$$y $other']}}")));
    assert_string_equal(condition_text(b), "(s and not (_added_by_pipeline))");
    buf_clear(&b->out);
    write_node(b, b->rule->selections[1].node);
    assert_string_equal(buf_cstr(&b->out), "(index:windows-process_creationx,$y $other)");
}

static void change_logsource_replaces_all_of_it(void **state)
{
    struct bench *b = *state;

    assert_true(run(b, "    User: a\n", STEP("{type: change_logsource, service: Sysmon}")));
    assert_int_equal(b->rule->logsource.category.n, 0);
    assert_int_equal(b->rule->logsource.product.n, 0);
    assert_memory_equal(b->rule->logsource.service.p, "sysmon", 6);
}

static void states_and_attributes_steer_later_steps(void **state)
{
    static const char pipeline[] =
        "transformations:\n"
        "  - {type: set_state, key: backend, val: 7}\n"
        "  - {type: set_custom_attribute, attribute: owner, value: blue}\n"
        "  - {type: field_name_suffix, suffix: .yes, rule_conditions: [{type: processing_state, "
        "key: backend, val: 5, op: gt}, {type: rule_attribute, attribute: owner, value: blue}]}\n"
        "  - {type: field_name_suffix, suffix: .no, rule_conditions: [{type: processing_state, "
        "key: absent, val: 5}]}\n";

    becomes(*state, "    User: a\n", pipeline, "(User.yes:a)");
}

static void nest_applies_all_or_none_of_its_steps(void **state)
{
    static const char pipeline[] =
        "transformations:\n"
        "  - type: nest\n"
        "    items:\n"
        "      - {type: field_name_suffix, suffix: .a}\n"
        "      - {type: nest, items: [{type: field_name_suffix, suffix: .b}]}\n"
        "    rule_conditions: [{type: logsource, product: %s}]\n"
        "  - {type: field_name_suffix, suffix: .c}\n";
    struct bench *b = *state;

    becomes(b, "    User: a\n", arena_printf(b->arena, pipeline, "windows").p, "(User.a.b.c:a)");
    becomes(b, "    User: a\n", arena_printf(b->arena, pipeline, "linux").p, "(User.c:a)");
}

/* ------------------------------------------------------------ conditions */

static void rule_conditions_choose_rules(void **state)
{
    static const struct {
        const char *conditions;
        bool applies;
    } cases[] = {
        {"[{type: logsource, category: process_creation}]", true},
        {"[{type: logsource, category: process_creation, service: sysmon}]", false},
        {"[{type: logsource, category: file_event}, {type: is_sigma_rule}], rule_cond_op: or",
         true},
        {"[{type: logsource, category: file_event}], rule_cond_not: true", true},
        {"[{type: is_sigma_correlation_rule}]", false},
        {"[{type: contains_field, field: User}]", true},
        {"[{type: contains_field, field: Other}]", false},
        {"[{type: contains_detection_item, field: User, value: a}]", true},
        {"[{type: contains_detection_item, field: User, value: b}]", false},
        {"[{type: tag, tag: attack.t1059}]", true},
        {"[{type: tag, tag: attack.t1027}]", false},
        {"[{type: rule_attribute, attribute: level, value: medium, op: gte}]", true},
        {"[{type: rule_attribute, attribute: level, value: critical, op: gte}]", false},
        {"[{type: rule_attribute, attribute: tags, value: attack.t1059, op: in}]", true},
        {"[{type: rule_attribute, attribute: title, value: t}]", true},
        {"{a: {type: is_sigma_rule}, b: {type: tag, tag: x.y}}, rule_cond_expr: a and not b", true},
        {"{a: {type: is_sigma_rule}, b: {type: tag, tag: x.y}}, rule_cond_expr: not a or b", false},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < countof(cases); i++) {
        str pipeline = arena_printf(
            b->arena, STEP("{type: field_name_suffix, suffix: .x, rule_conditions: %s}"),
            cases[i].conditions);
        becomes(b, "    User: a\n", pipeline.p, cases[i].applies ? "(User.x:a)" : "(User:a)");
    }
}

static void item_conditions_choose_items(void **state)
{
    static const struct {
        const char *conditions, *want;
    } cases[] = {
        {"[{type: match_string, pattern: 'a.c'}]", "(A.x:abcd,q and B:b* and C:null)"},
        {"[{type: match_string, pattern: 'a', cond: all}]", "(A:abcd,q and B:b* and C:null)"},
        {"[{type: match_string, pattern: 'a', negate: true, cond: all}]",
         "(A:abcd,q and B.x:b* and C.x:null)"},
        {"[{type: match_value, value: q}]", "(A.x:abcd,q and B:b* and C:null)"},
        {"[{type: contains_wildcard}]", "(A:abcd,q and B.x:b* and C:null)"},
        {"[{type: is_null}]", "(A:abcd,q and B:b* and C.x:null)"},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < countof(cases); i++) {
        str pipeline = arena_printf(
            b->arena, STEP("{type: field_name_suffix, suffix: .x, detection_item_conditions: %s}"),
            cases[i].conditions);
        becomes(b, "    A: [abcd, q]\n    B: 'b*'\n    C: null\n", pipeline.p, cases[i].want);
    }
}

static void field_conditions_choose_names(void **state)
{
    becomes(*state, "    Image: a\n    User: b\n",
            STEP("{type: field_name_suffix, suffix: .x, field_name_conditions: [{type: "
                 "exclude_fields, fields: [User]}]}"),
            "(Image.x:a and User:b)");
    becomes(*state, "    ParentImage: a\n    User: b\n",
            STEP("{type: field_name_suffix, suffix: .x, field_name_conditions: [{type: "
                 "include_fields, fields: ['Parent.*'], mode: re}]}"),
            "(ParentImage.x:a and User:b)");
}

static void later_steps_see_what_earlier_ones_touched(void **state)
{
    static const char pipeline[] =
        "transformations:\n"
        "  - {id: m, type: field_name_mapping, mapping: {Image: exe}}\n"
        "  - {type: field_name_suffix, suffix: .i, detection_item_conditions: [{type: "
        "processing_item_applied, processing_item_id: m}]}\n"
        "  - {type: field_name_suffix, suffix: .n, field_name_conditions: [{type: "
        "processing_item_applied, processing_item_id: m}]}\n"
        "  - {type: field_name_suffix, suffix: .r, rule_conditions: [{type: "
        "processing_item_applied, processing_item_id: m}]}\n"
        "  - {type: field_name_suffix, suffix: .no, rule_conditions: [{type: "
        "processing_item_applied, processing_item_id: other}]}\n";

    becomes(*state, "    Image: a\n    User: b\n", pipeline, "(exe.i.n.r:a and User.r:b)");
}

/* ------------------------------------------------------------ pipelines */

static void pipelines_are_applied_by_priority(void **state)
{
    becomes(*state, "    User: a\n",
            "priority: 20\n" STEP(
                "{type: field_name_suffix, suffix: .late}") "---\n"
                                                            "priority: 10\n" STEP(
                                                                "{type: field_name_suffix, suffix: "
                                                                ".early}"),
            "(User.early.late:a)");
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    static const struct {
        const char *pipeline, *message;
        uint32_t line;
    } cases[] = {
        {"transformations:\n  - {type: field_mapping}\n",
         "there is no transformation 'field_mapping'", 2},
        {"transformations:\n  - {type: case, metod: lower}\n", "'case' has no parameter 'metod'",
         2},
        {"transformations:\n  - {type: case, method: small}\n",
         "'method' must be one of: lower upper snake_case, not 'small'", 2},
        {"transformations:\n  - {type: field_name_prefix}\n",
         "'field_name_prefix' needs the parameter 'prefix'", 2},
        {"transformations:\n  - {type: regex, rule_conditions: [{type: include_fields, fields: "
         "a}]}\n",
         "there is no condition 'include_fields' of a rule", 2},
        {"transformations:\n  - {type: replace_string, regex: '(', replacement: x}\n",
         "regex: missing closing parenthesis at character 2", 2},
        {"transformations:\n  - {type: nest, items: x}\n", "transformations must be a list of maps",
         2},
        {"name: x\ntransformation: []\n", "'a pipeline' has no parameter 'transformation'", 2},
        {"- a\n", "a pipeline must be a map", 1},
        {"", "the file holds no pipeline", 0},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < countof(cases); i++) {
        is_refused(b, "    User: a\n", cases[i].pipeline, cases[i].message);
        assert_int_equal(b->e.line, cases[i].line);
        assert_string_equal(b->e.file, "p.yml");
    }
}

static void what_has_no_effect_is_noted(void **state)
{
    struct bench *b = *state;
    struct pipelines *p = pipelines_new(b->arena);
    const struct err *notes;

    assert_true(pipelines_add(p, &b->io, S("p.yml"),
                              S("name: x\nfinalizers:\n  - type: concat\nallowed_backends: a\n"),
                              &b->e));
    assert_int_equal(pipelines_notes(p, &notes), 2);
    assert_int_equal(notes[0].line, 3);
    assert_string_equal(notes[0].file, "p.yml");
    assert_string_equal(notes[0].message,
                        "'finalizers' are for queries in text and have no effect");
    pipelines_free(p);
}

static void the_pipelines_that_ship_load(void **state)
{
    static const char *const names[] = {"ecs-windows.yml", "process-generic.yml"};
    struct bench *b = *state;

    for (size_t i = 0; i < countof(names); i++) {
        struct pipelines *p = pipelines_new(b->arena);
        struct buf text = buf_make(1 << 20);
        str path =
            arena_printf(b->arena, "%s/content/pipelines/%s", getenv("TOCSIN_SOURCE"), names[i]);
        assert_true(io_read_file(&b->io, path.p, &text, &b->e));
        if (!pipelines_add(p, &b->io, path, buf_str(&text), &b->e))
            fail_msg("%s: %s", path.p, b->e.message);
        buf_done(&text);
        pipelines_free(p);
    }
}

static int setup(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);

    b->arena = arena_new(4096);
    b->out = buf_make(65536);
    io_init(&b->io);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    arena_free(b->arena);
    buf_done(&b->out);
    test_free(b);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(field_name_mapping_renames),
        TEST(field_name_mapping_to_several_names_is_an_or),
        TEST(field_name_mapping_follows_field_references),
        TEST(field_name_mapping_gives_keywords_a_field),
        TEST(field_name_mapping_to_nothing_drops),
        TEST(prefixes_and_suffixes),
        TEST(field_name_transform_changes_case),
        TEST(the_list_of_fields_is_edited),
        TEST(strict_mapping_names_what_is_missing),
        TEST(drop_detection_item_drops_what_its_conditions_name),
        TEST(hashes_become_fields),
        TEST(extract_fields_makes_fields_of_groups),
        TEST(failures_refuse_the_rule),
        TEST(replace_string_replaces_what_its_regex_finds),
        TEST(replace_string_can_leave_wildcards_alone),
        TEST(replace_string_keeps_dashes_and_placeholders),
        TEST(map_string_maps_whole_values),
        TEST(regex_matches_what_the_string_did),
        TEST(values_are_set_and_converted),
        TEST(case_changes_text_only),
        TEST(placeholders_get_values_or_wildcards),
        TEST(placeholders_come_from_files),
        TEST(what_reaches_outside_is_refused_by_name),
        TEST(add_condition_restricts_the_rule),
        TEST(add_condition_fills_templates_in),
        TEST(change_logsource_replaces_all_of_it),
        TEST(states_and_attributes_steer_later_steps),
        TEST(nest_applies_all_or_none_of_its_steps),
        TEST(rule_conditions_choose_rules),
        TEST(item_conditions_choose_items),
        TEST(field_conditions_choose_names),
        TEST(later_steps_see_what_earlier_ones_touched),
        TEST(pipelines_are_applied_by_priority),
        TEST(what_is_wrong_is_told_with_its_place),
        TEST(what_has_no_effect_is_noted),
        TEST(the_pipelines_that_ship_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
