/*
 * cisco_mnemonic.h - what begins each message of Cisco's systems: "%SEC_LOGIN-5-LOGIN_SUCCESS: ",
 * "%ASA-6-302013: ", "%ASA-session-3-106102: ", "%ASA-4-401004 ". Private to dialect/.
 */
#pragma once

#include "message/dialect.h"

struct cisco_mnemonic {
    str facility; /* "SEC_LOGIN", "ASA" */
    str suffix;   /* "session", or empty */
    str module;   /* both: "IP-TCP" */
    str level;    /* a digit, 0..7 */
    str code;     /* "LOGIN_SUCCESS", "302013" */
    str text;     /* behind it */
};

/* Of the message's text; or, where the envelope took it for the program, of that. */
bool cisco_mnemonic_read(const struct message *m, struct cisco_mnemonic *ret);
/* How syslog calls the level: "warning". */
str cisco_level_name(str level);
/* "0:02:04", "0h:01m:52s", "10:00:00": as nanoseconds in decimal; empty when it is none. */
str cisco_duration(str text, struct arena *a);
/* "0200.0000.0001" and "02-00-00-00-00-01" as "02:00:00:00:00:01"; empty when it is neither. */
str cisco_mac(str text, struct arena *a);
