/*
 * web_request.h - an HTTP request as probes are recognized in it: a path's parts, and whether
 * they are of a kind that visitors of a site do not ask for.
 */
#pragma once

#include "behave/observation.h"

enum web_probe_class {
    WEB_MISSING,   /* what is not there, not allowed or no request at all */
    WEB_SENSITIVE, /* dot files, copies, keys, dumps */
    WEB_BACKDOOR,  /* files of the names of web shells */
    WEB_ADMIN,     /* consoles of administration that are not there */
    WEB_PLUGIN,    /* parts of WordPress that are not there */
    WEB_AUTHOR,    /* authors of WordPress by number */
    WEB_TRAVERSAL, /* paths that leave the site's folder */
    WEB_PAGE,      /* any page: not pictures, styles, fonts or scripts */
    WEB_PROBE_CLASSES
};

enum { WEB_TARGET_MAX = 2048 /* bytes of a target that are looked at */ };

/* Bits of web_probe_class. */
uint32_t web_request_classes(const struct observation *o, int64_t status);

/* Does the last part of the path have an ending of pictures, styles and the like? */
bool web_is_static(str path);
/* Is the path one where names and passwords are sent to? */
bool web_is_login(str path);

/* What was asked for, as far as the record has it: path and query in one, or as it stands. */
str web_target(const struct observation *o);
