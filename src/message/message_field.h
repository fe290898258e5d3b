/*
 * message_field.h - the name=value words of a message, between separators: sudo's
 * "TTY=pts/0 ; USER=root", the audit log's "arch=c000003e syscall=59". Values may
 * stand in double quotes. For message/ and formats/.
 */
#pragma once

#include "base/str.h"

enum { MESSAGE_FIELDS_MAX = 128 }; /* that are taken of one message */

/* The next one, taken off the front of *text; false when there is no more. */
bool message_field_next(str *text, str *ret_name, str *ret_value);
