/*
 * registered_domain.h - the part of a name that somebody registered: example.co.uk of
 * www.example.co.uk.
 *
 * A name's public ending is its top-level domain; under one of two letters also a second level of
 * the usual words (co, com, ac, gov ...); and those of public_suffixes.def, where hosters and
 * dynamic DNS give out names. It is shorter than the Public Suffix List (MPL-2.0, 250 KB): what it
 * lacks makes a name's owner one label too long or too short, and the counts with it coarser.
 */
#pragma once

#include "base/str.h"

struct registered_domain {
    str domain;    /* "example.co.uk" */
    str label;     /* "example" */
    str subdomain; /* what stands before, without the dot; may be empty */
};

/* Slices of the name. False: it has no such part (one label, an ending alone, an address, or a name
 * of reverse look-up). A dot at the end does not count. */
bool registered_domain(str name, struct registered_domain *ret) MUST_USE;
