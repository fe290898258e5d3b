/*
 * fortinet.h - what Fortinet's products have in common: records of pairs,
 *
 *   date=2026-11-24 time=10:00:00 devname="fw1" devid="FG..." eventtime=1795514400000000000
 *   tz="+0100" logid="0000000013" type="traffic" subtype="forward" level="notice" srcip=192.0.2.7
 * ...
 *
 * with blanks, or in the CSV mode commas, between them. Their log reference guides name the fields,
 * which are the event's. The time is eventtime (seconds, or smaller parts by its length), else date
 * and time with tz. Private to dialect/.
 */
#pragma once

#include "message/dialect.h"

enum fortinet_product {
    FORTINET_NONE,
    FORTINET_GATE,
    FORTINET_PROXY,
    FORTINET_MAIL,
    FORTINET_WEB,
    FORTINET_AUTHENTICATOR,
    FORTINET_DDOS,
};

/* Which product's record a text looks like, by the first of its pairs. */
enum fortinet_product fortinet_product_of(str text);
bool fortinet_read(void *state, struct message *m);
/* The same of a firewall, with the log source fortigate/firewall/TYPE. */
bool fortinet_read_firewall(void *state, struct message *m);
extern const struct column_rule fortinet_columns_any[];
extern const struct kind kind_fortinet_any; /* columns and outcomes of all of them */
