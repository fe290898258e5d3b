/* column_table.h - how the tables of columns in this folder are written. Private to message/. */
#pragma once

#include "event/column_table.h"

#define END_OF_TABLE END
/* A row of a rule's name and the product's. */
#define AS(rule_name, native_name) RENAMED(rule_name, native_name)
