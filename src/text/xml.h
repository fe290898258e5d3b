/*
 * xml.h - reads XML token by token: what Windows and Sysmon events in XML need.
 * No DTD, no external entity, no namespace processing (a prefix stays in the
 * name). Depth is limited by XML_DEPTH_MAX; nothing recurses.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { XML_DEPTH_MAX = 64, XML_ATTRIBUTES_MAX = 64 };

enum xml_token_kind { XML_OPEN, XML_CLOSE, XML_TEXT, XML_END, XML_ERROR };

struct xml_attribute {
    str name, value; /* value is unescaped */
};
struct xml_token {
    enum xml_token_kind kind;
    str name; /* OPEN, CLOSE */
    str text; /* TEXT: unescaped */
    struct xml_attribute attributes[XML_ATTRIBUTES_MAX];
    uint32_t attribute_count;
};
struct xml {
    str text;
    size_t at;
    uint32_t depth;
    bool self_closed; /* private: the last OPEN was <x/>, its CLOSE is due */
    str open[XML_DEPTH_MAX];
    const char *error;
    struct arena *arena;
};
void xml_init(struct xml *x, str text, struct arena *a);
void xml_next(struct xml *x, struct xml_token *ret);
