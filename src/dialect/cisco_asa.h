/* cisco_asa.h - the kind that those of Cisco's firewalls have for a base. Private to dialect/. */
#pragma once

#include "event/kind.h"

extern const struct kind kind_cisco_asa;
