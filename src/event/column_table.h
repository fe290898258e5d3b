/* column_table.h - a short way to write the tables of kind.h: rows of TO(), then END. For the .c
 * files that hold such tables. */
#pragma once

#include "event/kind.h"

#define TO(field_name, column_id, via_id)                                                          \
    {                                                                                              \
        .field = S(field_name), .column = COLUMN_##column_id, .via = VIA_##via_id                  \
    }
#define END                                                                                        \
    {                                                                                              \
        .field = S("")                                                                             \
    }
#define ALWAYS(column_id, text)                                                                    \
    {                                                                                              \
        .value = S(text), .column = COLUMN_##column_id                                             \
    }
#define ALWAYS_END                                                                                 \
    {                                                                                              \
        .value = S("")                                                                             \
    }
