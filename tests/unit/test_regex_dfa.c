/*
 * The automaton for regular patterns: what it understands and what it leaves to PCRE2, that both
 * give the same answers, and that what it remembers changes none.
 */
#include "../regex_oracle.h"

#include "text/regex_dfa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    PATTERNS = 4000, /* that are generated */
    SUBJECTS = 16,   /* for each */
    PATTERN_BYTES = 512,
    SUBJECT_BYTES = 512,
    SEED = 20261124,
};

struct fact {
    const char *pattern;
    uint32_t flags;
    str subject;
    bool found;
};

static bool search(const struct fact *f)
{
    const struct regex_nfa *n = regex_nfa_new(str_from(f->pattern), f->flags);

    if (!n)
        fail_msg("'%s' is refused", f->pattern);
    struct regex_dfa *d = regex_dfa_new(n);
    bool found = regex_dfa_search(d, f->subject);
    if (regex_dfa_search(d, f->subject) != found) /* now that its states are there */
        fail_msg("'%s' gives another answer the second time", f->pattern);
    regex_nfa_free(n); /* the automaton shares it */
    regex_dfa_free(d);
    return found;
}

static void check(const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = &facts[i];
        if (search(f) != f->found)
            fail_msg("'%s' with flags %u is %sfound in '" STR_FMT "'", f->pattern, f->flags,
                     f->found ? "not " : "", STR_ARG(f->subject));
        if (!utf8_valid(f->subject))
            continue;
        struct regex_oracle o = regex_oracle_new(str_from(f->pattern), f->flags);
        if ((regex_oracle_search(&o, f->subject) == REGEX_YES) != f->found)
            fail_msg("PCRE2 has another answer for '%s'", f->pattern);
        regex_oracle_done(&o);
    }
}

static void repetitions_and_alternatives_are_counted(void **state)
{
    static const struct fact facts[] = {
        {"ab{2,3}c", 0, S("abc"), false},       {"ab{2,3}c", 0, S("abbc"), true},
        {"ab{2,3}c", 0, S("abbbc"), true},      {"ab{2,3}c", 0, S("abbbbc"), false},
        {"x(ab|c)+y", 0, S("xabcaby"), true},   {"x(ab|c)+y", 0, S("xy"), false},
        {"x(?:ab|c)*y", 0, S("xy"), true},      {"x(ab|c){3}y", 0, S("xabcy"), false},
        {"(a{2}){3}b", 0, S("aaaaaab"), true},  {"(a{2}){3}b", 0, S("aaaaab"), false},
        {"(a|b|)c", 0, S("c"), true},           {"x{", 0, S("ax{"), true},
        {"(a*)*b", 0, S("aaac"), false},        {"(a+|b?)+c{10,}$", 0, S("ccccccccc"), false},
        {".{10}", 0, S("123456789"), false},    {".{10}", 0, S("1234567890"), true},
        {".{9}x", 0, S("12\n3456789x"), false}, {".{9}x", 0, S("12\n123456789x"), true},
    };

    (void)state;
    check(facts, countof(facts));
}

static void anchors_know_the_ends_and_the_lines(void **state)
{
    static const struct fact facts[] = {
        {"^b", 0, S("ab"), false},
        {"^b", 0, S("a\nb"), false},
        {"^b", REGEX_M, S("a\nb"), true},
        {"(^|/)b", 0, S("a/b"), true},
        {"(^|/)b", 0, S("ab"), false},
        {"a$", 0, S("a\n"), true},
        {"a$", 0, S("a\n\n"), false},
        {"a$", REGEX_M, S("a\n\n"), true},
        {"a\\z", 0, S("a\n"), false},
        {"a\\Z", REGEX_M, S("a\nb"), false},
        {"^$", 0, S(""), true},
        {"^$", 0, S("\n"), true},
        {"(?m)^$", 0, S("a\n"), false}, /* no line begins behind the last LF */
        {"(?m)^$", 0, S("a\n\n"), true},
        {"(?m:^)b|c\\z", 0, S("cb"), false},
        {"\\bset\\b", 0, S("a set."), true},
        {"\\bset\\b", 0, S("reset."), false},
        {"a\\Bb", 0, S("ab"), true},
        {"\xC3\xA9\\b", 0, S("\xC3\xA9"), false}, /* words are ASCII */
        {"^\\B$", 0, S("\xC3\xA9"), false},
        {"", 0, S(""), true},
    };

    (void)state;
    check(facts, countof(facts));
}

