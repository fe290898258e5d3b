/*
 * cef_vendor.h - what is known of products that write CEF or LEEF beyond the dictionary of either.
 * Private to dialect/.
 */
#pragma once

#include "message/dialect.h"

/* A row of a table. */
struct cef_vendor {
    str vendor, product;     /* what the header's fields begin with; product may be empty */
    const struct kind *kind; /* NULL: the format's */
    struct logsource source; /* in Sigma's terms; product may be empty: there is none */
    str times[3];            /* fields with the record's time, before the dictionary's */
};

extern const struct kind kind_cef, kind_leef;
/* Columns of CEF's dictionary, and the source addresses of firewalls' rules. */

/* NULL when nothing is known of it. */
const struct cef_vendor *cef_vendor_find(str vendor, str product);
/* The same of a LEEF header. */
const struct cef_vendor *leef_vendor_find(str vendor, str product);
