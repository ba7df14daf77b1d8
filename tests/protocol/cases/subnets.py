"""Client subnets (RFC 7871). The zone steers by prefix: 198.51.100.0/24 and 2001:db8:1::/48 get another answer than the rest."""
from notation import answers, ask, case, error, formerr, nodata, nxdomain, option, query, referral, subnet
from wire import u16

Z = "steer.test."
NEAR = answers(f"www.{Z} 20 A 192.0.2.1")
FAR = answers(f"www.{Z} 20 A 192.0.2.2")
STATIC = answers(f"static.{Z} 20 A 192.0.2.9")
CASE_WWW = answers("www 300 A 192.0.2.1", "www 300 A 192.0.2.2")


def ecs(family: int, source: int, scope: int, address: bytes) -> bytes:
    return option(8, u16(family) + bytes([source, scope]) + address)


def asked(*options: bytes, name: str = "www", kind: str = "A"):
    return ask(f"{name}.{Z} {kind}", *options)


def bad(data: bytes):
    """A query with this option, which cannot be read: FORMERR, and an OPT without it."""
    return ask(f"www.{Z} A", option(8, data))


V4 = bytes([198, 51, 100])
MALFORMED = {
    "empty": b"", "1-byte": b"\0", "3-bytes": b"\0\1\0",
    "family-0-with-source": b"\0\0\x18\0" + V4, "family-3": b"\0\3\x18\0" + V4, "family-3-source-0": b"\0\3\0\0",
    "family-256": b"\1\0\x18\0" + V4, "family-65535": b"\xff\xff\0\0", "source-33": b"\0\1\x21\0" + V4 + b"\0\0",
    "source-255": b"\0\1\xff\0" + bytes(32), "source-129-v6": b"\0\2\x81\0" + bytes(17),
    "scope-1": b"\0\1\x18\1" + V4, "scope-24": b"\0\1\x18\x18" + V4, "scope-with-source-0": b"\0\1\0\1",
    "address-too-short": b"\0\1\x18\0" + V4[:2], "address-too-long": b"\0\1\x18\0" + V4 + b"\0", "address-missing": b"\0\1\x18\0",
    "address-with-source-0": b"\0\1\0\0\0", "stray-bit": b"\0\1\x17\0" + bytes([198, 51, 101]),
    "stray-low-bit": b"\0\1\x11\0" + bytes([198, 51, 64]), "stray-bit-v6": b"\0\2\x2f\0" + bytes.fromhex("20010db80001"),
    "address-too-long-v6": b"\0\2\x30\0" + bytes.fromhex("20010db8000100"), "address-too-short-v6": b"\0\2\x38\0" + bytes(6),
    "family-0-with-address": b"\0\0\0\0\0",
}

