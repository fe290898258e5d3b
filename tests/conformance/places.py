"""places - a small database in MaxMind's format: where addresses are, as an oracle says of its own.

Format: https://maxmind.github.io/MaxMind-DB/ (2.0). A search tree of 32-bit records over IPv6, IPv4 below ::/96;
behind it the values. Only what a place needs is written.
"""
import ipaddress
import struct

# Somewhere in the middle.
COUNTRIES = {"AU": (-25.3, 133.8), "BR": (-10.8, -52.9), "DE": (51.2, 10.4), "FR": (46.6, 2.5), "GB": (54.1, -2.9),
             "JP": (36.6, 138.0), "US": (39.8, -98.6)}
RADIUS_KM = 500


def control(kind, size):
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])


def value(v):
    if isinstance(v, str):
        return control(2, len(v)) + v.encode()
    if isinstance(v, float):
        return control(3, 8) + struct.pack(">d", v)
    if isinstance(v, dict):
        return control(7, len(v)) + b"".join(value(k) + value(x) for k, x in v.items())
    if isinstance(v, list):
        return control(11, len(v)) + b"".join(map(value, v))
    kind, size, n = v  # (kind, bytes, number)
    return control(kind, size) + n.to_bytes(size, "big")


def write(path, countries):
    """countries: {address: ISO code}; codes that are not among COUNTRIES are left out."""
    nodes, data = [[None, None]], b""
    for address, code in countries.items():
        if code not in COUNTRIES:
            continue
        ip = ipaddress.ip_address(address)
        bits = f"{int(ip):0128b}"
        latitude, longitude = COUNTRIES[code]
        at, offset = 0, len(data)
        data += value({"country": {"iso_code": code}, "location": {
            "latitude": float(latitude), "longitude": float(longitude), "accuracy_radius": (5, 2, RADIUS_KM)}})
        for bit in bits[:-1]:
            if nodes[at][int(bit)] is None:
                nodes.append([None, None])
                nodes[at][int(bit)] = len(nodes) - 1
            at = nodes[at][int(bit)]
        nodes[at][int(bits[-1])] = ("data", offset)
    count = len(nodes)
    records = [count if r is None else r if isinstance(r, int) else count + 16 + r[1] for n in nodes for r in n]
    meta = {"node_count": (6, 4, count), "record_size": (5, 2, 32), "ip_version": (5, 2, 6),
            "database_type": "GeoLite2-City", "languages": ["en"], "binary_format_major_version": (5, 2, 2),
            "binary_format_minor_version": (5, 2, 0), "build_epoch": (9, 8, 1700000000), "description": {"en": "test"}}
    path.write_bytes(struct.pack(f">{len(records)}I", *records) + bytes(16) + data
                     + b"\xab\xcd\xefMaxMind.com" + value(meta))
