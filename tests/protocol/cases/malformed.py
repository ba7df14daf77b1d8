"""Packets that are no message, and names that are no names (RFC 1035 3.1, 4.1.4). FORMERR or a drop, never more bytes than came."""
from notation import A_IN, DROPPED, answers, ask, case, error, formerr, option, query, record, subnet, u16
from wire import Query, header, labels, question

WWW = answers("www 300 A 192.0.2.1", "www 300 A 192.0.2.2")
NO_QUESTION = formerr().without_question()
NOT_A_QUERY = error("NOTIMP")  # as its opcode reads
WHOLE = ask("www A", subnet("198.51.100.0/24"))
QUESTION_END = 12 + len(WHOLE.question)


def asked(name: bytes) -> Query:
    """A question of these bytes for a name, which is not one."""
    return Query(header() + name + A_IN)


def extra(owner: bytes, rdata: bytes = b"\xc0\0\2\1", length: int | None = None) -> Query:
    """A good question, and an additional record of type A with this owner."""
    size = len(rdata) if length is None else length
    tail = owner + A_IN + bytes(4) + u16(size) + rdata
    return query("www A", tail=tail, counts=(1, 0, 0, 1))


def cut_outcome(size: int):
    if size < 12:
        return DROPPED
    return NO_QUESTION if size < QUESTION_END else formerr()


CASES = [
    # A query with OPT and client subnet, ended after each of its bytes
    *(case(f"cut.{size}", WHOLE.cut(size), cut_outcome(size)) for size in range(1, len(WHOLE.data))),
    case("cut.0", WHOLE.cut(0), DROPPED),
    case("cut.zeros-11", Query(bytes(11)), DROPPED),
    case("cut.zeros-12", Query(bytes(12)), NO_QUESTION),

    # Label types (RFC 6891 5, RFC 2673)
    case("label.0x40", asked(b"\x40\0"), NO_QUESTION),
    case("label.0x41-bit-label", asked(b"\x41\x01\x80\0"), NO_QUESTION),
    case("label.0x7f", asked(b"\x7f" + bytes(70)), NO_QUESTION),
    case("label.0x80", asked(b"\x80\0"), NO_QUESTION),
    case("label.0xbf", asked(b"\xbf\x0c\0"), NO_QUESTION),
    case("label.second-0x40", asked(b"\3www\x40abc\0"), NO_QUESTION),
    case("label.64-octets", asked(b"\x40" + b"a" * 64 + b"\0"), NO_QUESTION),
    case("label.past-the-end", Query(header() + b"\x3fabc"), NO_QUESTION),
    case("label.no-end", Query(header() + b"\3www\4case\4test"), NO_QUESTION),
    case("label.no-type", Query(header() + labels(b"www", b"case", b"test")), NO_QUESTION),
    case("label.no-class", Query(header() + labels(b"www", b"case", b"test") + b"\0\1"), NO_QUESTION),
    case("label.half-class", Query(header() + labels(b"www", b"case", b"test") + b"\0\1\0"), NO_QUESTION),

    # Pointers in the question: nothing before it could be pointed to
    case("pointer.itself", asked(b"\xc0\x0c"), NO_QUESTION),
    case("pointer.forward", asked(b"\xc0\x12"), NO_QUESTION),
    case("pointer.header", asked(b"\xc0\x00"), NO_QUESTION),
    case("pointer.counts", asked(b"\xc0\x04"), NO_QUESTION),
    case("pointer.past-the-end", asked(b"\xff\xff"), NO_QUESTION),
    case("pointer.mutual", asked(b"\xc0\x0e\xc0\x0c"), NO_QUESTION),
    case("pointer.behind-label", asked(b"\3www\xc0\x0c"), NO_QUESTION),
    case("pointer.half", Query(header() + b"\xc0"), NO_QUESTION),
    case("pointer.half-behind-label", Query(header() + b"\3www\xc0"), NO_QUESTION),

    # Lengths of names
    case("length.256", asked(labels(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 62)), NO_QUESTION),
    case("length.300", asked(labels(*[b"a" * 59] * 5)), NO_QUESTION),
    case("length.4000-bytes", asked(labels(*[b"a" * 62] * 63)), NO_QUESTION),
    case("length.128-labels", asked(labels(*[b"a"] * 128)), NO_QUESTION),
    case("length.1900-labels", asked(labels(*[b"a"] * 1900)), NO_QUESTION),

    # Records that a query need not have: stepped over with bounds checks, names in them never followed
    case("record.owner-pointer", extra(b"\xc0\x0c"), WWW),
    case("record.owner-pointer-to-itself", extra(b"\xc0\x1f"), WWW),
    case("record.owner-pointer-forward", extra(b"\xc0\xff"), WWW),
    case("record.owner-pointer-into-header", extra(b"\xc0\0"), WWW),
    case("record.owner-half-pointer", query("www A", tail=b"\xc0", counts=(1, 0, 0, 1)), formerr()),
    case("record.owner-bit-label", extra(b"\x41\0"), formerr()),
    case("record.owner-0x80", extra(b"\x80\0"), formerr()),
    case("record.owner-256", extra(labels(*[b"a" * 63] * 4)), formerr()),
    case("record.owner-no-end", query("www A", tail=b"\3abc", counts=(1, 0, 0, 1)), formerr()),
    case("record.no-type", query("www A", tail=b"\0", counts=(1, 0, 0, 1)), formerr()),
    case("record.half-fixed-part", query("www A", tail=b"\0" + A_IN + bytes(5), counts=(1, 0, 0, 1)), formerr()),
    case("record.rdata-short", extra(b"\0", b"\1\2\3", 4), formerr()),
    case("record.rdata-65535", extra(b"\0", b"\1\2\3\4", 65535), formerr()),
    case("record.rdata-too-long", extra(b"\0", b"\1\2\3\4", 3), formerr()),
    case("record.a-of-no-bytes", extra(b"\0", b""), WWW),
    case("record.a-of-5-bytes", extra(b"\0", b"12345"), WWW),

    # Many names and pointers: linear work only (CVE-2023-4408, NAME:WRECK)
    case("many.names-100", query("www A", sections=(record("x 1 A 192.0.2.1").packed() * 100,)), WWW),
    case("many.soa-40", query("www A", sections=(b"", record("@ 1 SOA a b 1 2 3 4 5").packed() * 40)), WWW),
    case("many.pointer-chain", query("www A", tail=b"".join(
        u16(0xc000 | 12 + len(question("www A")) + 12 * max(0, i - 1)) + A_IN + bytes(4) + u16(0) for i in range(200)),
        counts=(1, 0, 0, 200)), WWW),
    case("many.roots-200", query("www A", tail=(b"\0" + A_IN + bytes(4) + u16(0)) * 200, counts=(1, 200, 0, 0)), WWW),
    case("many.options-100", ask("www A", *[option(65001)] * 100), WWW),

    # What else arrives on port 53
    case("junk.zeros", Query(bytes(100)), NO_QUESTION),
    case("junk.http", Query(b"GET / HTTP/1.1\r\nHost: case.test\r\n\r\n"), NOT_A_QUERY),
    case("junk.http-post", Query(b"POST /x HTTP/1.1\r\n\r\n"), NOT_A_QUERY),
    case("junk.tls", Query(bytes.fromhex("160301020001000001fc0303") + bytes(40), question=bytes(5)), formerr()),
    case("junk.ones", Query(b"\xff" * 100), DROPPED),
    case("junk.ntp", Query(b"\x1b" + bytes(47)), NO_QUESTION),
    case("junk.ssh", Query(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"), NOT_A_QUERY),
]
