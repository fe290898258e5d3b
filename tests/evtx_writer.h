/*
 * evtx_writer.h - writes EVTX files, for tests and for the demonstration files.
 *
 * Whole events in the flat naming of the EVTX format (Provider_Name, EventID, Image):
 *   w = evtx_writer_new(); evtx_add_event(w, &ev, ...); str file = evtx_finish(w);
 * or a record token by token, for what events do not show: plain XML, nested
 * templates, every value type, and damage. Names and definitions are shared
 * within a chunk as Windows does it; checksums are right.
 *
 * A record must fit into a chunk; what does not is refused by evtx_end_record().
 */
#pragma once

#include "base/buf.h"
#include "event/event.h"
#include "formats/evtx_value.h"

struct evtx_writer;

struct evtx_writer *evtx_writer_new(void) MUST_USE;
void evtx_writer_free(struct evtx_writer *w); /* NULL is a no-op */

/* Adds an event. `user_data` names the element within UserData that the fields stand in; empty:
 * they stand in EventData. False when it does not fit into a chunk or has no EventRecordID. */
bool evtx_add_event(struct evtx_writer *w, const struct event *ev, str user_data) MUST_USE;

/* Ends the chunk; the next record begins another one. */
void evtx_next_chunk(struct evtx_writer *w);
bool evtx_chunk_is_empty(const struct evtx_writer *w);

/* The file. Nothing can be added after it; it is the writer's. */
str evtx_finish(struct evtx_writer *w) MUST_USE;

/* Makes the checksums of a file right again after a change to it. */
void evtx_seal(uint8_t *file, size_t n);

/* Token by token. A record: begin, a fragment (plain elements, or an instance), end. */
void evtx_begin_record(struct evtx_writer *w, uint64_t id, uint64_t filetime);
bool evtx_end_record(struct evtx_writer *w) MUST_USE;
void evtx_fragment(struct evtx_writer *w); /* the header of a fragment */

enum { EVTX_NO_DEPENDENCY = 0xFFFF };
void evtx_open_element(struct evtx_writer *w, str name, uint16_t dependency, bool has_attributes);
void evtx_attribute(struct evtx_writer *w, str name); /* its value follows */
void evtx_text(struct evtx_writer *w, str utf8);
void evtx_cdata(struct evtx_writer *w, str utf8);
void evtx_character(struct evtx_writer *w, uint16_t unit);
void evtx_entity(struct evtx_writer *w, str name);
void evtx_instruction(struct evtx_writer *w, str target, str data);
void evtx_hole(struct evtx_writer *w, uint16_t hole, uint8_t type, bool optional);
void evtx_close_start(struct evtx_writer *w);   /* > */
void evtx_close_empty(struct evtx_writer *w);   /* /> */
void evtx_close_element(struct evtx_writer *w); /* </x> */
void evtx_end_fragment(struct evtx_writer *w);

/* An instance of the template that `key` stands for. True when its definition has to be written
 * here, followed by evtx_end_definition(); then come the values. */
bool evtx_instance(struct evtx_writer *w, str key) MUST_USE;
void evtx_end_definition(struct evtx_writer *w);
void evtx_begin_values(struct evtx_writer *w, uint32_t count);
void evtx_value(struct evtx_writer *w, uint8_t type, const void *bytes, size_t n);
void evtx_string_value(struct evtx_writer *w, str utf8);
void evtx_begin_nested(struct evtx_writer *w); /* the next value is XML; tokens follow */
void evtx_end_nested(struct evtx_writer *w);

void evtx_raw(struct evtx_writer *w, const void *bytes, size_t n);
void evtx_add_utf16(struct buf *out, str utf8);
size_t evtx_at(const struct evtx_writer *w); /* the offset in the chunk */
