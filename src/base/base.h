/* base.h - the compiler vocabulary every file speaks. Depends on nothing. */
#pragma once

#include <assert.h> /* never compiled out: see CONTRIBUTING, "Asserts" */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define BYTE_ENUM __attribute__((packed)) /* an enumeration of as few bytes as hold it */
#define NEVER_NULL __attribute__((returns_nonnull))
#define NO_RETURN __attribute__((noreturn))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define countof(a) (sizeof(a) / sizeof((a)[0]))
