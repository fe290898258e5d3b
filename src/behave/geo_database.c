#include "behave/geo_database.h"

#include "base/io.h"
#include "base/mem.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    METADATA_MAX = 128 * 1024, /* from the end of the file */
    SEPARATOR = 16,            /* between tree and data */
    V4_BITS = 96,
    ADDRESS_BITS = 128,
    STEPS_MAX = 4096, /* values that one look-up may pass */
    POINTERS_MAX = 4, /* one after the other */
};

enum data_type {
    DATA_EXTENDED,
    DATA_POINTER,
    DATA_STRING,
    DATA_DOUBLE,
    DATA_BYTES,
    DATA_UINT16,
    DATA_UINT32,
    DATA_MAP,
    DATA_INT32,
    DATA_UINT64,
    DATA_UINT128,
    DATA_ARRAY,
    DATA_CONTAINER,
    DATA_END,
    DATA_BOOL,
    DATA_FLOAT,
};

struct geo_database {
    str file;    /* all of it */
    bool mapped; /* it is ours */
    str data;    /* the data section */
    uint32_t nodes, record_bits, v4_node;
    bool is_v6;
};

/* ------------------------------------------------------------ data section */

struct datum {
    uint32_t type, size; /* size: bytes, pairs, elements, or a pointer's target */
    uint32_t at, end;    /* where its bytes or first element are; end: behind those bytes */
};

static uint32_t byte_at(str s, uint32_t at)
{
    return (uint8_t)s.p[at];
}

/* n bytes, the highest first. */
static uint64_t number_at(str s, uint32_t at, uint32_t n)
{
    uint64_t number = 0;

    for (uint32_t i = 0; i < n; i++)
        number = number << 8 | byte_at(s, at + i);
    return number;
}

static bool has(str s, uint64_t at, uint64_t n)
{
    return at <= s.n && n <= s.n - at;
}

static bool read_pointer(str data, uint32_t at, uint32_t control, struct datum *ret)
{
    static const uint32_t offsets[] = {0, 2048, 526336, 0};
    const uint32_t width = (control >> 3 & 3) + 1, high = width == 4 ? 0 : control & 7;

    if (!has(data, at, width))
        return false;
    const uint64_t low = number_at(data, at, width);
    *ret =
        (struct datum){.type = DATA_POINTER,
                       .size = (uint32_t)(((uint64_t)high << 8 * width | low) + offsets[width - 1]),
                       .at = at + width,
                       .end = at + width};
    return true;
}

static bool read_datum(str data, uint32_t at, struct datum *ret)
{
    static const uint32_t bases[] = {29, 285, 65821};

    if (!has(data, at, 1))
        return false;
    const uint32_t control = byte_at(data, at++);
    uint32_t type = control >> 5, size = control & 31;
    if (type == DATA_POINTER)
        return read_pointer(data, at, control, ret);
    if (type == DATA_EXTENDED) {
        if (!has(data, at, 1))
            return false;
        type = byte_at(data, at++) + 7;
    }
    if (size >= 29) {
        const uint32_t width = size - 28;
        if (!has(data, at, width))
            return false;
        size = bases[width - 1] + (uint32_t)number_at(data, at, width);
        at += width;
    }
    const bool holds_bytes = type != DATA_MAP && type != DATA_ARRAY && type != DATA_BOOL;
    *ret = (struct datum){type, size, at, at + (holds_bytes ? size : 0)};
    return type <= DATA_FLOAT && (!holds_bytes || has(data, at, size));
}

/* The value itself, where a pointer stands for it. */
static bool follow(str data, uint32_t at, struct datum *ret)
{
    for (int i = 0; i < POINTERS_MAX; i++) {
        if (!read_datum(data, at, ret))
            return false;
        if (ret->type != DATA_POINTER)
            return true;
        at = ret->size;
    }
    return false;
}

/* The place behind a value with all that is in it. */
static bool skip(str data, uint32_t at, uint32_t *steps, uint32_t *ret)
{
    uint64_t left = 1;

    while (left) {
        struct datum d;
        if (++*steps > STEPS_MAX || !read_datum(data, at, &d))
            return false;
        left--;
        if (d.type == DATA_MAP)
            left += UINT64_C(2) * d.size;
        else if (d.type == DATA_ARRAY)
            left += d.size;
        at = d.end;
    }
    *ret = at;
    return true;
}