static void classes_and_dots_take_characters(void **state)
{
    static const struct fact facts[] = {
        {"^.$", 0, S("\xC3\xA9"), true},
        {"^..$", 0, S("\xC3\xA9"), false},
        {"a.b", 0, S("a\nb"), false},
        {"a.b", REGEX_S, S("a\nb"), true},
        {"a\\Nb", REGEX_S, S("a\nb"), false},
        {"a.b", 0, S("a\rb"), true},
        {"[^a]", 0, S("a\n"), true},
        {"[]a]x", 0, S("]x"), true},
        {"[^]a]x", 0, S("]x"), false},
        {"[\\w-]{3}", 0, S("a-_"), true},
        {"[a\\-c]{2}", 0, S("b-"), false},
        {"\\s", 0, S("\x0B"), true},
        {"\\s", 0, S("\xC2\xA0"), false},
        {"\\d", 0, S("\xD9\xA1"), false},
        {"\\W", 0, S("\xC3\xA9"), true},
        {"[\\x41-\\x{43}]", 0, S("B"), true},
        {"[\\x{e9}-\\x{4e2d}]x", 0, S("\xE4\xB8\xADx"), true},
        {"[\\x{e9}-\\x{4e2d}]x", 0, S("\xE4\xB8\xAEx"), false},
        {"\xF0\x9F\x98\x80{2}", 0, S("\xF0\x9F\x98\x80\xF0\x9F\x98\x80"), true},
        {"a\\x00b", 0, S("a\0b"), true},
    };

    (void)state;
    check(facts, countof(facts));
}

static void case_folds_as_unicode_does(void **state)
{
    static const struct fact facts[] = {
        {"abc", 0, S("aBc"), false},
        {"abc", REGEX_I, S("aBc"), true},
        {"a(?i)b", 0, S("aB"), true},
        {"a(?i)b", 0, S("AB"), false},
        {"(a(?i)b|c)d", 0, S("Cd"), true}, /* to the end of the group, its alternatives too */
        {"(a(?i)b|c)d", 0, S("CD"), false},
        {"(?i:a)b", 0, S("AB"), false},
        {"(?i)a(?-i)b", 0, S("AB"), false},
        {"(?i)k", 0, S("\xE2\x84\xAA"), true}, /* KELVIN SIGN */
        {"(?i)[^k]", 0, S("\xE2\x84\xAA"), false},
        {"(?i)[r-t]", 0, S("\xC5\xBF"), true}, /* LATIN SMALL LETTER LONG S */
        {"k", 0, S("\xE2\x84\xAA"), false},
        {"(?i)\\w", 0, S("\xC5\xBF"), false},
    };

    (void)state;
    check(facts, countof(facts));
}

static void invalid_bytes_match_nothing_and_hide_nothing(void **state)
{
    static const struct fact facts[] = {
        {"a.b", REGEX_S,
         S("a\xFF"
           "b"),
         false},
        {"a[^x]b", 0,
         S("a\xC3"
           "b"),
         false},
        {"\\W", 0, S("a\x80\xFF\xE2\x82"), false},
        {"evil", 0, S("\xFF\xFE evil \xC3"), true},
        {".*evil", REGEX_S, S("\xFF evil"), true},
        {"\xC3\xA9", 0, S("\xE2\x82\xC3\xA9"), true}, /* behind a character that was cut off */
        {".", 0, S("\xED\xA0\x80\xC0\xAF\xF4\x90\x80\x80"), false},
        {"\\+.*\\+", 0, S("+ \x80 +"), false},
        {"", 0, S("\xFF"), true},
    };

    (void)state;
    check(facts, countof(facts));
}

