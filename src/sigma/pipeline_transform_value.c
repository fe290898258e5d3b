/*
 * pipeline_transform_value.c - transformations of the values of items.
 *
 * Where one value becomes several, they stand as alternatives inside the same
 * value, so that |all still means every value as written. replace_string works
 * on the text between dash classes (|windash), which stay; like pySigma's, it
 * reads wildcards in the result, and it leaves values alone that its regex does
 * not find. A regex made from a string matches what the string matched: the
 * whole value.
 */
#include "sigma/pipeline_step.h"

#include "base/buf.h"
#include "sigma/modifier.h"
#include "text/utf8.h"

enum { REPLACED_BYTES_MAX = 1024 * 1024 };

struct sigma_test *test_list_add(struct test_list *list, struct arena *a)
{
    return arena_push(a, (void **)&list->items, &list->count, &list->capacity, sizeof *list->items);
}

bool test_is_string(const struct sigma_test *t)
{
    return t->op == SIGMA_MATCH && t->scalar == SCALAR_STRING;
}

struct sigma_test test_of_scalar(const struct yaml_node *n, bool as_text, struct arena *a)
{
    struct sigma_test t = {.op = SIGMA_MATCH};
    bool truth;

    if (!as_text && yaml_is_null(n))
        return (struct sigma_test){.op = SIGMA_NULL, .scalar = SCALAR_NULL};
    if (!as_text && yaml_is_bool(n, &truth))
        t.scalar = SCALAR_BOOL;
    else if (!as_text && yaml_is_number(n, &t.number))
        t.scalar = SCALAR_NUMBER;
    if (t.scalar == SCALAR_STRING)
        sigma_string_parse(n->text, a, &t.string);
    else
        sigma_string_literal(n->text, a, &t.string);
    return t;
}

str sigma_string_plain(const struct sigma_string *s, struct arena *a)
{
    size_t room = 1, n = 0;

    for (uint32_t i = 0; i < s->count; i++)
        room += s->parts[i].text.n + 2;
    char *out = arena_bytes(a, room);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sigma_part *part = &s->parts[i];
        bool placeholder = part->kind == PART_PLACEHOLDER;
        if (part->kind == PART_MANY || part->kind == PART_ONE || placeholder)
            out[n++] = part->kind == PART_MANY ? '*' : placeholder ? '%' : '?';
        if (part->text.n)
            memcpy(out + n, part->text.p, part->text.n);
        n += part->text.n;
        if (placeholder)
            out[n++] = '%';
    }
    return (str){out, n};
}

/* ------------------------------------------------------------ replace_string */

enum { REPLACE_REGEX, REPLACEMENT, SKIP_SPECIAL, INTERPRET_SPECIAL };

/* A piece of a replacement: text, or what a group took. */
struct template_piece {
    str text;
    uint32_t group;
    bool is_group;
};
struct template
{
    struct template_piece *pieces;
    uint32_t count, capacity;
};

static void template_add(struct template *t, struct template_piece piece, struct arena *a)
{
    if (!piece.is_group && piece.text.n == 0)
        return;
    struct template_piece *room =
        arena_push(a, (void **)&t->pieces, &t->count, &t->capacity, sizeof *t->pieces);
    *room = piece;
}

/* The group that a reference behind a backslash names: \1, \12, \g<1>, \g<name>. Takes it off
 * *rest. False: it is no reference. */
static bool take_reference(str *rest, const struct regex *r, bool *ret_known, uint32_t *ret_group)
{
    uint64_t number = 0;
    size_t digits = 0;

    if (str_starts(*rest, S("g<")) && memchr(rest->p, '>', rest->n)) {
        str name;
        *rest = str_from_at(*rest, 2);
        name = str_cut(rest, '>');
        *ret_known = str_u64(name, &number);
        if (!*ret_known) {
            number = regex_group_of(r, name);
            *ret_known = number > 0;
        }
    } else {
        while (digits < 2 && digits < rest->n && rest->p[digits] >= '0' && rest->p[digits] <= '9')
            digits++;
        if (digits == 0 || !str_u64((str){rest->p, digits}, &number))
            return false;
        *rest = str_from_at(*rest, digits);
        *ret_known = true;
    }
    *ret_known = *ret_known && number < regex_group_count(r) && number < REGEX_GROUPS_MAX;
    *ret_group = (uint32_t)number;
    return true;
}

