/*
 * detector_oracle.h - rules that touch each kind of test, witness and
 * combination, and the detector held to the oracle.
 */
#pragma once

#include "meaning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const char every_kind_of_test[] =
    "title: 1\nlogsource: {category: a}\n"
    "detection: {s: {F|endswith: ['\\cmd.exe', '.ps1']}, condition: s}\n---\n"
    "title: 2\nlogsource: {category: a}\n"
    "detection: {s: {F|contains|all: [' -enc ', 'hidden', x]}, condition: s}\n---\n"
    "title: 3\nlogsource: {category: a}\n"
    "detection: {s: {F|startswith: 'C:\\'}, f: {G: ['', null]}, condition: s and not f}\n---\n"
    "title: 4\nlogsource: {category: a}\n"
    "detection: {s: {F|re: '(ab)+c|mimikatz'}, condition: s}\n---\n"
    "title: 5\nlogsource: {category: a}\n"
    "detection: {s: {F: 1000, G: [4624, 4625, true]}, condition: s}\n---\n"
    "title: 6\nlogsource: {category: a}\n"
    "detection: {s: [mimikatz, 'sekur?sa'], t: {'|all': [cmd, hidden]}, condition: s or t}\n---\n"
    "title: 7\nlogsource: {category: a}\n"
    "detection: {s: {F|fieldref: G}, t: {F|fieldref|endswith: H}, condition: 1 of them}\n---\n"
    "title: 8\nlogsource: {category: b}\n"
    "detection: {s: {F|gt: 5}, t: {G|cidr: ['10.0.0.0/8', '::1/128']}, condition: s or t}\n---\n"
    "title: 9\nlogsource: {category: b}\n"
    "detection: {s: {F|exists: true, G|exists: false}, condition: s}\n---\n"
    "title: 10\nlogsource: {category: b}\n"
    "detection: {s: {F|neq: ['cmd', 'mimi*']}, condition: not s}\n---\n"
    "title: 11\nlogsource: {category: b}\n"
    "detection: {s: {F|contains|cased: 'MiMi', G|contains: 'ÀÉÎ'}, condition: s}\n---\n"
    "title: 12\nlogsource: {category: b}\n"
    "detection: {s: {F: 'a*b?c*d'}, t: {G: '*'}, u: {H: '?'}, condition: s or (t and u)}\n---\n"
    "title: 13\nlogsource: {category: b}\n"
    "detection: {s: {F|base64offset|contains: 'http'}, t: {G|hour: 23}, condition: s or t}\n---\n"
    "title: 14\nlogsource: {category: b}\n"
    "detection: {s: {F: x}, t: {F: y}, condition: not (not s and not t)}\n---\n"
    "title: 15\nlogsource: {category: b}\n"
    "detection: {s: {Image|endswith: '\\cmd.exe'}, t: {Image|contains: 'k'}, condition: s or t}\n"
    "---\n"
    "title: 16\nlogsource: {product: p, category: a}\n"
    "detection: {s: {F|contains: [a, bc, def]}, condition: s}\n---\n"
    "title: 17\nlogsource: {product: p}\n"
    "detection: {s: {F: null}, condition: s}\n---\n"
    "title: 18\nlogsource: {category: c}\n"
    "detection: {s: [mimikatz, 'atk/ski', 'sekur?sakis', 'àéîmask'], condition: s}\n---\n"
    "title: 19\nlogsource: {category: d}\n"
    "detection: {s: ['4624', 'mask'], condition: s}\n---\n"
    "title: 20\nlogsource: {category: e}\n"
    "detection: {s: {EventID: 4624}, f: {F: x}, condition: s and not f}\n---\n"
    "title: 21\nlogsource: {category: e}\n"
    "detection: {s: {EventID: [4624, 1]}, condition: not s}\n---\n"
    "title: 22\nlogsource: {category: e}\n"
    "detection: {s: {EventID: '4625', F: y}, t: {EventID|neq: 1, G: z}, condition: 1 of them}\n"
    "---\n"
    "title: 23\nlogsource: {category: e}\n"
    "detection: {s: {EventID: [4624, null, 1e3]}, t: {EventID|lt: 5}, condition: s or t}\n";

enum { KINDS_OF_TEST = 23 };

static inline void say_event(const struct event *ev)
{
    for (uint32_t i = 0; i < ev->field_count; i++)
        fprintf(stderr, "  " STR_FMT "%s = '" STR_FMT "' (%d)\n", STR_ARG(ev->fields[i].name),
                ev->fields[i].flags ? " (more)" : "", STR_ARG(ev->fields[i].value),
                ev->fields[i].type);
}

/* Holds the detector's answer for `ev` to the oracle's for `settled`, which is the same event.
 * Returns how many rules matched. */
static inline uint32_t oracle_compare(const struct meaning *m, const struct event *ev,
                                      const struct event *settled)
{
    const uint32_t *matches;
    uint32_t count = detector_match(m->detector, m->scratch, ev, &matches), next = 0;

    for (uint32_t rule = 0; rule < m->rs->count; rule++) {
        bool fast = next < count && matches[next] == rule;
        next += fast;
        if (fast == naive_matches(m->naive, rule, settled))
            continue;
        say_event(settled);
        fail_msg("rule '" STR_FMT "': the detector says %d, the oracle %d",
                 STR_ARG(m->rs->rules[rule]->title), fast, !fast);
    }
    assert_int_equal(next, count); /* ascending, each once */
    return count;
}
