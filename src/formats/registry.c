/* registry.c - the formats that are built in, and recognition by content. */
#include "dialect/dialects.h"
#include "formats/format.h"
#include "formats/json_format.h"
#include "formats/text_format.h"

#define FORMAT(name) extern const struct format format_##name;
#include "formats/formats.def"
#undef FORMAT

#define DIALECT(name) extern const struct dialect dialect_##name;
#include "dialect/dialects.def"
#undef DIALECT

/* A format for each dialect: lines of it, with or without an envelope. */
#define DIALECT(id) static const struct format text_##id = {TEXT_FORMAT(#id, &dialect_##id)};
#include "dialect/dialects.def"
#undef DIALECT

/* A name for the JSON of each product. */
#define PRODUCT(id, what, line)                                                                    \
    static const struct format product_##id = {                                                    \
        .name = #id, .summary = what, .sample = line, JSON_PARTS};
#include "formats/json_products.def"
#undef PRODUCT

static const struct format *const items[] = {
#define FORMAT(name) &format_##name,
#include "formats/formats.def"
#undef FORMAT
#define DIALECT(id) &text_##id,
#include "dialect/dialects.def"
#undef DIALECT
#define PRODUCT(id, what, line) &product_##id,
#include "formats/json_products.def"
#undef PRODUCT
};
const struct format_set formats_builtin = {.items = items, .count = countof(items)};

const struct format *format_sniff(const struct format_set *set, str head)
{
    const struct format *best = NULL;
    int best_score = 0;

    for (size_t i = 0; i < set->count; i++) {
        const struct format *f = set->items[i];
        bool hopeless = f->sniff_most && f->sniff_most <= best_score;
        int score = f->sniff && !hopeless ? f->sniff(f, head) : 0;
        assert(score >= 0 && score <= 100);
        if (score > best_score) {
            best = f;
            best_score = score;
        }
    }
    return best;
}

const struct format *format_find(const struct format_set *set, str name)
{
    for (; set; set = set->more ? set->more(set) : NULL)
        for (size_t i = 0; i < set->count; i++)
            if (str_eq(name, str_from(set->items[i]->name)))
                return set->items[i];
    return NULL;
}

const struct dialect_set *format_dialects(const struct format *f)
{
    return f->dialects ? f->dialects : &dialects_builtin;
}

const char *format_summary(const struct format *f)
{
    return f->dialect ? f->dialect->summary : f->summary;
}

const char *format_sample(const struct format *f)
{
    return f->dialect ? f->dialect->sample : f->sample;
}