/* Python's replacement templates (re.sub): references, \n \t \r and \\; before anything else a
 * backslash stands for itself. */
static bool template_read(struct preparing *p, const struct yaml_node *n, const struct regex *r,
                          struct template *ret)
{
    static const struct {
        char name;
        str text;
    } escapes[] = {{'n', S("\n")}, {'t', S("\t")}, {'r', S("\r")}, {'\\', S("\\")}};
    str rest = n->text;

    while (rest.n) {
        bool known = false, done = false;
        uint32_t group = 0;
        const char *backslash = memchr(rest.p, '\\', rest.n);
        size_t before = backslash ? (size_t)(backslash - rest.p) : rest.n;
        template_add(ret, (struct template_piece){.text = {rest.p, before}}, p->arena);
        rest = str_from_at(rest, before + 1);
        if (!backslash)
            return true;
        if (take_reference(&rest, r, &known, &group)) {
            if (!known)
                return err_set_at(p->e, n->line, n->column,
                                  "the replacement names a group that the regex does not have");
            template_add(ret, (struct template_piece){.is_group = true, .group = group}, p->arena);
            continue;
        }
        for (size_t i = 0; !done && rest.n && i < countof(escapes); i++)
            if (rest.p[0] == escapes[i].name) {
                template_add(ret, (struct template_piece){.text = escapes[i].text}, p->arena);
                rest = str_from_at(rest, 1);
                done = true;
            }
        if (!done)
            template_add(ret, (struct template_piece){.text = S("\\")}, p->arena);
    }
    return true;
}

static bool replace_string_prepare(struct preparing *p, struct call *c)
{
    struct template *t = arena_alloc(p->arena, sizeof *t);
    struct regex *r = preparing_regex(p, c->values[REPLACE_REGEX], false);

    if (!r || !template_read(p, c->values[REPLACEMENT], r, t))
        return false;
    c->regexes = arena_alloc(p->arena, sizeof(struct regex *));
    c->regexes[0] = r;
    c->regex_count = 1;
    c->prepared = t;
    return true;
}

static void template_write(const struct template *t, const str *groups, uint32_t count,
                           struct buf *out)
{
    for (uint32_t i = 0; i < t->count; i++) {
        if (!t->pieces[i].is_group)
            buf_add(out, t->pieces[i].text);
        else if (t->pieces[i].group < count && groups[t->pieces[i].group].p)
            buf_add(out, groups[t->pieces[i].group]);
    }
}

/* Every match replaced, as re.sub does. *ret_changed: there was one. */
static bool substitute(struct applying *x, const struct call *c, const struct sigma_value *v,
                       str subject, str *ret, bool *ret_changed)
{
    struct buf out CLEANUP(buf_done) = buf_make(REPLACED_BYTES_MAX);
    str groups[REGEX_GROUPS_MAX];
    uint32_t count;
    size_t done = 0, from = 0;

    *ret_changed = false;
    while (from <= subject.n && !out.overflow &&
           regex_groups(c->regexes[0], x->regex, subject, from, groups, &count) == REGEX_YES &&
           groups[0].p) {
        size_t start = (size_t)(groups[0].p - subject.p), end = start + groups[0].n;
        if (start < done)
            break; /* \K and lookbehinds: nothing more that stands behind what is done */
        buf_add(&out, (str){subject.p + done, start - done});
        template_write(c->prepared, groups, count, &out);
        done = end;
        from = groups[0].n ? end : end + 1;
        while (from < subject.n && ((uint8_t)subject.p[from] & 0xC0) == 0x80)
            from++;
        *ret_changed = true;
    }
    buf_add(&out, str_from_at(subject, done));
    if (out.overflow)
        return err_set_at(x->e, v->line, v->column, "the replacement makes more than %d bytes",
                          REPLACED_BYTES_MAX);
    *ret = arena_str(x->arena, buf_str(&out));
    return true;
}

/* Back from text: '*' and '?' are wildcards unless a backslash stands before; every other
 * backslash is itself. */
static void reparse(str text, struct arena *a, struct sigma_string *ret)
{
    char *escaped = arena_bytes(a, 2 * text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        char next = i + 1 < text.n ? text.p[i + 1] : '\0';
        if (text.p[i] == '\\' && next != '*' && next != '?')
            escaped[n++] = '\\';
        escaped[n++] = text.p[i];
    }
    sigma_string_parse((str){escaped, n}, a, ret);
}

