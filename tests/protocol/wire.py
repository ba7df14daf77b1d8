"""DNS messages as bytes: names and records from text, replies back into text. Standard library only."""
from __future__ import annotations

import ipaddress
import re
import struct
from dataclasses import dataclass, field

ORIGIN = "case.test."  # relative names of the tables are below it

TYPES = {"A": 1, "NS": 2, "MD": 3, "CNAME": 5, "SOA": 6, "MB": 7, "NULL": 10, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16,
         "RP": 17, "AFSDB": 18, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "CERT": 37, "DNAME": 39, "OPT": 41, "APL": 42,
         "DS": 43, "SSHFP": 44, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50, "TLSA": 52, "CDS": 59, "SVCB": 64,
         "HTTPS": 65, "SPF": 99, "NXNAME": 128, "TKEY": 249, "TSIG": 250, "IXFR": 251, "AXFR": 252, "MAILB": 253,
         "MAILA": 254, "ANY": 255, "URI": 256, "CAA": 257}
CLASSES = {"IN": 1, "CS": 2, "CH": 3, "HS": 4, "NONE": 254, "*": 255}
RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5, "YXDOMAIN": 6, "NOTAUTH": 9,
          "BADVERS": 16, "BADCOOKIE": 23}
FLAGS = {"qr": 0x8000, "aa": 0x0400, "tc": 0x0200, "rd": 0x0100, "ra": 0x0080, "z": 0x0040, "ad": 0x0020, "cd": 0x0010}
DO = 0x8000

TYPE_NAMES = {number: text for text, number in TYPES.items()}
RCODE_NAMES = {number: text for text, number in RCODES.items()}

# The fields of RDATA, as far as they are not opaque: n = name, 1 2 4 = integers, a = IPv4, 6 = IPv6, s = strings to the end.
RDATA = {"A": "a", "AAAA": "6", "NS": "n", "CNAME": "n", "PTR": "n", "DNAME": "n", "MB": "n", "MX": "2n", "SRV": "222n",
         "SOA": "nn44444", "TXT": "s", "SPF": "s", "HINFO": "s", "AFSDB": "2n", "RP": "nn"}
COMPRESSIBLE = {"NS", "CNAME", "PTR", "MB", "MX", "SOA"}


def size_of(field: str) -> int:
    return {"a": 4, "6": 16}.get(field) or int(field)


class Malformed(Exception):
    """A reply that is not a DNS message."""


def u16(number: int) -> bytes:
    return struct.pack("!H", number)


def u32(number: int) -> bytes:
    return struct.pack("!I", number)


# ---- text to bytes

def labels(*parts: bytes) -> bytes:
    """A name of labels of any bytes, absolute."""
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def name(text: str) -> bytes:
    """A name with escapes (RFC 1035 5.1); "@" and names without a final dot are those of ORIGIN."""
    if text == "@":
        return name(ORIGIN)
    if text == ".":
        return b"\0"
    byte = re.compile(r"\\(\d{3})|\\(.)|([^.\\])|(\.)", re.DOTALL)
    parts, last = [], b""
    for decimal, escaped, plain, dot in byte.findall(text):
        if dot:
            parts, last = [*parts, last], b""
        else:
            last += bytes([int(decimal)]) if decimal else (escaped or plain).encode("latin-1")
    return labels(*parts) if not last else labels(*parts, last)[:-1] + name(ORIGIN)


def type_number(text: str) -> int:
    return TYPES[text] if text in TYPES else int(text.removeprefix("TYPE"))


def class_number(text: str) -> int:
    return CLASSES[text] if text in CLASSES else int(text.removeprefix("CLASS"))


def question(text: str | bytes) -> bytes:
    """Of "NAME TYPE [CLASS]"; bytes pass through."""
    if isinstance(text, bytes):
        return text
    owner, kind, klass = [*text.split(), "IN"][:3]
    return name(owner) + u16(type_number(kind)) + u16(class_number(klass))


