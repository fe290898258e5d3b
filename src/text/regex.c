/*
 * regex.c - PCRE2, 8-bit, compiled to machine code where the library can.
 *
 * PCRE2_MATCH_INVALID_UTF lets a subject hold any bytes: the invalid ones split
 * it and only match what is told in the header. Line ends are LF whatever the
 * library was built with. \C is refused, as it would split characters. Without
 * PCRE2_UCP \d, \w and \b are ASCII, as in PCRE2 itself and the engines that
 * rules are written for; (?i) folds all of Unicode.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/regex.h"

#include "base/mem.h"

#include <pcre2.h>
#include <stdlib.h>

enum {
    JIT_STACK_FIRST_BYTES = 32 * 1024,
    JIT_STACK_BYTES_MAX = 1024 * 1024,
    HEAP_LIMIT_KIB = 32 * 1024, /* of the interpreter's backtracking frames */
};

struct regex {
    pcre2_code *code;
};

struct regex_state {
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
};

static bool refuse(struct err *e, int code, PCRE2_SIZE offset)
{
    PCRE2_UCHAR text[128];

    if (pcre2_get_error_message(code, text, sizeof text) < 0 && text[0] == '\0')
        return err_set(e, ERR_INPUT, "regex error %d", code);
    return err_set_at(e, 0, (uint32_t)offset + 1, "regex: %s at character %zu", (const char *)text,
                      (size_t)offset + 1);
}

static uint32_t options_of(uint32_t flags)
{
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;

    if (flags & REGEX_I)
        options |= PCRE2_CASELESS;
    if (flags & REGEX_M)
        options |= PCRE2_MULTILINE;
    if (flags & REGEX_S)
        options |= PCRE2_DOTALL;
    if (flags & REGEX_ANCHORED_BOTH)
        options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    return options;
}

struct regex *regex_new(str pattern, uint32_t flags, struct err *e)
{
    int code;
    PCRE2_SIZE offset;

    if (pattern.n > REGEX_PATTERN_MAX) {
        err_set(e, ERR_LIMIT, "the regex has %zu bytes, more than %d", pattern.n,
                REGEX_PATTERN_MAX);
        return NULL;
    }
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        abort(); /* as mem.h: out of memory */
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n,
                                         options_of(flags), &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!compiled) {
        refuse(e, code, offset);
        return NULL;
    }
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE); /* else the interpreter does it */

    struct regex *r = mem_alloc(sizeof *r);
    r->code = compiled;
    return r;
}

void regex_free(struct regex *r)
{
    if (!r)
        return;
    pcre2_code_free(r->code);
    free(r);
}

struct regex_state *regex_state_new(void)
{
    struct regex_state *s = mem_alloc(sizeof *s);

    s->context = pcre2_match_context_create(NULL);
    s->data = pcre2_match_data_create(1, NULL);
    if (!s->context || !s->data)
        abort(); /* as mem.h: out of memory */
    pcre2_set_match_limit(s->context, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(s->context, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(s->context, HEAP_LIMIT_KIB);
    s->stack = pcre2_jit_stack_create(JIT_STACK_FIRST_BYTES, JIT_STACK_BYTES_MAX, NULL);
    if (s->stack)
        pcre2_jit_stack_assign(s->context, NULL, s->stack);
    return s;
}

void regex_state_free(struct regex_state *s)
{
    if (!s)
        return;
    pcre2_jit_stack_free(s->stack);
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    free(s);
}

enum regex_result regex_search(const struct regex *r, struct regex_state *s, str subject)
{
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.n ? subject.p : "");
    int rc = pcre2_match(r->code, text, subject.n, 0, 0, s->data, s->context);

    if (rc == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter has more room */
        rc = pcre2_match(r->code, text, subject.n, 0, PCRE2_NO_JIT, s->data, s->context);
    if (rc >= 0)
        return REGEX_YES;
    return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GAVE_UP;
}

enum regex_result regex_groups(const struct regex *r, struct regex_state *s, str subject,
                               size_t from, str groups[REGEX_GROUPS_MAX], uint32_t *ret_count)
{
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.n ? subject.p : "");
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(r->code, NULL);

    if (!data)
        abort(); /* as mem.h: out of memory */
    assert(from <= subject.n);
    int rc = pcre2_match(r->code, text, subject.n, from, PCRE2_NO_JIT, data, s->context);
    *ret_count = 0;
    if (rc > 0) {
        const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(data);
        uint32_t count = pcre2_get_ovector_count(data);
        *ret_count = count < REGEX_GROUPS_MAX ? count : REGEX_GROUPS_MAX;
        for (uint32_t i = 0; i < *ret_count; i++) {
            PCRE2_SIZE start = pairs[2 * i], end = pairs[2 * i + 1];
            bool took_part = start != PCRE2_UNSET && start <= end; /* \K may turn them round */
            groups[i] = took_part ? (str){(const char *)text + start, end - start} : (str){0};
        }
    }
    pcre2_match_data_free(data);
    if (rc > 0)
        return REGEX_YES;
    return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GAVE_UP;
}

uint32_t regex_group_count(const struct regex *r)
{
    uint32_t count = 0;

    (void)pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &count);
    return count + 1;
}

/* Row `i` of the pattern's table of names: the group's number and its name. */
static str name_row(const struct regex *r, uint32_t i, uint32_t *ret_group)
{
    PCRE2_SPTR table = NULL;
    uint32_t size = 0;

    (void)pcre2_pattern_info(r->code, PCRE2_INFO_NAMETABLE, &table);
    (void)pcre2_pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    const uint8_t *row =
        table + (size_t)i * size; /* two bytes of number, then the name and a NUL */
    *ret_group = (uint32_t)(row[0] << 8 | row[1]);
    return str_from((const char *)row + 2);
}

uint32_t regex_group_of(const struct regex *r, str name)
{
    uint32_t count = 0, group;

    (void)pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &count);
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(name_row(r, i, &group), name))
            return group;
    return 0;
}

str regex_group_name(const struct regex *r, uint32_t wanted)
{
    uint32_t count = 0, group;

    (void)pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &count);
    for (uint32_t i = 0; i < count; i++) {
        str name = name_row(r, i, &group);
        if (group == wanted)
            return name;
    }
    return S("");
}
