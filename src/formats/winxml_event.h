/*
 * winxml_event.h - one Windows event in XML, as Event Viewer, wevtutil, Windows
 * event collectors and Sysmon for Linux write it, with the flat names that EVTX
 * gives: System's elements by name and their attributes as Element_Attribute,
 * EventData's values by their Name without blanks, UserData's by element.
 */
#pragma once

#include "event/event.h"
#include "text/xml.h"

struct winxml_sink {
    const void *ctx;
    void (*add)(const void *ctx, struct field f);
};

/* Reads the first element of `text` and what is in it; false with *ret_why and *ret_at (a byte of
 * text) when it is broken, after the fields before were added. */
bool winxml_event_read(str text, struct arena *a, const struct winxml_sink *sink,
                       const char **ret_why, size_t *ret_at) MUST_USE;

/* A name without its blanks: "Threat Name" is ThreatName. */
str winxml_name(str name, struct arena *a);
