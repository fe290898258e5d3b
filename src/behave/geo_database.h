/*
 * geo_database.h - where an address is, by a database in the format of MaxMind DB 2.0
 * (https://maxmind.github.io/MaxMind-DB/): GeoLite2 and GeoIP2 City, Country and ASN, and others of
 * that format with the same names in it.
 *
 * The file is mapped, so that what several behaviours open is in memory once. It is replaced by
 * renaming another over it, never by writing into it. Nothing in it is believed: every offset is
 * checked and every look-up is bounded.
 */
#pragma once

#include "text/ip.h"

enum { GEO_COUNTRY_MAX = 3 };

struct geo_place {
    str country;                /* ISO 3166, "DE"; empty: not told. In the database */
    str city;                   /* its English name; may be empty */
    str network_owner;          /* the autonomous system's; may be empty */
    uint32_t autonomous_system; /* its number; 0: not told */
    bool has_point;
    double latitude, longitude, accuracy_km; /* degrees; accuracy_km: 0 when it is not told */
};

struct geo_database;

struct geo_database *geo_database_open(const char *path, struct err *e) MUST_USE;
/* The same from bytes, which are borrowed. */
struct geo_database *geo_database_of(str bytes, struct err *e) MUST_USE;
void geo_database_close(struct geo_database *d); /* NULL is a no-op */

/* False: it is not in it. */
bool geo_database_find(const struct geo_database *d, const struct ip *ip, struct geo_place *ret);

/* Kilometres between two places, on a sphere of the Earth's mean radius (haversine). */
double geo_distance_km(const struct geo_place *a, const struct geo_place *b);