static void what_is_not_regular_or_not_sure_is_left_to_pcre2(void **state)
{
    static const char *const patterns[] = {
        "(a)\\1",
        "(?=a)b",
        "(?<!a)b",
        "(?>a+)b",
        "a++b",
        "(?i)\xC3\xA9",
        "(*UCP)\\w",
        "a(?#b)",
        "(?x)a b",
        "\\Qa.\\E",
        "\\pL",
        "\\Ra",
        "\\X",
        "(?R)?a",
        "a\\Kb",
        "\\Ga",
        "[[:alpha:]]",
        "\\07",
        "(?|a|b)",
        "a$b|c",
        "b(a$)?c",
        "\\cA",
        "a{,3}",
        "\\x4",
        "(?(1)a|b)",
        "(?i)[a-\\xff]",
        "[\\w-a]",
        "a{2}{3}",
        "(?U)a+",
        "\\h",
        "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((a)))))))))))))))))))))))))"
        ")))))"
        "))))))))))))))))))))))))))))))))))))",
        "(?:[a-z]{1000}x){5}",
    };

    (void)state;
    for (size_t i = 0; i < countof(patterns); i++) {
        struct regex_nfa *n = regex_nfa_new(str_from(patterns[i]), 0);
        if (n)
            fail_msg("'%s' is not refused", patterns[i]);
    }
    assert_null(regex_nfa_new(S("a"), REGEX_ANCHORED_BOTH));
}

/* ------------------------------------------------------------ against PCRE2 */

struct made {
    char bytes[SUBJECT_BYTES];
    size_t n, room;
};

static uint32_t below(uint64_t *seed, uint32_t bound)
{
    *seed ^= *seed << 13; /* xorshift64 */
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)((*seed >> 32) * bound >> 32);
}

static void put(struct made *m, const char *text)
{
    size_t n = strlen(text);

    if (m->n + n > m->room)
        return;
    memcpy(m->bytes + m->n, text, n);
    m->n += n;
}

#define PUT_ONE(made, seed, table) put(made, (table)[below(seed, countof(table))])

static void make_atom(struct made *m, uint64_t *seed)
{
    static const char *const atoms[] = {
        "a",
        "b",
        "c",
        "k",
        "s",
        "A",
        "S",
        "\\.",
        "x",
        "\\n",
        "\n",
        "\xC3\xA9",
        "\xE6\x97\xA5",
        ".",
        ".*",
        ".+",
        "\\w",
        "\\d",
        "\\s",
        "\\W",
        "\\S",
        "\\D",
        "[ab]",
        "[^a]",
        "[a-c]",
        "[\\w-]",
        "[^\\s]",
        "\\x41",
        "\\x{e9}",
        "[^\\n]",
        "_",
        " ",
        "1",
        "\\N",
        "[^\\w.]",
        "[\\x{17f}k]",
        "\xF0\x9F\x98\x80",
        "[^\xC3\xA9]",
        "[b-t]",
        "[^k]",
        "[^a]*",
        "[^\\x{e0}-\\x{2030}]",
    };
    static const char *const places[] = {"^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z"};
    static const char *const counts[] = {"*",  "+",  "?",  "{2}", "{1,3}", "{0,2}", "{2,}",
                                         "*?", "+?", "??", "{9}", "{8,}",  "{1}",   "{3,4}?"};

    if (below(seed, 12) == 0) {
        PUT_ONE(m, seed, places);
        return;
    }
    PUT_ONE(m, seed, atoms);
    if (m->bytes[m->n - 1] != '*' && m->bytes[m->n - 1] != '+' && below(seed, 3) == 0)
        PUT_ONE(m, seed, counts);
}

