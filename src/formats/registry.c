/* registry.c - the table of formats, and recognition by content. */
#include "formats/format.h"

#define FORMAT(name) extern const struct format format_##name;
#include "formats/formats.def"
#undef FORMAT

const struct format *const formats[] = {
#define FORMAT(name) &format_##name,
#include "formats/formats.def"
#undef FORMAT
};
const size_t format_count = countof(formats);

const struct format *format_sniff(str head)
{
    const struct format *best = NULL;
    int best_score = 0;

    for (size_t i = 0; i < format_count; i++) {
        int score = formats[i]->sniff(head);
        assert(score >= 0 && score <= 100);
        if (score > best_score) {
            best = formats[i];
            best_score = score;
        }
    }
    return best;
}

const struct format *format_find(str name)
{
    for (size_t i = 0; i < format_count; i++)
        if (str_eq(name, str_from(formats[i]->name)))
            return formats[i];
    return NULL;
}