def rdata(kind: str, words: list[str]) -> bytes:
    if words[:1] == ["\\#"]:
        return bytes.fromhex("".join(words[2:]))
    encode = {"n": name, "a": lambda w: ipaddress.IPv4Address(w).packed, "6": lambda w: ipaddress.IPv6Address(w).packed,
              "1": lambda w: bytes([int(w)]), "2": lambda w: u16(int(w)), "4": lambda w: struct.pack("!I", int(w))}
    fields = RDATA[kind]
    if fields == "s":
        return b"".join(bytes([len(word)]) + word.encode("latin-1") for word in words)
    return b"".join(encode[field](word) for field, word in zip(fields, words, strict=True))


@dataclass(frozen=True)
class Record:
    owner: bytes
    type: int
    klass: int
    ttl: int
    rdata: bytes  # its names uncompressed

    def __str__(self) -> str:
        kind = TYPE_NAMES.get(self.type, f"TYPE{self.type}")
        return f"{name_text(self.owner)} {self.ttl} {kind} {rdata_text(kind, self.rdata)}"

    def packed(self) -> bytes:
        return self.owner + struct.pack("!HHIH", self.type, self.klass, self.ttl, len(self.rdata)) + self.rdata


def record(text: str) -> Record:
    """Of "OWNER TTL TYPE RDATA…"; strings hold no space."""
    owner, ttl, kind, *words = text.split()
    return Record(name(owner), type_number(kind), CLASSES["IN"], int(ttl), rdata(kind, words))


# ---- EDNS

def option(code: int, data: bytes = b"") -> bytes:
    return u16(code) + u16(len(data)) + data


