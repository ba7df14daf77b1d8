"""Mistakes that other servers made, by the number under which they are known, as far as no other chapter has them.
docs/rfc-compliance.md says where the rest is."""
from notation import A_IN, Outcome, answers, ask, case, error, formerr, opt, option, query, record, subnet, truncated, u16

from .sizes import strings

Z = "big.test."
WWW = answers("www 300 A 192.0.2.1", "www 300 A 192.0.2.2")
CLIENT = subnet("198.51.100.0/24")
FITS = 12 + len(query(f"txt4.{Z} TXT").question) + 4 * 263 + len(opt(CLIENT))  # four strings with OPT and subnet
SIG_RDATA = bytes([0, 0, 5, 0]) + bytes(14) + b"\1k\0" + bytes(6)
SOA = record("@ 1 SOA . . 1 2 3 4 5").packed()


# Over UDP no more is read than 4096 bytes, so that the end of OPT is missing, and none comes back
CUT = Outcome("FORMERR", repeats_opt=False)


def large(records: bytes, count: int):
    """More than a datagram is read of: over UDP its end is missing. Over TCP it is whole."""
    return query("www A", tail=records * count, counts=(1, 0, count, 0))


# One question in every dress, and the outcome of each (CVE-2018-14626: a cache of answers that gave one for another)
DRESSES = {
    "plain": (query("www.steer.test. A"), answers("www.steer.test. 20 A 192.0.2.2")),
    "edns": (ask("www.steer.test. A"), answers("www.steer.test. 20 A 192.0.2.2")),
    "do": (ask("www.steer.test. A", do=True), answers("www.steer.test. 20 A 192.0.2.2")),
    "near": (ask("www.steer.test. A", CLIENT), answers("www.steer.test. 20 A 192.0.2.1").with_options(subnet("198.51.100.0/24", 24))),
    "far": (ask("www.steer.test. A", subnet("10.0.0.0/8")), answers("www.steer.test. 20 A 192.0.2.2").with_options(
        subnet("10.0.0.0/8", 1))),
    "upper": (query("WWW.STEER.TEST. A"), answers("WWW.STEER.TEST. 20 A 192.0.2.2")),
}

CASES = [
    # Replies at every size around what fits, with a client subnet and without
    *(case(f"cve-2016-2776.size-{size}", ask(f"txt4.{Z} TXT", CLIENT, size=size),
           (answers(*strings("txt4", 4)) if size >= FITS else truncated()).with_options(CLIENT),
           answers(*strings("txt4", 4)).with_options(CLIENT)) for size in range(FITS - 12, FITS + 4)),

    # As large as TCP carries
    case("cve-2020-8620.option-60000", ask("www A", option(65001, bytes(60000))), CUT, WWW),
    case("cve-2020-8620.record-65000", query("www A", sections=(b"", b"", b"\0" + A_IN + bytes(4) + u16(65000) + bytes(65000))),
         formerr(), WWW),

    # Thousands of names in one message: linear work
    case("cve-2023-4408.names-3000", large(b"\1x\0" + A_IN + bytes(6), 3000), formerr(), WWW),
    case("cve-2023-4408.pointers-5000", large(b"\xc0\x0c" + A_IN + bytes(6), 5000), formerr(), WWW),
    case("cve-2026-75029.soa-1200", large(SOA, 1200), formerr(), WWW),

    # SIG(0) is never checked (RFC 2931)
    case("cve-2024-1975.sig-0", query("www A", sections=(b"", b"",
         b"\0" + u16(24) + u16(255) + bytes(4) + u16(27) + SIG_RDATA)), WWW),
    case("cve-2024-1975.sig-0-cut-short", query("www A",
         sections=(b"", b"", b"\0" + u16(24) + u16(255) + bytes(4) + u16(5) + bytes(5))), WWW),
    case("cve-2024-1975.key-then-sig", query("www A", sections=(
        b"", b"", (b"\0" + u16(25) + A_IN[2:] + bytes(4) + u16(4) + b"\2\0\3\5") * 10
        + b"\0" + u16(24) + u16(255) + bytes(4) + u16(27) + SIG_RDATA)), WWW),

    # Additional data of 40 exchangers: looked up for 16
    case("cve-2024-11187.mx40", ask(f"mx40.{Z} MX"), answers(
        *(f"mx40.{Z} 300 MX {i} mx{i:02d}.mx40.{Z}" for i in range(40)),
        additional=[f"mx{i:02d}.mx40.{Z} 300 A 10.2.0.{i}" for i in range(16)])),

    # One question after another in all dresses, twice round
    *(case(f"cve-2018-14626.{turn}-{dress}", *DRESSES[dress]) for turn in ("first", "again") for dress in DRESSES),

    # Names of one label and none, with every option (Knot 3.4)
    *(case(f"knot-3.4.{owner}-{word}", ask(f"{asked} A", *options), error("REFUSED").with_options(*repeated),
           tcp=error("REFUSED").with_options(*repeated).explained(20))
      for owner, asked in (("root", "."), ("one-label", "test."), ("unknown-label", "x."))
      for word, options, repeated in (("nsid", [option(3)], []), ("subnet", [CLIENT], [CLIENT]), ("unknown", [option(65001, b"x")], []),
                                      ("padding", [option(12, bytes(64))], []), ("all", [option(3), CLIENT, option(12)], [CLIENT]))),
]