/* The text of parts with literal stars and question marks escaped, so that they come back. */
static str part_text(const struct sigma_string *s, struct arena *a)
{
    size_t room = 1, n = 0;

    for (uint32_t i = 0; i < s->count; i++)
        room += 2 * s->parts[i].text.n + 2;
    char *out = arena_bytes(a, room);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sigma_part *part = &s->parts[i];
        char around = part->kind == PART_MANY          ? '*'
                      : part->kind == PART_ONE         ? '?'
                      : part->kind == PART_PLACEHOLDER ? '%'
                                                       : '\0';
        if (around)
            out[n++] = around;
        for (size_t k = 0; k < part->text.n; k++) {
            if (part->text.p[k] == '*' || part->text.p[k] == '?')
                out[n++] = '\\';
            out[n++] = part->text.p[k];
        }
        if (part->kind == PART_PLACEHOLDER)
            out[n++] = '%';
    }
    return (str){out, n};
}

/* Replaces in a run of parts without dashes. */
static bool replace_run(struct applying *x, const struct call *c, const struct sigma_value *v,
                        struct sigma_string *run, bool *ret_changed)
{
    bool changed, skip = call_bool(c, SKIP_SPECIAL);
    bool expand = sigma_string_has(run, PART_PLACEHOLDER);
    str text = skip ? run->parts[0].text : part_text(run, x->arena);

    if (skip && run->parts[0].kind != PART_TEXT)
        return true;
    if (!substitute(x, c, v, text, &text, &changed))
        return false;
    if (!changed)
        return true;
    if (skip && !call_bool(c, INTERPRET_SPECIAL))
        sigma_string_literal(text, x->arena, run);
    else
        reparse(text, x->arena, run);
    if (expand)
        modifier_find_placeholders(run, x->arena);
    *ret_changed = true;
    return true;
}

static bool replace_string_test(struct applying *x, const struct call *c,
                                const struct sigma_value *v, const struct sigma_test *t,
                                struct test_list *out, bool *ret_changed)
{
    bool skip = call_bool(c, SKIP_SPECIAL);
    struct sigma_string empty = {0};
    struct sigma_string *runs = arena_array(x->arena, t->string.count + 1, sizeof *runs);
    uint32_t count = 0;

    if (t->op != SIGMA_MATCH || t->scalar == SCALAR_BOOL)
        return true;
    for (uint32_t i = 0; i < t->string.count; count++) { /* a dash alone, or what is between */
        uint32_t end = i + 1;
        bool dash = t->string.parts[i].kind == PART_DASH;
        while (!dash && !skip && end < t->string.count && t->string.parts[end].kind != PART_DASH)
            end++;
        runs[count] = (struct sigma_string){&t->string.parts[i], end - i};
        if (!dash && !replace_run(x, c, v, &runs[count], ret_changed))
            return false;
        i = end;
    }
    if (t->string.count == 0) { /* a regex may find the empty string */
        bool changed;
        str text = {0};
        if (!substitute(x, c, v, S(""), &text, &changed))
            return false;
        reparse(text, x->arena, &empty);
        runs[count++] = empty;
        *ret_changed = changed;
    }
    if (!*ret_changed)
        return true;
    struct sigma_test *room = test_list_add(out, x->arena);
    *room = *t;
    room->scalar = SCALAR_STRING;
    sigma_string_join(runs, count, x->arena, &room->string);
    return true;
}

static const struct parameter replace_string_parameters[] = {
    {S("regex"), PARAMETER_TEXT, true, {0}},
    {S("replacement"), PARAMETER_TEXT, true, {0}},
    {S("skip_special"), PARAMETER_BOOL, false, {0}},
    {S("interpret_special"), PARAMETER_BOOL, false, {0}},
};
const struct transformation transformation_replace_string = {
    .name = "replace_string",
    .parameters = replace_string_parameters,
    .parameter_count = countof(replace_string_parameters),
    .prepare = replace_string_prepare,
    .test = replace_string_test,
};

/* ------------------------------------------------------------ map_string */

static bool map_string_prepare(struct preparing *p, struct call *c)
{
    return mapping_check(p, c->values[0], false);
}

