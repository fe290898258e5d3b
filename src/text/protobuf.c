#include "text/protobuf.h"

enum { VARINT_BYTES_MAX = 10 };

static bool read_varint(str *s, uint64_t *ret)
{
    *ret = 0;
    for (uint32_t i = 0; i < VARINT_BYTES_MAX && i < s->n; i++) {
        uint8_t byte = (uint8_t)s->p[i];
        *ret |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            *s = str_from_at(*s, i + 1);
            return true;
        }
    }
    return false;
}

static bool read_fixed(str *s, size_t n, uint64_t *ret)
{
    *ret = 0;
    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++)
        *ret |= (uint64_t)(uint8_t)s->p[i] << (8 * i);
    *s = str_from_at(*s, n);
    return true;
}

static bool read_bytes(str *s, str *ret)
{
    uint64_t n;

    if (!read_varint(s, &n) || n > s->n)
        return false;
    *ret = (str){s->p, (size_t)n};
    *s = str_from_at(*s, (size_t)n);
    return true;
}

static bool read_value(str *s, struct protobuf_field *f)
{
    switch (f->wire) {
    case PROTOBUF_VARINT:
        return read_varint(s, &f->value);
    case PROTOBUF_I64:
        return read_fixed(s, 8, &f->value);
    case PROTOBUF_BYTES:
        return read_bytes(s, &f->bytes);
    case PROTOBUF_I32:
        return read_fixed(s, 4, &f->value);
    }
    return false;
}

bool protobuf_next(struct protobuf *p, struct protobuf_field *ret)
{
    uint64_t key;

    *ret = (struct protobuf_field){0};
    if (p->rest.n == 0 || p->broken)
        return false;
    p->broken = true;
    if (!read_varint(&p->rest, &key) || key >> 3 == 0 || key >> 3 > (1u << 29) - 1)
        return false;
    ret->number = (uint32_t)(key >> 3);
    ret->wire = (enum protobuf_wire)(key & 7);
    p->broken = !read_value(&p->rest, ret);
    return !p->broken;
}