/* Groups are closed with or without a count, and hold one or two alternatives. */
static void make_pattern(struct made *m, uint64_t *seed)
{
    static const char *const opens[] = {"(", "(?:", "(?i:", "(?s:", "(?m:", "(?i)(", "(?s-i:"};
    static const char *const closes[] = {")", ")", ")*", ")+", ")?", "){2}", "){1,2}"};
    uint32_t items = 1 + below(seed, 7), open = 0;

    *m = (struct made){.room = PATTERN_BYTES - 64}; /* the rest is for what closes groups */
    for (uint32_t i = 0; i < items; i++) {
        uint32_t what = below(seed, 12);
        if (what == 0 && open < 4) {
            PUT_ONE(m, seed, opens);
            open++;
        }
        make_atom(m, seed);
        if (what == 1)
            put(m, "|");
        if (what == 2 && open) {
            PUT_ONE(m, seed, closes);
            open--;
        }
    }
    m->room = PATTERN_BYTES;
    for (; open; open--)
        PUT_ONE(m, seed, closes);
}

static void make_subject(struct made *m, uint64_t *seed)
{
    static const char *const pieces[] = {
        "a",
        "b",
        "c",
        "k",
        "s",
        "A",
        "x",
        "\n",
        "\xC3\xA9",
        "\xE6\x97\xA5",
        " ",
        "1",
        /* and what is rare */
        "K",
        "S",
        "-",
        "_",
        ".",
        "\t",
        "\x0B",
        "\xF0\x9F\x98\x80",
        "\xE2\x84\xAA",
        "\xC5\xBF",
        "aaaaaaaaaaaa",
        "                                        ",
        "\xFF",
        "\xC3",
        "\x80",
        "\xE2\x82",
        "\xF0\x9F",
        "\xED\xA0\x80",
    };
    uint32_t count = below(seed, below(seed, 4) ? 9 : 70);

    *m = (struct made){.room = SUBJECT_BYTES};
    for (uint32_t i = 0; i < count; i++)
        put(m, pieces[below(seed, below(seed, 3) ? 12 : (uint32_t)countof(pieces))]);
}

struct tally {
    uint32_t pairs, found, folded;
};

/* What is found in a text is found in the folded text by the pattern that is made for it. */
static void compare_folded(const struct regex_nfa *n, str pattern, str text)
{
    char bytes[UTF8_FOLD_GROWTH * SUBJECT_BYTES];
    str folded = {bytes, utf8_fold_str(text, bytes)};

    if (n->places && !utf8_valid(folded))
        return;
    struct regex_dfa *d = regex_dfa_new(n);
    if (!regex_dfa_search(d, folded))
        fail_msg("'" STR_FMT "' is not found in the folded '" STR_FMT "'", STR_ARG(pattern),
                 STR_ARG(text));
    regex_dfa_free(d);
}

static void compare(const struct regex_nfa *n, const struct regex_oracle *o, str pattern,
                    uint32_t flags, uint64_t *seed, struct tally *t)
{
    struct regex_dfa *d = regex_dfa_new(n);
    struct regex_nfa *folded = regex_nfa_new_folded(pattern, flags);

    for (uint32_t i = 0; i < SUBJECTS; i++) {
        struct made subject;
        make_subject(&subject, seed);
        str text = {subject.bytes, subject.n};
        if (n->places && !utf8_valid(text))
            continue;
        enum regex_result want = regex_oracle_search(o, text);
        if (want == REGEX_GAVE_UP)
            continue;
        bool found = regex_dfa_search(d, text);
        if (found != (want == REGEX_YES))
            fail_msg("'" STR_FMT "' with flags %u is %sfound in '" STR_FMT "'", STR_ARG(pattern),
                     flags, found ? "" : "not ", STR_ARG(text));
        if (found && folded)
            compare_folded(folded, pattern, text);
        if (found && n->folds)
            compare_folded(n, pattern, text);
        t->pairs++;
        t->found += found;
        t->folded += folded != NULL;
    }
    regex_nfa_free(folded);
    regex_dfa_free(d);
}

