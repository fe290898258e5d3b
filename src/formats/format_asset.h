/* format_asset.h - the pattern files of content/formats, embedded when the program is built
 * (tools/embed-formats). */
#pragma once

#include "base/str.h"

struct format_asset {
    const char *name; /* of the file */
    str text;         /* without its tests */
};

extern const struct format_asset format_assets[];
extern const uint32_t format_asset_count;
