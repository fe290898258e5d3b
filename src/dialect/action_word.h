/* action_word.h - the words with which firewalls and gateways say what they did to traffic, and how
 * a logon ended. Private to dialect/. */
#pragma once

#include "event/kind.h"

/* "accept", "Allowed", "pass": a success. "deny", "blocked", "Drop", "reset-both", "failure": a
 * failure. Case does not matter. OUTCOME_UNTOLD for all else. */
enum outcome action_outcome(str word);
/* For refine: what became of the traffic, with ECS's "allowed" or "denied" as the type. */
void action_settle(struct columns *c, str word);
/* For refine: network.bytes and network.packets where only both ways are told. */
void traffic_bytes(struct columns *c, struct arena *a);
/* "tcp/https" is the transport and the protocol, "tcp/50000" the transport and a port. */
void protocol_split(struct columns *c);
