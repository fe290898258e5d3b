/*
 * A block of cached rules with changed bytes and the right checksum: it is refused,
 * or what it holds can be matched with. The input is a list of changes, each three
 * bytes of an offset and one of a value, so that a corpus outlives the layout.
 */
#include "../unit/ready_fixture.h"
#include "base/mem.h"

#include <stdlib.h>

enum { CHANGE_BYTES = 4, CHANGES_MAX = 64, EVENTS = 4, BLOCK_MAX = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void change(char *block, size_t size, const uint8_t *data, size_t changes)
{
    for (size_t i = 0; i < changes && i < CHANGES_MAX; i++, data += CHANGE_BYTES) {
        size_t at = (size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2];
        block[RULE_BLOCK_HEAD_BYTES + at % (size - RULE_BLOCK_HEAD_BYTES)] = (char)data[3];
    }
    rule_block_seal(block, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(BLOCK_MAX);
    struct ready_rules rules = ready_of_every_kind(true), back;
    struct err e = {0};

    bool ok = rule_block_write(&rules, ready_key, &bytes, &e);
    assert(ok);
    ready_rules_done(&rules);
    char *block = mem_block(bytes.n);
    memcpy(block, bytes.p, bytes.n);
    change(block, bytes.n, data, size / CHANGE_BYTES);
    if (rule_block_read(block, bytes.n, ready_key, &back)) {
        ready_match(&back, size, EVENTS);
        ready_rules_done(&back);
    } else {
        assert(size >= CHANGE_BYTES); /* as it was written it is good */
    }
    return 0;
}
