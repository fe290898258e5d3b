#!/usr/bin/env python3
"""network_traffic - logs of a network for tests/e2e/network_behaviors.sh: Zeek's conn.log and dns.log and a
firewall's syslog, the same each time.

Usage: network_traffic.py FOLDER [attacks]

Twenty hosts browse and look names up for two days. With `attacks` some do more: see attacks().
"""
import pathlib
import random
import sys

START, DAYS = 1700006400, 2
HOSTS = ["10.0.0.%d" % (10 + h) for h in range(20)]
SITES = ["www.%s.com" % n for n in ("example", "kernel", "debian", "wikipedia", "weather", "library")]
CONN = ("ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port proto:enum duration:interval "
        "orig_bytes:count resp_bytes:count conn_state:string").split()
DNS = ("ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port proto:enum query:string "
       "qtype_name:string rcode_name:string").split()


class Network:
    def __init__(self):
        self.random, self.conn, self.dns, self.drops = random.Random(7), [], [], []

    def flow(self, at, source, target, port, seconds=1.0, sent=1000, received=20000, state="SF"):
        self.conn.append((at, source, 40000 + len(self.conn) % 20000, target, port, "tcp", seconds, sent, received, state))

    def ask(self, at, source, name, kind="A", code="NOERROR"):
        self.dns.append((at, source, 40000 + len(self.dns) % 20000, "10.0.0.1", 53, "udp", name, kind, code))

    def usual(self):
        for host in HOSTS:
            at = START
            while at < START + DAYS * 86400:
                at += self.random.expovariate(1 / 300)
                self.flow(at, host, "198.51.%d.%d" % (self.random.randrange(20), self.random.randrange(1, 250)), 443,
                          self.random.expovariate(1 / 5), self.random.randrange(500, 5000),
                          self.random.randrange(1000, 90000))
                self.ask(at - 0.1, host, self.random.choice(SITES))
                if self.random.random() < 0.01:
                    self.ask(at, host, "misspelt-%s" % self.random.choice(SITES), code="NXDOMAIN")

    def attacks(self):
        for i in range(1440):
            self.flow(START + 60 * i + self.random.random() * 3, "10.0.0.15", "203.0.113.66", 443, sent=700, received=900)
        for port in range(1, 301):
            self.flow(START + 3600 + port / 20, "10.0.0.16", "10.0.0.2", port, 0.0, 0, 0, "REJ")
            self.drops.append((START + 5000 + port / 20, "192.0.2.99", "10.0.0.3", port))
        for host in range(1, 101):
            self.flow(START + 7200 + host / 20, "10.0.0.17", "10.0.1.%d" % host, 445, 0.0, 0, 0, "S0")
        self.flow(START + 10000, "10.0.0.18", "203.0.113.77", 443, 9 * 3600.0, 90000, 90000)
        self.flow(START + 86400 + 50000, "10.0.0.19", "203.0.113.88", 443, 900.0, 3000000000, 400000)
        for i in range(80):
            self.ask(START + 20000 + i, "10.0.0.20", "%040x.t.tunnel.example" % self.random.getrandbits(160), "TXT")
        for i in range(40):
            name = "".join(self.random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(16))
            self.ask(START + 30000 + i, "10.0.0.21", name + ".com", code="NXDOMAIN")

    def write(self, folder):
        write_zeek(folder / "conn.log", "conn", CONN, sorted(self.conn))
        write_zeek(folder / "dns.log", "dns", DNS, sorted(self.dns))
        with open(folder / "firewall.log", "w", encoding="utf-8") as out:
            for at, source, target, port in self.drops:
                clock = "2023-11-15T%02d:%02d:%02d+00:00" % (at % 86400 // 3600, at % 3600 // 60, at % 60)
                out.write("%s fw kernel: [UFW BLOCK] IN=eth0 OUT=eth1 SRC=%s DST=%s LEN=40 TOS=0x00 PREC=0x00 TTL=50 ID=1 "
                          "PROTO=TCP SPT=40000 DPT=%d WINDOW=1024 RES=0x00 SYN URGP=0\n" % (clock, source, target, port))


def write_zeek(path, name, fields, rows):
    with open(path, "w", encoding="utf-8") as out:
        out.write("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n" % name)
        out.write("#fields\t%s\n" % "\t".join(f.split(":")[0] for f in fields))
        out.write("#types\t%s\n" % "\t".join(f.split(":")[1] for f in fields))
        for number, row in enumerate(rows):
            cells = ["%.6f" % c if isinstance(c, float) else str(c) for c in (float(row[0]), "C%d" % number, *row[1:])]
            out.write("\t".join(cells) + "\n")


def main():
    network, folder = Network(), pathlib.Path(sys.argv[1])
    network.usual()
    if sys.argv[2:] == ["attacks"]:
        network.attacks()
    network.write(folder)


if __name__ == "__main__":
    main()
