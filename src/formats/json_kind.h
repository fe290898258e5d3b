/* json_kind.h - kinds that several shapes share. Private to formats/. */
#pragma once

#include "event/kind.h"

/* JSON whose product is not known: columns by their own names (ECS) and by those in common use. */
extern const struct kind kind_json;
/* Documents of the Elastic Common Schema and of OCSF: what they say themselves. */
extern const struct kind kind_ecs, kind_ocsf;
