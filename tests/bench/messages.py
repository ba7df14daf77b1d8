"""DNS queries as bytes."""
from __future__ import annotations

import ipaddress
import struct

SUBNET, COOKIE = 8, 10  # EDNS options


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def option(code: int, data: bytes) -> bytes:
    return struct.pack("!HH", code, len(data)) + data


def subnet(network: str) -> bytes:
    """The client subnet option (RFC 7871 6)."""
    parsed = ipaddress.ip_network(network)
    octets = parsed.network_address.packed[:(parsed.prefixlen + 7) // 8]
    return option(SUBNET, struct.pack("!HBB", 1 if parsed.version == 4 else 2, parsed.prefixlen, 0) + octets)


def query(owner: str, options: bytes | None = b"", number: int = 0) -> bytes:
    """Asks for A; `options` None is a query without EDNS."""
    message = struct.pack("!6H", number & 0xffff, 0, 1, 0, 0, options is not None) + name(owner) + struct.pack("!HH", 1, 1)
    if options is not None:
        message += b"\0" + struct.pack("!HHBBHH", 41, 1232, 0, 0, 0, len(options)) + options
    return message


def option_in(answer: bytes, code: int) -> bytes:
    """The data of an option of an answer whose last record is OPT; empty without it."""
    at = answer.rfind(b"\0\0\x29") + 11
    while 11 <= at <= len(answer) - 4:
        found, length = struct.unpack_from("!HH", answer, at)
        if found == code:
            return answer[at + 4:at + 4 + length]
        at += 4 + length
    return b""
