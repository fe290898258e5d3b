/* suhosin.c - Suhosin, which hardens PHP:
 * "ALERT - ... (attacker '192.0.2.7', file '/srv/www/index.php', line 7)". The address is taken
 * from the last place, as names of variables stand before it. */
#include "dialect/web_error.h"

static const struct kind kind_attack = WEB_ERROR_KIND(attack, "suhosin", NULL);

static const struct template_row rows[] = {
    {"ALERT - {reason*} (attacker '{src_ip:ip}', file '{file*}'[[, line {line:int}||]])",
     &kind_attack},
    {"ALERT - {reason*}", &kind_attack},
};

const struct dialect dialect_suhosin = {
    .name = "suhosin",
    .summary = "Suhosin for PHP: attacks it stopped",
    .sample = "Nov 24 10:00:00 web1 suhosin[712]: ALERT - configured GET variable value length "
              "limit exceeded - dropped variable 'a' (attacker '192.0.2.7', file "
              "'/srv/www/index.php')",
    .kind = &kind_attack,
    .programs = {S("suhosin"), S("suhosin7")},
    .templates = rows,
    .template_count = countof(rows),
};
