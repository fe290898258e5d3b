/* checksum_portable.c - by the table of base/crc32.c. */
#include "simd/checksum.h"

#include "base/crc32.h"

uint32_t checksum_portable(uint32_t crc, const char *bytes, size_t n)
{
    return crc32_of(crc, (str){bytes, n});
}
