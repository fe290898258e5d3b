#include "collect/tail_set.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

static uint32_t bucket_of(uint64_t dev, uint64_t ino)
{
    return (uint32_t)(hash_mix(dev, ino) % TAIL_SET_BUCKETS);
}

void tail_set_done(struct tail_set *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        tail_file_free(s->files[i]);
    free(s->files);
    *s = (struct tail_set){0};
}

static void link_file(struct tail_set *s, struct tail_file *f)
{
    struct tail_file **at = &s->buckets[bucket_of(f->id.dev, f->id.ino)];

    f->next_same = *at;
    *at = f;
}

static void unlink_file(struct tail_set *s, const struct tail_file *f, uint64_t dev)
{
    struct tail_file **at = &s->buckets[bucket_of(dev, f->id.ino)];

    while (*at != f)
        at = &(*at)->next_same;
    *at = f->next_same;
}

void tail_set_add(struct tail_set *s, struct tail_file *f)
{
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 16;
        s->files = mem_resize(s->files, s->capacity, sizeof(struct tail_file *));
    }
    s->files[s->count++] = f;
    link_file(s, f);
}

void tail_set_remove_at(struct tail_set *s, uint32_t i)
{
    struct tail_file *f = s->files[i];

    unlink_file(s, f, f->id.dev);
    s->files[i] = s->files[--s->count];
    tail_file_free(f);
}

void tail_set_rekey(struct tail_set *s, struct tail_file *f, uint64_t old_dev)
{
    unlink_file(s, f, old_dev);
    link_file(s, f);
}

struct tail_file *tail_set_find(const struct tail_set *s, uint64_t dev, uint64_t ino)
{
    struct tail_file *f = s->buckets[bucket_of(dev, ino)];

    while (f && (f->id.dev != dev || f->id.ino != ino || f->id.kind == FILE_ENDED))
        f = f->next_same;
    return f;
}

struct tail_file *tail_set_find_renumbered(const struct tail_set *s, const struct file_identity *id,
                                           const char *path)
{
    for (uint32_t i = 0; i < s->count; i++) {
        struct tail_file *f = s->files[i];
        if (f->id.ino == id->ino && f->id.born_ns == id->born_ns && id->born_ns &&
            f->id.kind != FILE_ENDED && f->seen == 0 && str_eq(f->path, str_from(path)))
            return f;
    }
    return NULL;
}

uint32_t tail_set_generation(const struct tail_set *s, uint64_t dev, uint64_t ino)
{
    uint32_t generation = 0;

    for (const struct tail_file *f = s->buckets[bucket_of(dev, ino)]; f; f = f->next_same)
        if (f->id.dev == dev && f->id.ino == ino && f->id.generation >= generation)
            generation = f->id.generation + 1;
    return generation;
}
