#!/usr/bin/env python3
"""scan_buffer.py - the same library from Python, by ctypes. Usage: scan_buffer.py LIBRARY"""
import ctypes
import json
import sys


class Error(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("code", ctypes.c_uint32), ("line", ctypes.c_uint32),
                ("column", ctypes.c_uint32), ("file", ctypes.c_char * 512), ("message", ctypes.c_char * 480)]


class Text(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.bytes, self.length).decode() if self.bytes else ""


FINDING = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
TEXT, SIZE, POINTER, WHY = ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.POINTER(Error)

tocsin = ctypes.CDLL(sys.argv[1])
for name, result, arguments in [
        ("version", TEXT, []),
        ("rules_new", POINTER, []), ("rules_free", None, [POINTER]),
        ("rules_add_text", ctypes.c_bool, [POINTER, TEXT, TEXT, SIZE, WHY]),
        ("rules_compile", ctypes.c_bool, [POINTER, WHY]),
        ("scanner_new", POINTER, [POINTER, WHY]), ("scanner_free", None, [POINTER]),
        ("scanner_on_finding", None, [POINTER, FINDING, POINTER]),
        ("scan_buffer", ctypes.c_bool, [POINTER, TEXT, TEXT, SIZE, WHY]),
        ("scanner_events", ctypes.c_uint64, [POINTER]),
        ("finding_rule", Text, [POINTER]), ("finding_json", Text, [POINTER]),
        ("detector_new", POINTER, []), ("detector_free", None, [POINTER]),
        ("detector_watch", ctypes.c_bool, [POINTER, TEXT, TEXT, ctypes.c_uint32, ctypes.c_int64, WHY]),
        ("detector_add", ctypes.c_bool, [POINTER, ctypes.c_int64, TEXT, TEXT, TEXT, WHY]),
        ("detector_alert", POINTER, [POINTER, SIZE]),
        ("alert_message", TEXT, [POINTER]), ("alert_count", ctypes.c_uint64, [POINTER])]:
    function = getattr(tocsin, "tocsin_" + name)
    function.restype, function.argtypes = result, arguments

RULE = rb"""
title: Failed logon of root
logsource: {product: linux, service: sshd}
detection:
  selection: {user: root}
  condition: selection
level: medium
"""
LOG = b"Nov 24 10:00:01 web1 sshd[7]: Failed password for root from 192.0.2.7 port 50023 ssh2\n"
why = Error(size=ctypes.sizeof(Error))


def check(ok):
    if not ok:
        sys.exit(f"{why.file.decode()}:{why.line}:{why.column}: {why.message.decode()}")


@FINDING
def on_finding(_, finding):
    event = json.loads(str(tocsin.tocsin_finding_json(finding)))
    print(f"{event['host']}: {tocsin.tocsin_finding_rule(finding)}")
    return True


print(tocsin.tocsin_version().decode())

rules = tocsin.tocsin_rules_new()
check(tocsin.tocsin_rules_add_text(rules, b"root.yml", RULE, len(RULE), why))
check(tocsin.tocsin_rules_compile(rules, why))
scanner = tocsin.tocsin_scanner_new(rules, why)
tocsin.tocsin_scanner_on_finding(scanner, on_finding, None)
check(tocsin.tocsin_scan_buffer(scanner, b"auth.log", LOG, len(LOG), why))
print(tocsin.tocsin_scanner_events(scanner), "event")
tocsin.tocsin_scanner_free(scanner)
tocsin.tocsin_rules_free(rules)

detector = tocsin.tocsin_detector_new()
check(tocsin.tocsin_detector_watch(detector, b"auth_failure", b"Brute force detected", 5, 60 * 10**9, why))
for i in range(10):
    check(tocsin.tocsin_detector_add(detector, i * 10**9, b"10.0.0.1", b"auth_failure", b"medium", why))
alert = tocsin.tocsin_detector_alert(detector, 0)
print(f"{tocsin.tocsin_alert_message(alert).decode()}, {tocsin.tocsin_alert_count(alert)} times")
tocsin.tocsin_detector_free(detector)
