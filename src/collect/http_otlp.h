/*
 * http_otlp.h - OTLP's JSON, turned into the protocol buffers that it stands for
 * (the specification's "JSON Protobuf Encoding": lowerCamelCase names, ids in hex,
 * 64-bit numbers as text or numbers).
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* False: it is no ExportLogsServiceRequest, or *too_many nodes. */
bool otlp_json_read(str text, struct arena *a, struct buf *ret, bool *too_many) MUST_USE;