CASES = [
    # Answer and scope follow the subnet
    case("ecs.near", asked(subnet("198.51.100.0/24")), NEAR.with_options(subnet("198.51.100.0/24", 24))),
    case("ecs.near-32", asked(subnet("198.51.100.7/32")), NEAR.with_options(subnet("198.51.100.7/32", 24))),
    case("ecs.near-25", asked(subnet("198.51.100.128/25")), NEAR.with_options(subnet("198.51.100.128/25", 24))),
    case("ecs.shorter-than-the-rule", asked(subnet("198.51.0.0/16")), FAR.with_options(subnet("198.51.0.0/16", 18))),
    case("ecs.beside", asked(subnet("198.51.101.0/24")), FAR.with_options(subnet("198.51.101.0/24", 24))),
    case("ecs.beside-32", asked(subnet("198.51.101.1/32")), FAR.with_options(subnet("198.51.101.1/32", 24))),
    case("ecs.far-away", asked(subnet("10.0.0.0/8")), FAR.with_options(subnet("10.0.0.0/8", 1))),
    case("ecs.near-v6", asked(subnet("2001:db8:1::/48")), NEAR.with_options(subnet("2001:db8:1::/48", 48))),
    case("ecs.near-v6-56", asked(subnet("2001:db8:1:100::/56")), NEAR.with_options(subnet("2001:db8:1:100::/56", 48))),
    case("ecs.near-v6-128", asked(subnet("2001:db8:1::1/128")), NEAR.with_options(subnet("2001:db8:1::1/128", 48))),
    case("ecs.beside-v6", asked(subnet("2001:db8:2::/48")), FAR.with_options(subnet("2001:db8:2::/48", 47))),
    case("ecs.v4-mapped", asked(subnet("::ffff:198.51.100.0/120")), NEAR.with_options(subnet("::ffff:198.51.100.0/120", 120))),
    case("ecs.aaaa", asked(subnet("198.51.100.0/24"), kind="AAAA"), answers(f"www.{Z} 20 AAAA 2001:db8::1").with_options(
        subnet("198.51.100.0/24", 24))),
    case("ecs.wildcard", asked(subnet("198.51.100.0/24"), name="x.wild"), answers(f"x.wild.{Z} 20 A 192.0.2.1").with_options(
        subnet("198.51.100.0/24", 24))),
    case("ecs.cname-to-steered", asked(subnet("198.51.100.0/24"), name="to"), answers(
        f"to.{Z} 20 CNAME www.{Z}", f"www.{Z} 20 A 192.0.2.1").with_options(subnet("198.51.100.0/24", 24))),
    case("ecs.one-pool-for-all", asked(subnet("198.51.100.0/24"), name="all"), answers(f"all.{Z} 20 A 192.0.2.1").with_options(
        subnet("198.51.100.0/24", 0))),

    # No subnet, or source 0: the resolver's address decides, and the answer is for everybody
    case("ecs.none", ask(f"www.{Z} A"), FAR),
    case("ecs.none-no-edns", query(f"www.{Z} A"), FAR),
    case("ecs.source-0", asked(ecs(1, 0, 0, b"")), FAR.with_options(ecs(1, 0, 0, b""))),
    case("ecs.source-0-v6", asked(ecs(2, 0, 0, b"")), FAR.with_options(ecs(2, 0, 0, b""))),
    case("ecs.family-0", asked(ecs(0, 0, 0, b"")), FAR.with_options(ecs(0, 0, 0, b""))),

    # Nothing steered: scope 0
    case("ecs.static", asked(subnet("198.51.100.0/24"), name="static"), STATIC.with_options(subnet("198.51.100.0/24"))),
    case("ecs.master-file", ask("www A", subnet("198.51.100.0/24")), CASE_WWW.with_options(subnet("198.51.100.0/24"))),
    case("ecs.master-file-v6", ask("www A", subnet("2001:db8::/32")), CASE_WWW.with_options(subnet("2001:db8::/32"))),
    case("ecs.nodata", ask("www TXT", subnet("198.51.100.0/24")), nodata().with_options(subnet("198.51.100.0/24"))),
    case("ecs.nxdomain", ask("nowhere A", subnet("198.51.100.0/24")), nxdomain().with_options(subnet("198.51.100.0/24"))),
    case("ecs.referral", asked(subnet("198.51.100.0/24"), name="x.cut"), referral(f"cut.{Z} 20 NS ns.elsewhere.test.").with_options(
        subnet("198.51.100.0/24"))),
    case("ecs.refused", ask("www.elsewhere.test. A", subnet("198.51.100.0/24")),
         error("REFUSED").with_options(subnet("198.51.100.0/24")),
         tcp=error("REFUSED").with_options(subnet("198.51.100.0/24")).explained(20)),
    case("ecs.additional-of-mx-is-static-only", asked(subnet("198.51.100.0/24"), name="mail", kind="MX"), answers(
        f"mail.{Z} 20 MX 10 www.{Z}").with_options(subnet("198.51.100.0/24"))),
    case("ecs.any", asked(subnet("198.51.100.0/24"), kind="ANY"),
         answers(f"www.{Z} 3600 HINFO \\# 9 075246433834383200").with_options(
        subnet("198.51.100.0/24"))),
    case("ecs.do", ask("www A", subnet("198.51.100.0/24"), do=True), CASE_WWW.with_options(subnet("198.51.100.0/24"))),

    # Malformed: FORMERR (7.1.2)
    *(case(f"ecs.bad-{word}", bad(data), formerr()) for word, data in MALFORMED.items()),
    case("ecs.bad-on-a-static-name", ask("www A", option(8, b"\0\3\0\0")), formerr()),
    case("ecs.bad-elsewhere", ask("www.elsewhere.test. A", option(8, b"\0\3\0\0")), formerr()),
    case("ecs.bad-behind-others", ask("www A", option(3), option(100), option(8, b"\0\1\x18\x18" + V4)), formerr()),
    case("ecs.bad-version-1", ask("www A", option(8, b"\0\3\0\0"), version=1), error("BADVERS")),
    case("ecs.twice", asked(subnet("198.51.100.0/24"), subnet("10.0.0.0/8")), NEAR.with_options(subnet("198.51.100.0/24", 24))),

    # With other options
    case("ecs.behind-unknown", asked(option(100, b"x"), subnet("198.51.100.0/24")),
         NEAR.with_options(subnet("198.51.100.0/24", 24))),
    case("ecs.before-unknown", asked(subnet("198.51.100.0/24"), option(100, b"x")),
         NEAR.with_options(subnet("198.51.100.0/24", 24))),
]
