/*
 * windows.h - what Windows events mean, whatever wrote them down: EVTX, XML, or the JSON of many
 * shippers. All come with the names that Windows itself gives (Provider_Name, EventID, Channel,
 * Computer and EventData's own); the sorts of event are rows of windows_events.def.
 */
#pragma once

#include "event/kind.h"

extern const struct kind kind_windows;
