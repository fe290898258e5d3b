/*
 * provenance.h - where an event came from, so that a finding can be checked
 * against the evidence and an action knows how far to trust it.
 */
#pragma once

#include "base/str.h"

/* How far a source's word goes: only the first two may start an action (see DESIGN, Response). */
enum trust { TRUST_SYSTEM, TRUST_AUTHENTICATED, TRUST_PROPOSE, TRUST_EVIDENCE };

const char *trust_name(enum trust t); /* "system", "authenticated", "propose", "evidence" */

struct provenance {
    str file;        /* as found; members of collections as "a.zip!b/c.evtx"; empty when live */
    uint32_t source; /* the stream's number within the run */
    enum trust trust;
    uint64_t record; /* EventRecordID, line from 1, or index from 0: see struct format */
    uint64_t offset; /* of the record's first byte in the decompressed stream */
    bool recovered;  /* found outside the live part of a file, such as EVTX slack */
};
