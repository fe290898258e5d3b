/*
 * protobuf.h - reads a message of protocol buffers field by field (the encoding
 * document of protobuf.dev): no schema, no allocation, no recursion. A message
 * within one is a field of bytes, and read with a reader of its own. Groups, which
 * are deprecated, are refused.
 */
#pragma once

#include "base/str.h"

enum protobuf_wire { PROTOBUF_VARINT = 0, PROTOBUF_I64 = 1, PROTOBUF_BYTES = 2, PROTOBUF_I32 = 5 };

struct protobuf {
    str rest;
    bool broken;
};

struct protobuf_field {
    uint32_t number; /* of the field, from 1 */
    enum protobuf_wire wire;
    uint64_t value; /* of a varint, I64 or I32 */
    str bytes;      /* of PROTOBUF_BYTES */
};

static inline struct protobuf protobuf_of(str message)
{
    return (struct protobuf){.rest = message};
}

/* The next field. False at the end, or when what follows is none: then `broken` is set. */
bool protobuf_next(struct protobuf *p, struct protobuf_field *ret);
