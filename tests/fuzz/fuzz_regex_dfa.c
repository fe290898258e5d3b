/*
 * A flag byte, a pattern, a NUL and a subject: the automaton, where it takes the pattern, has the
 * answer of PCRE2's interpreter, twice; and what it finds is found in the folded subject.
 */
#include "../regex_oracle.h"

#include "text/regex_dfa.h"

enum { PATTERN_BYTES_MAX = 128, SUBJECT_BYTES_MAX = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_folded(const struct regex_nfa *n, str subject)
{
    char bytes[UTF8_FOLD_GROWTH * SUBJECT_BYTES_MAX];
    str folded = {bytes, utf8_fold_str(subject, bytes)};

    if (!n || (n->places && !utf8_valid(folded)))
        return;
    struct regex_dfa *d = regex_dfa_new(n);
    assert(regex_dfa_search(d, folded));
    regex_dfa_free(d);
}

static bool compare(const struct regex_nfa *n, const struct regex_oracle *o, str subject)
{
    struct regex_dfa *d = regex_dfa_new(n);
    bool found = regex_dfa_search(d, subject);
    enum regex_result want = REGEX_GAVE_UP;

    assert(regex_dfa_search(d, subject) == found);
    if (!n->places || utf8_valid(subject))
        want = regex_oracle_search(o, subject);
    assert(want == REGEX_GAVE_UP || found == (want == REGEX_YES));
    regex_dfa_free(d);
    return want == REGEX_YES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 1 ? memchr(data + 1, '\0', size - 1) : NULL;

    if (!end || end - data > PATTERN_BYTES_MAX)
        return 0;
    str pattern = {(const char *)data + 1, (size_t)(end - data) - 1};
    str subject = {(const char *)end + 1, size - pattern.n - 2};
    uint32_t flags = data[0] & (REGEX_I | REGEX_M | REGEX_S);
    if (subject.n > SUBJECT_BYTES_MAX)
        return 0;

    struct regex_nfa *n = regex_nfa_new(pattern, flags);
    if (!n)
        return 0;
    struct regex_oracle o = regex_oracle_new(pattern, flags);
    if (o.code && compare(n, &o, subject)) {
        struct regex_nfa *folded = regex_nfa_new_folded(pattern, flags);
        compare_folded(folded, subject);
        compare_folded(n->folds ? n : NULL, subject);
        regex_nfa_free(folded);
    }
    regex_oracle_done(&o);
    regex_nfa_free(n);
    return 0;
}
