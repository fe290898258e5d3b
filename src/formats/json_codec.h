/*
 * json_codec.h - strings of JSON as they stand in a record: the values of events
 * that json_replay.h makes.
 */
#pragma once

#include "event/event.h"

/* In the upper half of the flags. */
enum { JSON_CODING_STRING, JSON_CODING_BRACED /* in braces that the record left out */ };

extern const struct value_codec json_codec;
