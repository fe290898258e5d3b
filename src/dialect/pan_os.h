/*
 * pan_os.h - the fields of Palo Alto Networks' PAN-OS logs by their places in a line of CSV, as
 * "Syslog Field Descriptions" of the PAN-OS administrator's guide lists them (versions 8.1
 * to 11.2), under the names of their variables. New versions append fields; a line that ends
 * earlier has the first ones. Private to dialect/.
 */
#pragma once

#include "event/kind.h"

struct pan_layout {
    str type;    /* the fourth field: "TRAFFIC" */
    str service; /* of the log source: "traffic" */
    const str *names;
    size_t count;
};

extern const struct pan_layout pan_head; /* the first seven fields, of all types */
extern const struct pan_layout pan_config_detailed;
/* What follows them; NULL for a type that is not known. */
const struct pan_layout *pan_layout_find(str type);

/* For refine, of CSV and of JSON: enum activity of a type and subtype; an action's outcome; the
 * address of a URL record, which has no scheme; and "SSH brute force(40015)" as name and number. */
uint8_t pan_activity(str type, str subtype);
void pan_settle(struct columns *c, str action);
void pan_put_url(struct columns *c, str url, struct arena *a);
void pan_split_threat(struct columns *c, struct arena *a);
