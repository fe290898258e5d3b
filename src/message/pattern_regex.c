/*
 * pattern_regex.c - PCRE2, 8 bit, anchored at both ends, compiled once for all threads: the first
 * that needs it publishes what it compiled; who comes second throws its own away.
 *
 * Texts are UTF-8, which is checked here and not by PCRE2: the code that PCRE2 10.42 makes for
 * texts that may be invalid misses some characters (\S before U+00B5).
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "message/pattern_regex.h"

#include "base/mem.h"
#include "message/pattern_literal.h"
#include "text/regex_cost.h"
#include "text/utf8.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    JIT_STACK_FIRST_BYTES = 32 * 1024,
    JIT_STACK_BYTES_MAX = 512 * 1024,
    HEAP_LIMIT_KIB = 4 * 1024,
};

struct group_name {
    uint32_t group;
    str name;
};

struct pattern_regex {
    str regex;
    size_t plain; /* bytes of a text that need no counting */
    uint32_t groups;
    uint32_t name_count;
    struct group_name *names; /* slices of `name_bytes` */
    char *name_bytes;
    char literal[PATTERN_LITERAL_MAX];
    uint32_t literal_length;
    pcre2_code *_Atomic code, *_Atomic counted;
};

struct work {
    size_t at, done, most;
};

struct pattern_matcher {
    pcre2_match_context *context, *counting;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
    struct work work;
};

static pcre2_code *compile(str regex, uint32_t options, struct err *e)
{
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR text[128];
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);

    if (!context)
        abort(); /* as mem.h: out of memory */
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)(regex.n ? regex.p : ""), regex.n,
                      PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE | PCRE2_DUPNAMES |
                          PCRE2_ANCHORED | PCRE2_ENDANCHORED | options,
                      &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!compiled) {
        if (pcre2_get_error_message(code, text, sizeof text) < 0)
            text[0] = '\0';
        str rest = str_from_at(regex, offset > 12 ? offset - 12 : 0);
        err_set(e, ERR_INPUT, "regex: %s, near '" STR_FMT "'", (const char *)text,
                (int)(rest.n < 24 ? rest.n : 24), rest.p);
    }
    return compiled;
}

/* Copies the names of groups, whose table goes with the code. */
static void read_names(struct pattern_regex *r, const pcre2_code *code)
{
    PCRE2_SPTR table = NULL;
    uint32_t size = 0, count = 0;

    (void)pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
    (void)pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    (void)pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    r->names = mem_array(count + 1, sizeof *r->names);
    r->name_bytes = mem_array((size_t)count * size + 1, 1);
    for (uint32_t i = 0; i < count; i++) {
        /* two bytes of number, then the name and a NUL */
        const uint8_t *row = table + (size_t)i * size;
        str name = str_from((const char *)row + 2);
        char *kept = r->name_bytes + (size_t)i * size;
        memcpy(kept, name.p, name.n);
        r->names[r->name_count++] =
            (struct group_name){.group = (uint32_t)(row[0] << 8 | row[1]), .name = {kept, name.n}};
    }
}

struct pattern_regex *pattern_regex_new(str regex, struct err *e)
{
    uint32_t captures = 0;
    pcre2_code *code = compile(regex, 0, e);

    if (!code)
        return NULL;
    (void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &captures);
    if (captures + 1 > PATTERN_GROUPS_MAX) {
        pcre2_code_free(code);
        err_set(e, ERR_LIMIT, "more than %d named groups", PATTERN_GROUPS_MAX - 1);
        return NULL;
    }
    struct pattern_regex *r = mem_alloc(sizeof *r);
    r->regex = regex;
    r->plain = regex_plain_bytes(regex, PATTERN_WORK_FIXED);
    r->groups = captures + 1;
    read_names(r, code);
    r->literal_length = (uint32_t)pattern_literal(regex, r->literal, sizeof r->literal);
    pcre2_code_free(code);
    return r;
}

void pattern_regex_free(struct pattern_regex *r)
{
    if (!r)
        return;
    pcre2_code_free(atomic_load(&r->code));
    pcre2_code_free(atomic_load(&r->counted));
    free(r->names);
    free(r->name_bytes);
    free(r);
}

