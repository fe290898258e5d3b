/* report_asset.h - the files of content/report, embedded when the program is built (tools/embed).
 */
#pragma once

#include "base/str.h"

extern const str report_asset_html, report_asset_css, report_asset_js;
