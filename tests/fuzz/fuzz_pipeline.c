/*
 * Processing pipelines from any bytes, applied to a rule that has every kind of
 * value: whatever a pipeline makes of it can be resolved or is refused with a
 * reason. A line "===" ends the pipeline; behind it another rule may stand.
 */
#include "sigma/build.h"
#include "sigma/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char usual_rule[] =
    "title: usual\n"
    "id: 4b4d4d6e-6f7b-4a52-9f0e-2f0f7d3b5a11\n"
    "level: high\n"
    "tags: [attack.t1059.001]\n"
    "fields: [Image, User]\n"
    "logsource: {category: process_creation, product: windows}\n"
    "detection:\n"
    "  selection:\n"
    "    Image|endswith: ['\\a.exe', '\\b?.exe']\n"
    "    CommandLine|windash|contains|all: [' -enc ', 'x*y']\n"
    "    Hashes|contains: ['SHA1=5F1CBC3D99558307BC1250D084FA968521482025', 'MD5=0']\n"
    "    User|expand: '%Admins%-%Other%'\n"
    "    ParentImage|fieldref: Image\n"
    "    Id: [1, null, 2.5]\n"
    "  other:\n"
    "    - Field|re: 'a.+b'\n"
    "    - Ip|cidr: 10.0.0.0/8\n"
    "      Name|neq: [x, y]\n"
    "  words: [one, 'two*']\n"
    "  condition: selection and not (other or words)\n";

static void apply(const struct pipelines *p, str text, struct arena *a)
{
    struct yaml_document *documents;
    uint32_t count;
    struct err e = {0};

    if (!yaml_parse(text, a, &documents, &count, &e) || count == 0 || !documents[0].root)
        return;
    struct sigma_rule *rule = rule_parse(documents[0].root, text, S("fuzz.yml"), a, &e);
    if (!rule)
        return;
    bool ok = pipelines_apply(p, rule, a, &e) && rule_resolve(rule, a, &e);
    assert(ok == (e.code == ERR_NONE));
    assert(!ok || rule->expr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(1 << 16);
    struct pipelines *p = pipelines_new(a);
    struct io io;
    struct err e = {0};
    str text = {(const char *)data, size}, rule = {0};
    const char *end = str_find(text, S("\n===\n"));

    io_init(&io);
    if (end) {
        rule = str_from_at(text, (size_t)(end - text.p) + 5);
        text.n = (size_t)(end - text.p);
    }
    bool ok = pipelines_add(p, &io, S("fuzz.yml"), text, &e);
    assert(ok == (e.code == ERR_NONE));
    if (ok) {
        apply(p, (str){usual_rule, sizeof usual_rule - 1}, a);
        apply(p, rule, a);
    }
    pipelines_free(p);
    return 0;
}