static void generated_patterns_find_what_they_find_with_pcre2(void **state)
{
    uint64_t seed = SEED;
    struct tally t = {0};
    uint32_t accepted = 0, valid = 0;

    (void)state;
    for (uint32_t i = 0; i < PATTERNS; i++) {
        struct made made;
        make_pattern(&made, &seed);
        str pattern = {made.bytes, made.n};
        uint32_t flags = below(&seed, 4) ? 0 : below(&seed, 8);
        struct regex_oracle o = regex_oracle_new(pattern, flags);
        struct regex_nfa *n = o.code ? regex_nfa_new(pattern, flags) : NULL;
        valid += o.code != NULL;
        accepted += n != NULL;
        if (n)
            compare(n, &o, pattern, flags, &seed, &t);
        regex_nfa_free(n);
        regex_oracle_done(&o);
    }
    print_message("%u patterns of %u, %u pairs, %u found\n", accepted, valid, t.pairs, t.found);
    assert_true(t.folded > t.pairs / 2);
    assert_true(accepted > valid / 2);
    assert_true(t.found > t.pairs / 10 && t.found < t.pairs * 9 / 10);
}

/* ------------------------------------------------------------ what it remembers */

/* Two letters and 14 steps back need 2^15 states, more than there may be. */
static void states_that_were_forgotten_are_made_again(void **state)
{
    enum { BYTES = 200 * 1000, BACK = 15 };
    const struct regex_nfa *n = regex_nfa_new(S("a[ab]{14}c"), 0);
    struct regex_dfa *d = regex_dfa_new(n);
    char *text = malloc(BYTES);
    uint64_t seed = SEED;

    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        for (size_t i = 0; i < BYTES; i++)
            text[i] = below(&seed, 2) ? 'a' : 'b';
        text[BYTES - 1] = 'c';
        text[BYTES - 1 - BACK] = round % 2 ? 'a' : 'b';
        assert_int_equal(regex_dfa_search(d, (str){text, BYTES}), round % 2);
        assert_true(regex_dfa_bytes(d) < 2 * REGEX_DFA_BYTES_MAX);
    }
    free(text);
    regex_dfa_free(d);
    regex_nfa_free(n);
}

static void rules_need_few_states(void **state)
{
    static const char *const patterns[] = {".{1000,}", "\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+",
                                           "\\s[a-fA-F0-9]{64}\\s[a-fA-F0-9]{16}"};
    char text[8192];
    uint64_t seed = SEED;

    (void)state;
    for (size_t i = 0; i < countof(patterns); i++) {
        const struct regex_nfa *n = regex_nfa_new(str_from(patterns[i]), 0);
        struct regex_dfa *d = regex_dfa_new(n);
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = "+ 0aF\nx{"[below(&seed, 8)];
        (void)regex_dfa_search(d, (str){text, sizeof text});
        assert_true(regex_dfa_bytes(d) < 256 * 1024);
        regex_dfa_free(d);
        regex_nfa_free(n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repetitions_and_alternatives_are_counted),
        cmocka_unit_test(anchors_know_the_ends_and_the_lines),
        cmocka_unit_test(classes_and_dots_take_characters),
        cmocka_unit_test(case_folds_as_unicode_does),
        cmocka_unit_test(invalid_bytes_match_nothing_and_hide_nothing),
        cmocka_unit_test(what_is_not_regular_or_not_sure_is_left_to_pcre2),
        cmocka_unit_test(generated_patterns_find_what_they_find_with_pcre2),
        cmocka_unit_test(states_that_were_forgotten_are_made_again),
        cmocka_unit_test(rules_need_few_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
