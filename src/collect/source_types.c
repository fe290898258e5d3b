/* source_types.c - the table of sources.def. */
#include "collect/source_type.h"

#define SOURCE(name) extern const struct source_type source_type_##name;
#include "collect/sources.def"
#undef SOURCE

const struct source_type *const source_types[] = {
#define SOURCE(name) &source_type_##name,
#include "collect/sources.def"
#undef SOURCE
};
const size_t source_type_count = countof(source_types);

const struct source_type *source_type_find(str name)
{
    for (size_t i = 0; i < source_type_count; i++)
        if (str_eq(str_from(source_types[i]->name), name))
            return source_types[i];
    return NULL;
}
