"""The invented company: who and what is in the demonstration evidence, and its clock.

Everything is made from one seed; nothing asks the clock or the machine. Names are under
corp.example and cdn-sync.example, public addresses from the ranges kept for documentation
(RFC 5737), keys and account numbers are those of the cloud vendor's own documentation.
"""
import hashlib
import random
from datetime import datetime, timedelta, timezone

DOMAIN_SID = "S-1-5-21-3623811015-3361044348-30300820"
ATTACKER = "198.51.100.23"        # command and control
ATTACKER_CLOUD = "198.51.100.77"  # where the stolen key is used
GUESSER = "192.0.2.190"           # an ordinary password guesser, no part of the story

ADDRESSES = {
    "WS01": "10.20.4.31", "WS02": "10.20.4.32", "WS03": "10.20.4.33", "ADM01": "10.20.2.5",
    "SRV02": "10.20.1.22", "DC01": "10.20.1.10", "MAIL01": "10.20.1.25", "FS01": "10.20.1.30",
    "DB01": "10.20.3.20", "WEB01": "10.20.3.5",
}


class User:
    def __init__(self, name, rid, domain="CORP"):
        self.name = name
        self.domain = domain
        self.sid = rid if str(rid).startswith("S-") else "%s-%d" % (DOMAIN_SID, rid)

    def __str__(self):
        return self.domain + "\\" + self.name


SYSTEM = User("SYSTEM", "S-1-5-18", "NT AUTHORITY")
LOCAL_SERVICE = User("LOCAL SERVICE", "S-1-5-19", "NT AUTHORITY")
NETWORK_SERVICE = User("NETWORK SERVICE", "S-1-5-20", "NT AUTHORITY")
OLSEN = User("m.olsen", 1104)        # accounts department, works at WS01
BRANDT = User("t.brandt", 1107)      # WS02
KELLER = User("s.keller", 1109)      # WS03
BERG = User("adm-berg", 1121)        # domain administrator
BACKUP = User("svc-backup", 1130)
SQL = User("svc-sql", 1131)


def at(day, clock):
    """A time of May 2026 in UTC: at(4, "09:14:07.5")."""
    hours, minutes, seconds = clock.split(":")
    return datetime(2026, 5, day, tzinfo=timezone.utc) + timedelta(
        hours=int(hours), minutes=int(minutes), seconds=float(seconds))


class Dice:
    """Random choices that are the same in each run; one for each file, by its name."""

    def __init__(self, name):
        self.random = random.Random("tocsin demo " + name)
        self.choice = self.random.choice
        self.int = self.random.randint
        self.chance = lambda p: self.random.random() < p

    def between(self, start, end):
        return start + timedelta(seconds=round(self.random.uniform(0, (end - start).total_seconds()), 6))

    def office_time(self):
        """A time of the two days, most of them in office hours."""
        day = self.choice((4, 4, 4, 5))
        if self.chance(0.15):
            return self.between(at(day, "00:05:00"), at(day, "09:55:00" if day == 5 else "23:55:00"))
        return self.between(at(day, "06:50:00"), at(day, "09:55:00" if day == 5 else "16:10:00"))

    def hex(self, digits):
        return "".join(self.choice("0123456789abcdef") for _ in range(digits))


def guid(*parts):
    h = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    return "{%s-%s-%s-%s-%s}" % (h[:8], h[8:12], h[12:16], h[16:20], h[20:32])


def uuid(*parts):
    return guid(*parts)[1:-1]


def sha256(*parts):
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest().upper()


class Record:
    """One event: its time, what it says, and whether it belongs to the intrusion."""

    def __init__(self, time, data, attack=False):
        self.time = time
        self.data = data
        self.attack = attack


def in_order(records):
    return sorted(records, key=lambda r: r.time)
