/*
 * regex_oracle.h - what a pattern finds by PCRE2's interpreter, without the optimisations that
 * decide before they look. Invalid bytes split a subject: its valid parts are searched one by one,
 * which is right for patterns without assertions.
 */
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/regex.h"
#include "text/utf8.h"

#include <pcre2.h>

enum { ORACLE_MATCH_LIMIT = 200000 };

struct regex_oracle {
    pcre2_code *code; /* NULL: the pattern is wrong */
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static inline struct regex_oracle regex_oracle_new(str pattern, uint32_t flags)
{
    struct regex_oracle o = {0};
    uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_START_OPTIMIZE |
                       PCRE2_NO_AUTO_POSSESS | PCRE2_NO_DOTSTAR_ANCHOR;
    int code;
    PCRE2_SIZE at;
    pcre2_compile_context *compile = pcre2_compile_context_create(NULL);

    options |= flags & REGEX_I ? PCRE2_CASELESS : 0;
    options |= flags & REGEX_M ? PCRE2_MULTILINE : 0;
    options |= flags & REGEX_S ? PCRE2_DOTALL : 0;
    pcre2_set_newline(compile, PCRE2_NEWLINE_LF);
    o.code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n, options, &code, &at,
                           compile);
    pcre2_compile_context_free(compile);
    o.data = pcre2_match_data_create(1, NULL);
    o.context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(o.context, ORACLE_MATCH_LIMIT);
    return o;
}

static inline void regex_oracle_done(struct regex_oracle *o)
{
    pcre2_code_free(o->code);
    pcre2_match_data_free(o->data);
    pcre2_match_context_free(o->context);
}

static inline enum regex_result regex_oracle_part(const struct regex_oracle *o, const char *p,
                                                  size_t n)
{
    int rc = pcre2_match(o->code, (PCRE2_SPTR)(n ? p : ""), n, 0, 0, o->data, o->context);

    if (rc >= 0)
        return REGEX_YES;
    return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GAVE_UP;
}

static inline enum regex_result regex_oracle_search(const struct regex_oracle *o, str subject)
{
    const char *from = subject.p;
    enum regex_result result = REGEX_NO;

    if (utf8_valid(subject))
        return regex_oracle_part(o, subject.p, subject.n);
    for (str rest = subject; result == REGEX_NO;) {
        const char *at = rest.p;
        bool ends = rest.n == 0, invalid = false;
        if (!ends)
            invalid = utf8_next(&rest) == UTF8_REPLACEMENT && rest.p == at + 1;
        if (ends || invalid) {
            result = regex_oracle_part(o, from, (size_t)(at - from));
            from = rest.p;
        }
        if (ends)
            break;
    }
    return result;
}
