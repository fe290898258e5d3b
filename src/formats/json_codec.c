/* json_codec.c - ASCII by the tiers of simd/json_text.h, the rest by text/json.h. */
#include "formats/json_codec.h"

#include "simd/simd.h"
#include "text/json.h"
#include "text/utf8.h"

enum { BRACES = 2 };

static bool is_braced(const struct field *f)
{
    return f->flags >> FIELD_CODING_SHIFT == JSON_CODING_BRACED;
}

/* An invalid byte becomes three, and folding may make each of them two; the text stands behind what
 * it is folded to. */
static size_t json_room(const struct field *f)
{
    size_t text = json_unescape_room(f->value.n);

    return UTF8_FOLD_GROWTH * text + text + BRACES;
}

static size_t read(const struct field *f, bool fold, char *out)
{
    size_t n;

    if (simd_best()->json_text(f->value.p, f->value.n, fold, out, &n))
        return n;
    if (!fold)
        return json_unescape(f->value, out);
    char *text = out + UTF8_FOLD_GROWTH * json_unescape_room(f->value.n);
    return utf8_fold_str((str){text, json_unescape(f->value, text)}, out);
}

static size_t read_braced(const struct field *f, bool fold, char *out)
{
    if (!is_braced(f))
        return read(f, fold, out);
    size_t n = read(f, fold, out + 1);
    out[0] = '{';
    out[n + 1] = '}';
    return n + BRACES;
}

static size_t json_codec_text(const struct field *f, char *out)
{
    return read_braced(f, false, out);
}

static size_t json_codec_folded(const struct field *f, char *out)
{
    return read_braced(f, true, out);
}

const struct value_codec json_codec = {json_room, json_codec_text, json_codec_folded};
