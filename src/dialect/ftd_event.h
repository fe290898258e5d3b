/* ftd_event.h - FTD's events that are lists of "Name: value": 430001 (intrusion), 430002 and 430003
 * (connection), 430004 and 430005 (file, malware). Private to dialect/. */
#pragma once

#include "message/dialect.h"

/* Reads one; false when the code is none of them. */
bool ftd_event_read(struct message *m, str code, str text);
