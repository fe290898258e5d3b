/*
 * regex.c - which engine searches; and PCRE2, 8-bit, compiled to machine code where the library
 * can.
 *
 * The automaton has the pattern when regex_nfa_new() takes it. Assertions next to invalid bytes are
 * not among what it knows, so a subject with such bytes goes to PCRE2 if the pattern has
 * assertions. Both agree but for faults of PCRE2 10.42, where the automaton has the answer of its
 * interpreter without optimisations: the JIT code misses what begins with \W and a character that
 * is not ASCII, and `.*x` is not looked for behind an invalid byte.
 *
 * PCRE2_MATCH_INVALID_UTF lets a subject hold any bytes: the invalid ones split
 * it and only match what is told in the header. Line ends are LF whatever the
 * library was built with. \C is refused, as it would split characters. Without
 * PCRE2_UCP \d, \w and \b are ASCII, as in PCRE2 itself and the engines that
 * rules are written for; (?i) folds all of Unicode.
 *
 * PCRE2's match limit is counted anew at each place where a match may begin, and
 * JIT code counts no loops over single characters; a search may take the cube of
 * the subject's length and more. So a regex is compiled a second time with a
 * callout before each of its items, and subjects that are too long for what the
 * pattern may do with them (regex_cost.h) are searched with that: the callout adds up how far the
 * search has gone and ends it. This costs 2 to 10 times the plain search of a benign subject,
 * microseconds for kilobytes; a hostile one ends after milliseconds instead of hours.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/regex.h"

#include "base/mem.h"
#include "text/regex_cost.h"
#include "text/regex_dfa_cache.h"
#include "text/utf8.h"

#include <pcre2.h>
#include <stdlib.h>

enum {
    JIT_STACK_FIRST_BYTES = 32 * 1024,
    JIT_STACK_BYTES_MAX = 1024 * 1024,
    HEAP_LIMIT_KIB = 32 * 1024, /* of the interpreter's backtracking frames */
};

struct regex {
    const struct regex_nfa *nfa;    /* NULL: PCRE2 searches */
    const struct regex_nfa *folded; /* for folded text; NULL: nothing is known of it */
    pcre2_code *code, *counted;     /* `counted` is NULL when it is never needed */
    size_t plain;                   /* bytes of a subject that need no counting */
    uint32_t least;                 /* characters of a match: no shorter subject has one */
};

/* What a search has done: one step for each item that was tried, one for each byte gone ahead. */
struct work {
    size_t at, done, most;
};

struct regex_state {
    pcre2_match_context *context, *counting;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
    struct work work;
    struct regex_dfa_cache *automata;
};

static int count_work(pcre2_callout_block *block, void *data)
{
    struct work *w = data;

    w->done += 1 + (block->current_position > w->at ? block->current_position - w->at : 0);
    w->at = block->current_position;
    return w->done > w->most ? PCRE2_ERROR_CALLOUT : 0;
}

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

static pcre2_code *compile(str pattern, uint32_t options, bool quick, struct err *e)
{
    int code;
    PCRE2_SIZE offset;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);

    if (!context)
        abort(); /* as mem.h: out of memory */
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n,
                                         options, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!compiled) {
        refuse(e, code, offset);
        return NULL;
    }
    if (quick)
        (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE); /* else the interpreter does it */
    return compiled;
}

static bool is_short(str pattern, struct err *e)
{
    if (pattern.n > REGEX_PATTERN_MAX)
        return err_set(e, ERR_LIMIT, "the regex has %zu bytes, more than %d", pattern.n,
                       REGEX_PATTERN_MAX);
    return true;
}

bool regex_check(str pattern, uint32_t flags, struct err *e)
{
    pcre2_code *code = is_short(pattern, e) ? compile(pattern, options_of(flags), false, e) : NULL;

    pcre2_code_free(code);
    return code != NULL;
}

