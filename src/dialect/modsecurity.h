/*
 * modsecurity.h - what ModSecurity 2 and 3 and Coraza write to a server's error log:
 *
 *   ModSecurity: Access denied with code 403 (phase 2). Pattern match "..." at ARGS:a.
 *     [file "..."] [line "1"] [id "930100"] [msg "..."] [data "..."] [severity "CRITICAL"]
 *     [tag "..."] [hostname "www.example.com"] [uri "/a"] [unique_id "..."]
 *
 * Native names: waf_message, waf_action ("Warning", "Access denied with code 403 (phase 2)"), then
 * rule_file, rule_line, rule_id, rule_rev, rule_msg, rule_data, rule_severity, rule_ver,
 * rule_maturity, rule_accuracy, tag (an array), rule_hostname, uri, unique_id, ref.
 * For message/ and formats/.
 */
#pragma once

#include "message/dialect.h"

/* A rule that matched, and a request that was refused; without a format. */
extern const struct kind modsecurity_matched, modsecurity_denied;

enum modsecurity_answer { MODSECURITY_NONE, MODSECURITY_MATCHED, MODSECURITY_DENIED };

/* Adds the fields of a text that begins with "ModSecurity: " or "Coraza: ". */
enum modsecurity_answer modsecurity_read(struct message *m, str text);