uint32_t pattern_regex_groups(const struct pattern_regex *r)
{
    return r->groups;
}

str pattern_regex_group_name(const struct pattern_regex *r, uint32_t group)
{
    for (uint32_t i = 0; i < r->name_count; i++)
        if (r->names[i].group == group)
            return r->names[i].name;
    return S("");
}

str pattern_regex_literal(const struct pattern_regex *r)
{
    return (str){r->literal, r->literal_length};
}

/* ------------------------------------------------------------ matching */

static int count_work(pcre2_callout_block *block, void *data)
{
    struct work *w = data;

    w->done += 1 + (block->current_position > w->at ? block->current_position - w->at : 0);
    w->at = block->current_position;
    return w->done > w->most ? PCRE2_ERROR_CALLOUT : 0;
}

static pcre2_match_context *context_new(pcre2_jit_stack *stack, uint32_t match_limit)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);

    if (!context)
        abort(); /* as mem.h: out of memory */
    pcre2_set_match_limit(context, match_limit);
    pcre2_set_depth_limit(context, PATTERN_DEPTH_LIMIT);
    pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
    if (stack)
        pcre2_jit_stack_assign(context, NULL, stack);
    return context;
}

struct pattern_matcher *pattern_matcher_new(void)
{
    struct pattern_matcher *m = mem_alloc(sizeof *m);

    m->data = pcre2_match_data_create(PATTERN_GROUPS_MAX, NULL);
    if (!m->data)
        abort(); /* as mem.h: out of memory */
    m->stack = pcre2_jit_stack_create(JIT_STACK_FIRST_BYTES, JIT_STACK_BYTES_MAX, NULL);
    m->context = context_new(m->stack, PATTERN_MATCH_LIMIT);
    m->counting = context_new(m->stack, UINT32_MAX); /* count_work() ends it */
    pcre2_set_callout(m->counting, count_work, &m->work);
    return m;
}

void pattern_matcher_free(struct pattern_matcher *m)
{
    if (!m)
        return;
    pcre2_match_context_free(m->context);
    pcre2_match_context_free(m->counting);
    pcre2_match_data_free(m->data);
    pcre2_jit_stack_free(m->stack);
    free(m);
}

/* The code in *place, compiled now when nobody did yet. It was checked: it compiles. */
static const pcre2_code *code_of(const struct pattern_regex *r, pcre2_code *_Atomic *place,
                                 uint32_t options)
{
    pcre2_code *code = atomic_load_explicit(place, memory_order_acquire), *none = NULL;
    struct err e = {0};

    if (code)
        return code;
    code = compile(r->regex, options, &e);
    if (!code)
        return NULL;
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* else the interpreter does it */
    if (atomic_compare_exchange_strong(place, &none, code))
        return code;
    pcre2_code_free(code);
    return none;
}

static int search(struct pattern_regex *r, struct pattern_matcher *m, str text)
{
    const bool plain = text.n <= r->plain;
    const pcre2_code *code =
        plain ? code_of(r, &r->code, 0) : code_of(r, &r->counted, PCRE2_AUTO_CALLOUT);

    if (!code)
        return PCRE2_ERROR_NOMATCH;
    m->work = (struct work){.most = PATTERN_WORK_FIXED + PATTERN_WORK_PER_BYTE * text.n};
    return pcre2_match(code, (PCRE2_SPTR)text.p, text.n, 0, PCRE2_NO_UTF_CHECK, m->data,
                       plain ? m->context : m->counting);
}

bool pattern_regex_match(struct pattern_regex *r, struct pattern_matcher *m, str text,
                         str groups[PATTERN_GROUPS_MAX])
{
    if (text.n == 0 ||
        (r->literal_length && !memmem(text.p, text.n, r->literal, r->literal_length)))
        return false;
    if (!utf8_valid(text) || search(r, m, text) <= 0)
        return false;
    const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(m->data);
    for (uint32_t i = 0; i < r->groups; i++) {
        PCRE2_SIZE begin = pairs[2 * i], end = pairs[2 * i + 1];
        bool took_part = begin != PCRE2_UNSET && begin <= end; /* \K may turn them round */
        groups[i] = took_part ? (str){text.p + begin, end - begin} : (str){0};
    }
    return true;
}