static bool map_string_test(struct applying *x, const struct call *c, const struct sigma_value *v,
                            const struct sigma_test *t, struct test_list *out, bool *ret_changed)
{
    const struct yaml_node *map = c->values[0];
    str plain;

    (void)v;
    if (!test_is_string(t))
        return true;
    plain = sigma_string_plain(&t->string, x->arena);
    for (uint32_t i = 0; i < map->count && !*ret_changed; i++) {
        const struct call target = {.values = {map->pairs[i].value}};
        if (!str_eq(map->pairs[i].key->text, plain))
            continue;
        for (uint32_t k = 0; k < call_count(&target, 0); k++) {
            struct sigma_test *room = test_list_add(out, x->arena);
            *room = *t;
            sigma_string_parse(call_item(&target, 0, k), x->arena, &room->string);
        }
        *ret_changed = true;
    }
    return true;
}

static const struct parameter map_string_parameters[] = {{S("mapping"), PARAMETER_MAP, true, {0}}};
const struct transformation transformation_map_string = {
    .name = "map_string",
    .parameters = map_string_parameters,
    .parameter_count = countof(map_string_parameters),
    .prepare = map_string_prepare,
    .test = map_string_test,
};

/* ------------------------------------------------------------ regex */

static void regex_letter(struct buf *out, str *text, bool brackets)
{
    static const char special[] = "\\^$.|?*+()[]{}-/#";
    str before = *text;
    uint32_t code_point = utf8_next(text);
    str bytes = {before.p, before.n - text->n};
    char c = bytes.p[0];

    if (bytes.n > 1 && brackets)
        buf_printf(out, "(?i:" STR_FMT ")", STR_ARG(bytes));
    else if (brackets && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
        buf_printf(out, "[%c%c]", c | 0x20, c & ~0x20);
    else if (code_point && code_point < 0x80 && strchr(special, c))
        buf_printf(out, "\\%c", c);
    else
        buf_add(out, bytes);
}

static bool regex_parts(struct applying *x, const struct sigma_value *v, const struct sigma_test *t,
                        bool brackets, struct buf *out)
{
    buf_add(out, S("\\A"));
    for (uint32_t i = 0; i < t->string.count; i++) {
        str text = t->string.parts[i].text;
        switch (t->string.parts[i].kind) {
        case PART_TEXT:
            while (text.n)
                regex_letter(out, &text, brackets);
            break;
        case PART_MANY:
            buf_add(out, S(".*"));
            break;
        case PART_ONE:
            buf_add(out, S("."));
            break;
        case PART_DASH:
            buf_add(out, S("[-/\xE2\x80\x93\xE2\x80\x94\xE2\x80\x95]"));
            break;
        case PART_PLACEHOLDER:
            return err_set_at(x->e, v->line, v->column,
                              "the placeholder %%" STR_FMT "%% cannot become a regex; replace it "
                              "in an earlier transformation",
                              STR_ARG(text));
        }
    }
    buf_add(out, S("\\z"));
    return true;
}

static bool regex_test(struct applying *x, const struct call *c, const struct sigma_value *v,
                       const struct sigma_test *t, struct test_list *out, bool *ret_changed)
{
    struct buf pattern CLEANUP(buf_done) = buf_make(REGEX_PATTERN_MAX);
    str method = call_text(c, 0, S("ignore_case_brackets"));

    if (!test_is_string(t) || t->string.count == 0)
        return true;
    if (!regex_parts(x, v, t, str_eq(method, S("ignore_case_brackets")) && !t->cased, &pattern))
        return false;
    if (pattern.overflow)
        return err_set_at(x->e, v->line, v->column, "the regex has more than %d bytes",
                          REGEX_PATTERN_MAX);
    struct sigma_test *room = test_list_add(out, x->arena);
    *room = (struct sigma_test){.op = SIGMA_REGEX, .regex_flags = REGEX_DOTALL};
    if (str_eq(method, S("ignore_case_flag")) && !t->cased)
        room->regex_flags |= REGEX_IGNORECASE;
    sigma_string_literal(arena_str(x->arena, buf_str(&pattern)), x->arena, &room->string);
    *ret_changed = true;
    return modifier_complete_regex(room, v->line, v->column, x->arena, x->e);
}

static const struct parameter regex_parameters[] = {
    {S("method"), PARAMETER_TEXT, false, S("plain ignore_case_flag ignore_case_brackets")},
};
const struct transformation transformation_regex = {
    .name = "regex",
    .parameters = regex_parameters,
    .parameter_count = countof(regex_parameters),
    .test = regex_test,
};

/* ------------------------------------------------------------ set_value, convert_type, case */

static bool set_value_prepare(struct preparing *p, struct call *c)
{
    str type = call_text(c, 1, S(""));
    struct sigma_test *t = arena_alloc(p->arena, sizeof *t);
    double number;

    if (str_eq(type, S("num"))) {
        struct yaml_node bare = *c->values[0];
        bare.quoted = false;
        if (!yaml_is_number(&bare, &number))
            return err_set_at(p->e, bare.line, bare.column, "'" STR_FMT "' is no number",
                              STR_ARG(bare.text));
        *t = test_of_scalar(&bare, false, p->arena);
    } else {
        *t = test_of_scalar(c->values[0], str_eq(type, S("str")), p->arena);
    }
    c->prepared = t;
    return true;
}

static bool set_value_test(struct applying *x, const struct call *c, const struct sigma_value *v,
                           const struct sigma_test *t, struct test_list *out, bool *ret_changed)
{
    (void)v;
    (void)t;
    *test_list_add(out, x->arena) = *(const struct sigma_test *)c->prepared;
    *ret_changed = true;
    return true;
}

static const struct parameter set_value_parameters[] = {
    {S("value"), PARAMETER_TEXT, true, {0}},
    {S("force_type"), PARAMETER_TEXT, false, S("str num")},
};
const struct transformation transformation_set_value = {
    .name = "set_value",
    .parameters = set_value_parameters,
    .parameter_count = countof(set_value_parameters),
    .prepare = set_value_prepare,
    .test = set_value_test,
};

static bool convert_type_test(struct applying *x, const struct call *c, const struct sigma_value *v,
                              const struct sigma_test *t, struct test_list *out, bool *ret_changed)
{
    bool to_number = str_eq(c->values[0]->text, S("num"));
    struct sigma_test converted = *t;
    struct yaml_node bare = {.kind = YAML_SCALAR};

    if (t->op != SIGMA_MATCH || t->scalar == (to_number ? SCALAR_NUMBER : SCALAR_STRING))
        return true;
    converted.scalar = SCALAR_STRING;
    if (to_number) {
        bool literal = sigma_string_is_literal(&t->string, &bare.text);
        if (!literal || !yaml_is_number(&bare, &converted.number))
            return err_set_at(x->e, v->line, v->column, "'" STR_FMT "' cannot become a number",
                              STR_ARG(sigma_string_plain(&t->string, x->arena)));
        converted.scalar = SCALAR_NUMBER;
    }
    *test_list_add(out, x->arena) = converted;
    *ret_changed = true;
    return true;
}

static const struct parameter convert_type_parameters[] = {
    {S("target_type"), PARAMETER_TEXT, true, S("str num")},
};
const struct transformation transformation_convert_type = {
    .name = "convert_type",
    .parameters = convert_type_parameters,
    .parameter_count = countof(convert_type_parameters),
    .test = convert_type_test,
};

static bool case_test(struct applying *x, const struct call *c, const struct sigma_value *v,
                      const struct sigma_test *t, struct test_list *out, bool *ret_changed)
{
    str method = call_text(c, 0, S("lower"));
    struct sigma_test changed = *t;

    (void)v;
    if (!test_is_string(t))
        return true;
    changed.string.parts = arena_array(x->arena, t->string.count, sizeof *changed.string.parts);
    for (uint32_t i = 0; i < t->string.count; i++) {
        changed.string.parts[i] = t->string.parts[i];
        if (t->string.parts[i].kind == PART_TEXT)
            changed.string.parts[i].text = case_text(method, t->string.parts[i].text, x->arena);
    }
    *test_list_add(out, x->arena) = changed;
    *ret_changed = true;
    return true;
}

static const struct parameter case_parameters[] = {
    {S("method"), PARAMETER_TEXT, false, S("lower upper snake_case")},
};
const struct transformation transformation_case = {
    .name = "case",
    .parameters = case_parameters,
    .parameter_count = countof(case_parameters),
    .test = case_test,
};