def subnet(text: str, scope: int = 0) -> bytes:
    """The client subnet option (RFC 7871 6) of "ADDRESS/SOURCE"."""
    address, source = text.split("/")
    packed = ipaddress.ip_address(address).packed
    return option(8, u16(1 if len(packed) == 4 else 2) + bytes([int(source), scope]) + packed[:(int(source) + 7) // 8])


def opt(*options: bytes, size: int = 1232, flags: int = 0, version: int = 0, rcode: int = 0, owner: bytes = b"\0") -> bytes:
    data = b"".join(options)
    return owner + struct.pack("!HHBBHH", TYPES["OPT"], size, rcode, version, flags, len(data)) + data


# ---- queries

@dataclass(frozen=True)
class Query:
    """A packet, and what of it a server repeats: the question, and an OPT that it could read."""
    data: bytes
    question: bytes = b""
    opt: bytes = b""

    def cut(self, size: int) -> Query:
        """The first `size` bytes; nothing is repeated that is not whole."""
        whole = size >= 12 + len(self.question)
        return Query(self.data[:size], self.question if whole else b"", b"")

    def patched(self, offset: int, data: bytes) -> Query:
        return Query(self.data[:offset] + data + self.data[offset + len(data):], self.question, self.opt)


def header(flags: int = 0, counts: tuple[int, int, int, int] = (1, 0, 0, 0), ident: int = 0x4c53) -> bytes:
    return struct.pack("!HHHHHH", ident, flags, *counts)


def query(asked: str | bytes, *, flags: str = "", opcode: int = 0, edns: bytes = b"", counts=None,
          sections: tuple[bytes, ...] = (), tail: bytes = b"", ident: int = 0x4c53) -> Query:
    """A query. `sections` are records of answer, authority and additional, ended by OPT; the counts come from all that,
    unless they are to lie."""
    asked = question(asked) if asked else b""
    parts = [*sections, *[b""] * (3 - len(sections))]
    parts[2] += edns
    bits = sum(FLAGS[flag] for flag in flags.split()) | opcode << 11
    if counts is None:
        counts = (1 if asked else 0, *(count_records(part) for part in parts))
    return Query(header(bits, counts, ident) + asked + b"".join(parts) + tail, asked, edns)


def count_records(data: bytes) -> int:
    count, at = 0, 0
    while at < len(data):
        at = skip_name(data, at)
        at += 10 + struct.unpack_from("!H", data, at + 8)[0]
        count += 1
    return count


def skip_name(data: bytes, at: int) -> int:
    while data[at] and data[at] < 0xc0:
        at += data[at] + 1
    return at + (2 if data[at] else 1)


# ---- bytes to text

def name_text(wire: bytes) -> str:
    if wire == b"\0":
        return "."
    text, at = "", 0
    while wire[at]:
        for byte in wire[at + 1:at + 1 + wire[at]]:
            plain = 0x21 <= byte < 0x7f and byte not in b'.\\"();@$'
            text += chr(byte) if plain else f"\\{byte:03d}"
        text += "."
        at += wire[at] + 1
    return text


def rdata_text(kind: str, data: bytes) -> str:
    fields = RDATA.get(kind)
    if not fields or fields == "s":
        return f"\\# {len(data)} {data.hex()}"
    words, at = [], 0
    for one in fields:
        if one == "n":
            end = skip_name(data, at)
            words.append(name_text(data[at:end]))
        else:
            end = at + size_of(one)
            part = data[at:end]
            words.append(str(ipaddress.ip_address(part)) if one in "a6" else str(int.from_bytes(part, "big")))
        at = end
    return " ".join(words)


@dataclass
class Reply:
    """A message, read strictly: every byte belongs to something, pointers go back only."""
    ident: int
    flags: int
    question: bytes
    answer: list[Record] = field(default_factory=list)
    authority: list[Record] = field(default_factory=list)
    additional: list[Record] = field(default_factory=list)
    opt: Record | None = None
    size: int = 0

    @property
    def rcode(self) -> int:
        return self.flags & 0xf | ((self.opt.ttl >> 24) << 4 if self.opt else 0)

    @property
    def rcode_name(self) -> str:
        return RCODE_NAMES.get(self.rcode, str(self.rcode))

    def has(self, flag: str) -> bool:
        return bool(self.flags & FLAGS[flag])

    def options(self) -> list[bytes]:
        """Each with its header."""
        data, found = self.opt.rdata if self.opt else b"", []
        while data:
            end = 4 + struct.unpack_from("!H", data, 2)[0]
            if end > len(data):
                raise Malformed("an option overruns OPT")
            found, data = [*found, data[:end]], data[end:]
        return found


class Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise Malformed(f"ends at {len(self.data)}, within something")
        self.at += size
        return self.data[self.at - size:self.at]

    def numbers(self, layout: str) -> tuple[int, ...]:
        return struct.unpack("!" + layout, self.take(struct.calcsize("!" + layout)))

    def name(self) -> bytes:
        """Uncompressed (RFC 1035 4.1.4)."""
        wire, back, low = b"", None, self.at
        while True:
            length = self.take(1)[0]
            if length >= 0xc0:
                target = (length & 0x3f) << 8 | self.take(1)[0]
                if target >= low or target < 12:
                    raise Malformed(f"a pointer to {target} at {self.at - 2}")
                back = self.at if back is None else back
                self.at = low = target
                continue
            if length > 63 or len(wire) + length + 1 > 255:
                raise Malformed("not a name")
            wire += bytes([length]) + self.take(length)
            if length == 0:
                self.at = self.at if back is None else back
                return wire

    def rdata(self, kind: int, size: int) -> bytes:
        end, wire = self.at + size, b""
        for one in RDATA.get(TYPE_NAMES.get(kind, ""), ""):
            if one == "s":
                break
            wire += self.name() if one == "n" else self.take(size_of(one))
        if self.at > end:
            raise Malformed("RDATA overruns RDLENGTH")
        wire += self.take(end - self.at)
        if len(wire) != size and TYPE_NAMES[kind] not in COMPRESSIBLE:
            raise Malformed(f"a compressed name in {TYPE_NAMES[kind]} (RFC 3597 4)")
        return wire

    def record(self) -> Record:
        owner = self.name()
        kind, klass, ttl, size = self.numbers("HHIH")
        return Record(owner, kind, klass, ttl, self.rdata(kind, size))


def read_reply(data: bytes) -> Reply:
    reader = Reader(data)
    ident, flags, questions, *counts = reader.numbers("HHHHHH")
    start = reader.at
    for _ in range(questions):
        reader.name()
        reader.take(4)
    reply = Reply(ident, flags, data[start:reader.at], size=len(data))
    for section, count in zip((reply.answer, reply.authority, reply.additional), counts, strict=True):
        section.extend(reader.record() for _ in range(count))
    if reader.at != len(data):
        raise Malformed(f"{len(data) - reader.at} bytes behind the message")
    opts = [one for one in reply.additional if one.type == TYPES["OPT"]]
    if len(opts) > 1:
        raise Malformed("two OPT records")
    if opts:
        reply.opt = opts[0]
        reply.additional.remove(reply.opt)
    return reply
