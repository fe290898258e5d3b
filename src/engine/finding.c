#include "engine/finding.h"

struct finding finding_of(const struct entity_finder *finder, const struct event *ev,
                          const char *format, struct arena *a)
{
    const struct entities found = entity_find(finder, ev, a);

    return (struct finding){
        .event = ev,
        .file = ev->from.file,
        .record = ev->from.record,
        .format = format,
        .host = found.host,
        .user = found.user,
        .entities = found.items,
        .entity_count = found.count,
    };
}
