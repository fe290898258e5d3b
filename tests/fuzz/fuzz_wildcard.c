/*
 * Values from any bytes. Parsing agrees with a second reading of the escapes
 * that is as plain as the specification's sentence, the source text of a value
 * parses to the same value, and modifiers keep the normal form.
 */
#include "sigma/build.h"
#include "sigma/encode.h"
#include "sigma/modifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_special(char c)
{
    return c == '*' || c == '?' || c == '\\';
}

/* Walks source and parts side by side. */
static void check_against_source(str source, const struct sigma_string *s)
{
    uint32_t part = 0;
    size_t at = 0; /* in the part's text */

    for (size_t i = 0; i < source.n; i++) {
        bool escaped = source.p[i] == '\\' && i + 1 < source.n && is_special(source.p[i + 1]);
        char c = source.p[escaped ? ++i : i];
        if (part < s->count && s->parts[part].kind == PART_TEXT && at == s->parts[part].text.n) {
            part++;
            at = 0;
        }
        if (!escaped && (c == '*' || c == '?')) {
            if (c == '*' && part > 0 && s->parts[part - 1].kind == PART_MANY && at == 0)
                continue; /* two stars are one */
            assert(part < s->count && at == 0);
            assert(s->parts[part].kind == (c == '*' ? PART_MANY : PART_ONE));
            part++;
            continue;
        }
        assert(part < s->count && s->parts[part].kind == PART_TEXT);
        assert(s->parts[part].text.p[at] == c);
        at++;
    }
    assert(part == s->count || (part + 1 == s->count && at == s->parts[part].text.n));
}

static void check_equal(const struct sigma_string *a, const struct sigma_string *b)
{
    assert(a->count == b->count);
    for (uint32_t i = 0; i < a->count; i++)
        assert(a->parts[i].kind == b->parts[i].kind && str_eq(a->parts[i].text, b->parts[i].text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(1 << 16);
    str source = {(const char *)data, size};
    struct sigma_string s, again;

    sigma_string_parse(source, a, &s);
    check_against_source(source, &s);
    sigma_string_parse(sigma_string_text(&s, a), a, &again);
    check_equal(&s, &again);

    sigma_string_open(&again, true, true, a);
    assert(again.parts[0].kind == PART_MANY && again.parts[again.count - 1].kind == PART_MANY);
    encode_windash(&again, a);
    again = s;
    modifier_find_placeholders(&again, a);
    again = s;
    encode_utf16(&again, UTF16_BOM, a);
    for (uint32_t shift = 0; shift < 3; shift++)
        assert(encode_base64_shifted(source, shift, a).n <= encode_base64(source, a).n + 4);
    return 0;
}
