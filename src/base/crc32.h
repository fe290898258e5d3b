/* crc32.h - the CRC of IEEE 802.3, as zlib and EVTX have it (reflected polynomial 0xEDB88320). */
#pragma once

#include "base/str.h"

/* The CRC of what crc is the CRC of and then s; start with 0. */
uint32_t crc32_of(uint32_t crc, str s);