/* The value of a key of a map. */
static bool member(str data, const struct datum *map, str key, struct datum *ret)
{
    uint32_t steps = 0, at = map->at;

    if (map->type != DATA_MAP)
        return false;
    for (uint32_t i = 0; i < map->size; i++) {
        struct datum name;
        if (!follow(data, at, &name) || name.type != DATA_STRING || !skip(data, at, &steps, &at))
            return false;
        if (str_eq((str){data.p + name.at, name.size}, key))
            return follow(data, at, ret);
        if (!skip(data, at, &steps, &at))
            return false;
    }
    return false;
}

static bool text_member(str data, const struct datum *map, str key, str *ret)
{
    struct datum d;

    if (!member(data, map, key, &d) || d.type != DATA_STRING)
        return false;
    *ret = (str){data.p + d.at, d.size};
    return true;
}

static bool number_of(str data, const struct datum *d, double *ret)
{
    union {
        uint64_t bits;
        double number;
    } eight;
    union {
        uint32_t bits;
        float number;
    } four;

    if (d->type == DATA_DOUBLE && d->size == 8) {
        eight.bits = number_at(data, d->at, 8);
        *ret = eight.number;
    } else if (d->type == DATA_FLOAT && d->size == 4) {
        four.bits = (uint32_t)number_at(data, d->at, 4);
        *ret = (double)four.number;
    } else if ((d->type == DATA_UINT16 || d->type == DATA_UINT32 || d->type == DATA_UINT64) &&
               d->size <= 8) {
        *ret = (double)number_at(data, d->at, d->size);
    } else {
        return false;
    }
    return isfinite(*ret);
}

static bool number_member(str data, const struct datum *map, str key, double *ret)
{
    struct datum d;

    return member(data, map, key, &d) && number_of(data, &d, ret);
}

/* ------------------------------------------------------------ opening */

/* The number of a metadata field, in limits. */
static bool metadata_number(str metadata, const struct datum *map, str key, double most,
                            uint32_t *ret)
{
    double number;

    if (!number_member(metadata, map, key, &number) || number > most)
        return false;
    *ret = (uint32_t)number;
    return true;
}

/* What stands behind the last marker. */
static bool find_metadata(str file, str *ret)
{
    static const str marker = S("\xAB\xCD\xEFMaxMind.com");
    str rest = str_from_at(file, file.n > METADATA_MAX ? file.n - METADATA_MAX : 0);
    bool found = false;

    for (const char *at = str_find(rest, marker); at; at = str_find(rest, marker)) {
        rest = str_from_at(rest, (size_t)(at - rest.p) + marker.n);
        *ret = rest;
        found = true;
        if (rest.n == 0)
            break;
    }
    return found;
}

static uint32_t record(const struct geo_database *d, uint32_t node, uint32_t bit)
{
    const uint32_t at = node * (d->record_bits / 4);

    switch (d->record_bits) {
    case 24:
        return (uint32_t)number_at(d->file, at + bit * 3, 3);
    case 28: {
        const uint32_t middle = byte_at(d->file, at + 3);
        const uint32_t high = bit ? middle & 15 : middle >> 4;
        return high << 24 | (uint32_t)number_at(d->file, at + bit * 4, 3);
    }
    default:
        return (uint32_t)number_at(d->file, at + bit * 4, 4);
    }
}

static bool read_database(struct geo_database *d, struct err *e)
{
    struct datum map;
    uint32_t version, format;
    str metadata;

    if (!find_metadata(d->file, &metadata) || !read_datum(metadata, 0, &map))
        return err_set(e, ERR_INPUT, "it is no database in MaxMind's format");
    if (!metadata_number(metadata, &map, S("binary_format_major_version"), UINT16_MAX, &format) ||
        format != 2 || !metadata_number(metadata, &map, S("ip_version"), 6, &version) ||
        !metadata_number(metadata, &map, S("node_count"), 1 << 28, &d->nodes) ||
        !metadata_number(metadata, &map, S("record_size"), 32, &d->record_bits) ||
        (d->record_bits != 24 && d->record_bits != 28 && d->record_bits != 32))
        return err_set(e, ERR_INPUT, "the database's metadata are of no version that is known");
    const uint64_t tree = (uint64_t)d->nodes * (d->record_bits / 4);
    if (tree + SEPARATOR > d->file.n || tree > UINT32_MAX || d->file.n - tree > UINT32_MAX)
        return err_set(e, ERR_INPUT, "the database is cut off");
    d->data = str_from_at(d->file, tree + SEPARATOR);
    d->is_v6 = version == 6;
    for (uint32_t i = 0; d->is_v6 && i < V4_BITS && d->v4_node < d->nodes; i++)
        d->v4_node = record(d, d->v4_node, 0);
    return true;
}

