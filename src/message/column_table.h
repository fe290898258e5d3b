/* column_table.h - how the tables of columns in this folder are written. Private to message/. */
#pragma once

#define TO(field, column, via)                                                                     \
    {                                                                                              \
        S(field), COLUMN_##column, VIA_##via                                                       \
    }
#define END_OF_TABLE                                                                               \
    {                                                                                              \
        .field = S("")                                                                             \
    }
/* A row of a rule's name and the product's. */
#define AS(rule_name, native_name)                                                                 \
    {                                                                                              \
        S(rule_name), S(native_name)                                                               \
    }
