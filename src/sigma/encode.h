/*
 * encode.h - the modifiers that rewrite a string's bytes: windash, wide and its
 * kin, base64, base64offset (sigma-appendix-modifiers.md, "String Modifiers").
 */
#pragma once

#include "base/arena.h"
#include "sigma/rule.h"

enum utf16_form { UTF16_LE, UTF16_BE, UTF16_BOM /* FF FE, then little endian */ };

/* Turns the dashes that begin a command line option into PART_DASH. */
void encode_windash(struct sigma_string *s, struct arena *a);

/* Texts become UTF-16; wildcards stay. */
void encode_utf16(struct sigma_string *s, enum utf16_form form, struct arena *a);

/* The base64 text of bytes (RFC 4648, with padding). */
str encode_base64(str bytes, struct arena *a);

/* The base64 text that is the same whatever surrounds `bytes`, when these begin `shift` bytes (0,
 * 1, 2) after a multiple of three. */
str encode_base64_shifted(str bytes, uint32_t shift, struct arena *a);