struct regex *regex_new(str pattern, uint32_t flags, struct err *e)
{
    if (!is_short(pattern, e))
        return NULL;
    struct regex r = {.nfa = regex_nfa_new(pattern, flags)};
    bool needed = !r.nfa || r.nfa->places; /* does PCRE2 search? */
    r.code = compile(pattern, options_of(flags), needed, e);
    if (r.code && needed)
        r.counted = compile(pattern, options_of(flags) | PCRE2_AUTO_CALLOUT, true, e);
    if (!r.code || (needed && !r.counted)) {
        pcre2_code_free(r.code);
        regex_nfa_free(r.nfa);
        return NULL;
    }
    if (r.nfa)
        r.folded = r.nfa->folds ? regex_nfa_share(r.nfa) : regex_nfa_new_folded(pattern, flags);
    if (pcre2_pattern_info(r.code, PCRE2_INFO_MINLENGTH, &r.least) != 0)
        r.least = 0;
    r.plain = regex_plain_bytes(pattern, REGEX_WORK_FIXED);
    struct regex *owned = mem_alloc(sizeof *owned);
    *owned = r;
    return owned;
}

void regex_free(struct regex *r)
{
    if (!r)
        return;
    pcre2_code_free(r->code);
    pcre2_code_free(r->counted);
    regex_nfa_free(r->nfa);
    regex_nfa_free(r->folded);
    free(r);
}

static pcre2_match_context *context_new(pcre2_jit_stack *stack, uint32_t match_limit)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);

    if (!context)
        abort(); /* as mem.h: out of memory */
    pcre2_set_match_limit(context, match_limit);
    pcre2_set_depth_limit(context, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
    if (stack)
        pcre2_jit_stack_assign(context, NULL, stack);
    return context;
}

struct regex_state *regex_state_new(void)
{
    struct regex_state *s = mem_alloc(sizeof *s);

    s->data = pcre2_match_data_create(1, NULL);
    if (!s->data)
        abort(); /* as mem.h: out of memory */
    s->stack = pcre2_jit_stack_create(JIT_STACK_FIRST_BYTES, JIT_STACK_BYTES_MAX, NULL);
    s->context = context_new(s->stack, REGEX_MATCH_LIMIT);
    s->counting = context_new(s->stack, UINT32_MAX); /* count_work() ends it */
    pcre2_set_callout(s->counting, count_work, &s->work);
    s->automata = regex_dfa_cache_new();
    return s;
}

void regex_state_free(struct regex_state *s)
{
    if (!s)
        return;
    pcre2_jit_stack_free(s->stack);
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    pcre2_match_context_free(s->counting);
    regex_dfa_cache_free(s->automata);
    free(s);
}

static int search(const struct regex *r, struct regex_state *s, str subject, uint32_t options)
{
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.n ? subject.p : "");

    if (subject.n <= r->plain)
        return pcre2_match(r->code, text, subject.n, 0, options, s->data, s->context);
    s->work = (struct work){.most = REGEX_WORK_FIXED + REGEX_WORK_PER_BYTE * subject.n};
    return pcre2_match(r->counted, text, subject.n, 0, options, s->data, s->counting);
}

enum regex_result regex_search(const struct regex *r, struct regex_state *s, str subject)
{
    if (subject.n < r->least)
        return REGEX_NO;
    if (r->nfa && (!r->nfa->places || utf8_valid(subject)))
        return regex_dfa_cache_search(s->automata, r->nfa, subject) ? REGEX_YES : REGEX_NO;
    int rc = search(r, s, subject, 0);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter has more room */
        rc = search(r, s, subject, PCRE2_NO_JIT);
    if (rc >= 0)
        return REGEX_YES;
    return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GAVE_UP;
}

bool regex_may_find(const struct regex *r, struct regex_state *s, str folded)
{
    if (!r->folded || (r->folded->places && !utf8_valid(folded)))
        return true;
    return regex_dfa_cache_search(s->automata, r->folded, folded);
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
