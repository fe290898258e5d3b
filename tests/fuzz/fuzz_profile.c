/*
 * A profile from any bytes: it is refused with a reason, or every share that is
 * asked of it lies above 0 and not above 1, also of texts out of its own grams.
 */
#include "detect/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct profile_field *f, str text)
{
    double contains = profile_share_contains(f, text), is = profile_share_is(f, text);

    assert(contains > 0 && contains <= 1);
    assert(is >= 0 && is <= 1);
}

static void ask_all(const struct profile *p, const struct profile_field *f)
{
    assert(profile_field(p, f->name) == f);
    for (uint32_t i = 0; i < f->gram_count; i++) {
        ask(f, (str){f->grams[i].bytes, PROFILE_GRAM});
        ask(f, (str){f->grams[i].bytes, i % PROFILE_GRAM});
    }
    for (uint32_t i = 0; i < f->common_count; i++)
        ask(f, f->commons[i].text);
    ask(f, S("\\mimikatz.exe"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profile *p = NULL;
    struct err e = {0};
    bool ok = profile_read((str){(const char *)data, size}, &p, &e);

    assert(ok == (e.code == ERR_NONE) && ok == (p != NULL));
    for (uint32_t i = 0; ok && i < p->field_count; i++)
        ask_all(p, &p->fields[i]);
    profile_free(p);
    return 0;
}
