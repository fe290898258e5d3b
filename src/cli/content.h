/*
 * content.h - where what ships with tocsin lies: $TOCSIN_CONTENT, or content/
 * beside the build folder the program was started from, or the installed
 * data folder.
 */
#pragma once

#include "base/buf.h"

/* The path of an entry such as "rules". False when there is none. */
bool content_find(const char *entry, struct buf *ret) MUST_USE;