struct geo_database *geo_database_of(str bytes, struct err *e)
{
    struct geo_database *d = mem_alloc(sizeof *d);

    d->file = bytes;
    if (!read_database(d, e)) {
        free(d);
        return NULL;
    }
    return d;
}

static bool map_file(int fd, str *ret)
{
    struct stat st;
    struct io io;

    io_init(&io);
    if (io_fstat(&io, IO_rule_read, fd, &st) != 0 || st.st_size <= 0)
        return false;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    *ret = (str){p, (size_t)st.st_size};
    return p != MAP_FAILED;
}

struct geo_database *geo_database_open(const char *path, struct err *e)
{
    struct io io;
    str bytes;

    io_init(&io);
    const int fd = io_openat(&io, IO_rule_open, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    const bool ok = fd >= 0 && map_file(fd, &bytes);
    if (fd >= 0)
        io_close(&io, IO_rule_read, fd);
    if (!ok) {
        err_set(e, ERR_IO, "cannot open the database '%s'", path);
        return NULL;
    }
    struct geo_database *d = geo_database_of(bytes, e);
    if (!d) {
        munmap((void *)(uintptr_t)bytes.p, bytes.n);
        err_wrap(e, "'%s'", path);
        return NULL;
    }
    d->mapped = true;
    return d;
}

void geo_database_close(struct geo_database *d)
{
    if (!d)
        return;
    if (d->mapped)
        munmap((void *)(uintptr_t)d->file.p, d->file.n);
    free(d);
}

/* ------------------------------------------------------------ looking up */

/* The place of the address's data; false: it has none. */
static bool find_data(const struct geo_database *d, const struct ip *ip, uint32_t *ret)
{
    const bool v4 = ip_is_v4(ip);
    uint32_t node = v4 && d->is_v6 ? d->v4_node : 0;

    if (!v4 && !d->is_v6)
        return false;
    for (uint32_t i = v4 ? V4_BITS : 0; i < ADDRESS_BITS && node < d->nodes; i++)
        node = record(d, node, ip->bytes[i / 8] >> (7 - i % 8) & 1);
    if (node <= d->nodes || node - d->nodes < SEPARATOR)
        return false;
    *ret = node - d->nodes - SEPARATOR;
    return true;
}

static void read_country(str data, const struct datum *map, struct geo_place *ret)
{
    static const str names[] = {S("country"), S("registered_country"), S("represented_country")};
    struct datum country;

    for (size_t i = 0; i < countof(names) && ret->country.n == 0; i++)
        if (member(data, map, names[i], &country))
            text_member(data, &country, S("iso_code"), &ret->country);
    if (ret->country.n == 0 || ret->country.n > GEO_COUNTRY_MAX)
        ret->country = (str){0};
}

static void read_point(str data, const struct datum *map, struct geo_place *ret)
{
    struct datum location;

    if (!member(data, map, S("location"), &location))
        return;
    ret->has_point = number_member(data, &location, S("latitude"), &ret->latitude) &&
                     number_member(data, &location, S("longitude"), &ret->longitude) &&
                     fabs(ret->latitude) <= 90 && fabs(ret->longitude) <= 180;
    number_member(data, &location, S("accuracy_radius"), &ret->accuracy_km);
}

bool geo_database_find(const struct geo_database *d, const struct ip *ip, struct geo_place *ret)
{
    struct datum map, city, names;
    double number;
    uint32_t at;

    *ret = (struct geo_place){0};
    if (!find_data(d, ip, &at) || !follow(d->data, at, &map) || map.type != DATA_MAP)
        return false;
    read_country(d->data, &map, ret);
    read_point(d->data, &map, ret);
    if (member(d->data, &map, S("city"), &city) && member(d->data, &city, S("names"), &names))
        text_member(d->data, &names, S("en"), &ret->city);
    if (number_member(d->data, &map, S("autonomous_system_number"), &number) &&
        number <= (double)UINT32_MAX)
        ret->autonomous_system = (uint32_t)number;
    text_member(d->data, &map, S("autonomous_system_organization"), &ret->network_owner);
    return true;
}

double geo_distance_km(const struct geo_place *a, const struct geo_place *b)
{
    static const double earth_km = 6371.0088, radian = M_PI / 180;
    const double half_latitude = sin((b->latitude - a->latitude) * radian / 2);
    const double half_longitude = sin((b->longitude - a->longitude) * radian / 2);
    const double h = half_latitude * half_latitude + cos(a->latitude * radian) *
                                                         cos(b->latitude * radian) *
                                                         half_longitude * half_longitude;

    return 2 * earth_km * asin(sqrt(h < 1 ? h : 1));
}
