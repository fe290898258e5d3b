/* rule_block.c - a head of 64 bytes, then what freeze() makes of the rules. */
#include "engine/rule_block.h"

#include "base/mem.h"
#include "simd/simd.h"

#include <stdlib.h>

enum { BLOCK_FORMAT = 1 }; /* is raised when the same layout comes to mean something else */

static const char magic[8] = "tocsinR";

struct head {
    char magic[8];
    uint64_t layout, size; /* of the structs; of the block in bytes, with this head */
    uint8_t key[SHA256_BYTES];
    uint32_t format, checksum; /* the CRC of all bytes, taken with 0 in its place */
};
_Static_assert(sizeof(struct head) == RULE_BLOCK_HEAD_BYTES, "what follows it is aligned");
_Static_assert(RULE_BLOCK_HEAD_BYTES % FREEZE_ALIGN == 0, "what follows it is aligned");

static const struct freeze_member ready_members[] = {
    FREEZE_ONE_OF(struct ready_rules, rules, &freeze_ruleset),
    FREEZE_ONE_OF(struct ready_rules, compiled, &freeze_compiled_rules),
    FREEZE_MAYBE_OF(struct ready_rules, profile, &freeze_profile),
};

/* The rules are those that were compiled. */
static bool check_ready(const void *element)
{
    const struct ready_rules *r = element;

    return r->rules->count == r->compiled->rule_count;
}

static const struct freeze_type ready_type = {
    "ready_rules", sizeof(struct ready_rules), 0,
    ready_members, countof(ready_members),     check_ready};
static const struct freeze_type *const roots[] = {&ready_type};

void ready_rules_done(struct ready_rules *r)
{
    compiled_rules_free(r->compiled);
    profile_free(r->profile);
    ruleset_free(r->rules); /* the last: the others may lie in its block */
    *r = (struct ready_rules){0};
}

static uint32_t checksum_of(const char *block, size_t size)
{
    const struct simd *simd = simd_best();
    struct head head;

    memcpy(&head, block, sizeof head);
    head.checksum = 0;
    uint32_t crc = simd->checksum(0, (const char *)&head, sizeof head);
    return simd->checksum(crc, block + sizeof head, size - sizeof head);
}

void rule_block_seal(char *block, size_t size)
{
    uint32_t checksum = checksum_of(block, size);

    memcpy(block + offsetof(struct head, checksum), &checksum, sizeof checksum);
}

bool rule_block_write(const struct ready_rules *r, const uint8_t key[SHA256_BYTES], struct buf *out,
                      struct err *e)
{
    const struct freeze_root root = {&ready_type, r};
    struct head head = {.format = BLOCK_FORMAT, .layout = freeze_layout(roots, countof(roots))};
    size_t begin = out->n;

    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.key, key, sizeof head.key);
    buf_add(out, (str){(const char *)&head, sizeof head});
    if (!freeze(&root, 1, out, e))
        return false;
    head.size = out->n - begin;
    memcpy(out->p + begin, &head, sizeof head);
    rule_block_seal(out->p + begin, head.size);
    return true;
}

static bool is_usable(const char *block, size_t size, const uint8_t key[SHA256_BYTES])
{
    struct head head;

    if (size < sizeof head)
        return false;
    memcpy(&head, block, sizeof head);
    return memcmp(head.magic, magic, sizeof magic) == 0 && head.format == BLOCK_FORMAT &&
           head.layout == freeze_layout(roots, countof(roots)) && head.size == size &&
           memcmp(head.key, key, sizeof head.key) == 0 && head.checksum == checksum_of(block, size);
}

bool rule_block_read(char *block, size_t size, const uint8_t key[SHA256_BYTES],
                     struct ready_rules *ret)
{
    struct err e = {0};
    void *root = NULL;

    *ret = (struct ready_rules){0};
    if (!is_usable(block, size, key) ||
        !thaw(block + sizeof(struct head), size - sizeof(struct head), roots, countof(roots), &root,
              &e)) {
        free(block);
        return false;
    }
    const struct ready_rules *thawed = root;
    ret->rules = ruleset_thawed(thawed->rules, block);
    ret->compiled = compiled_rules_thawed(thawed->compiled);
    ret->profile = thawed->profile ? profile_thawed(thawed->profile) : NULL;
    if (ret->compiled)
        return true;
    ready_rules_done(ret);
    return false;
}
