/* hole.h - the types of a template's holes: what each takes off the front of a text. Private to
 * message/. */
#pragma once

#include "base/str.h"

enum hole {
    HOLE_WORD,
    HOLE_TEXT,
    HOLE_GREEDY, /* {name*} */
    HOLE_IP,
    HOLE_HOST,
    HOLE_INT,
    HOLE_HEX,
    HOLE_NUM,
    HOLE_QUOTED,
    HOLE_TIME,
    HOLE_ENDPOINT,
};

int hole_type(str name);         /* "ip": HOLE_IP; -1: there is no such type */
bool hole_is_open(uint8_t hole); /* may it end in several places? */
bool hole_is_word(str s);        /* not empty, and without blanks */
bool hole_may_begin(uint8_t hole, uint8_t byte);

/* What a hole that is not open (or a word before a blank) takes off the front of `rest`: the bytes
 * it takes, 0 when none fit, and its value, which may be fewer. */
size_t hole_take(uint8_t hole, str rest, str *ret);

/* The last place of `part` in s; NULL when it is not there. */
const char *hole_find_last(str s, str part);
