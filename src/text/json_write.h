/*
 * json_write.h - writes JSON into a buf. Strings are escaped so that the output
 * is valid UTF-8 JSON whatever bytes go in (invalid bytes become U+FFFD), has no
 * raw control bytes or U+2028/9, and holds no "</" (safe inside an HTML script).
 * Commas and colons are put by the writer.
 */
#pragma once

#include "base/buf.h"

enum { JSON_WRITE_DEPTH_MAX = 32 };

struct json_writer {
    struct buf *out;
    uint32_t depth;
    bool has_item[JSON_WRITE_DEPTH_MAX];
    bool after_key;
    uint8_t indent; /* spaces a level; 0: compact */
};

struct json_writer json_writer_make(struct buf *out, uint8_t indent);
void json_object(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array(struct json_writer *w);
void json_array_end(struct json_writer *w);
void json_key(struct json_writer *w, str key);
void json_str(struct json_writer *w, str value);
void json_u64(struct json_writer *w, uint64_t value);
void json_i64(struct json_writer *w, int64_t value);
void json_double(struct json_writer *w, double value);
void json_bool(struct json_writer *w, bool value);
void json_null(struct json_writer *w);
void json_raw(struct json_writer *w, str value); /* a value that is JSON already */
void json_members(struct json_writer *w,
                  str members); /* "key":value, ... as written without indent */
void json_field_str(struct json_writer *w, str key, str value); /* key and string */
void json_field_u64(struct json_writer *w, str key, uint64_t value);
