#include "engine/watch.h"

static const struct {
    enum watched_field what;
    str name;
} names[] = {
#define WATCH(what, name) {WATCHED_##what, S(name)},
#include "engine/watched.def"
#undef WATCH
};

void watch_init(struct watch *w)
{
    *w = (struct watch){0};
    for (size_t i = 0; i < countof(names); i++) {
        assert(names[i].name.n <= WATCH_NAME_MAX);
        w->letters[names[i].name.n] |= (uint64_t)1 << (names[i].name.p[0] & 63);
    }
}

void watch_event(const struct watch *w, const struct event *ev, struct watched *ret)
{
    uint8_t rank[WATCHED_COUNT] = {0}; /* row of the name that was found, from 1 */

    *ret = (struct watched){0};
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        if (f->name.n == 0 || f->name.n > WATCH_NAME_MAX ||
            !(w->letters[f->name.n] >> (f->name.p[0] & 63) & 1))
            continue;
        for (size_t row = 0; row < countof(names); row++) {
            if (!str_eq(names[row].name, f->name))
                continue;
            enum watched_field what = names[row].what;
            if (what == WATCHED_CHANNEL)
                ret->channel_last = f->value;
            if (!(f->flags & FIELD_CONTINUES) && (!rank[what] || row + 1 < rank[what])) {
                rank[what] = (uint8_t)(row + 1);
                ret->value[what] = f->value;
            }
            break;
        }
    }
}

_Static_assert(countof(names) < UINT8_MAX, "a row's number fits in a rank");
