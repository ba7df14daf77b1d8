"""Ethernet frames with every byte the test's own."""
from __future__ import annotations

import socket
import struct

UDP = 17


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def checksum(data: bytes) -> int:
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def datagram(source: str, destination: str, port: int, payload: bytes, length: int | None = None, flaw: int = 0,
             source_port: int = 4660) -> bytes:
    """A UDP header and the payload; `length` is what the header says, `flaw` is added to the right checksum."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    length = 8 + len(payload) if length is None else length
    addresses = socket.inet_pton(family, source) + socket.inet_pton(family, destination)
    header = struct.pack("!4H", source_port, port, length, 0)
    right = checksum(addresses + struct.pack("!2H", length, UDP) + (header + payload)[:length]) or 0xffff
    return header[:6] + struct.pack("!H", (right + flaw) & 0xffff) + payload


def ipv4(source: str, destination: str, payload: bytes, length: int | None = None, flaw: int = 0, first: int = 0x45, fragment: int = 0,
         protocol: int = UDP) -> bytes:
    length = 20 + len(payload) if length is None else length
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    header = struct.pack("!2B3H2BH", first, 0, length, 1, fragment, 64, protocol, 0) + addresses
    return header[:10] + struct.pack("!H", (checksum(header) + flaw) & 0xffff) + addresses + payload


def ipv6(source: str, destination: str, payload: bytes, length: int | None = None, following: int = UDP) -> bytes:
    length = len(payload) if length is None else length
    addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination)
    return struct.pack("!IH2B", 0x60000000, length, following, 64) + addresses + payload


def ethernet(source: str, destination: str, packet: bytes, tag: bytes = b"") -> bytes:
    kind = b"\x86\xdd" if packet[:1] >= b"\x60" else b"\x08\x00"
    return mac(destination) + mac(source) + tag + kind + packet
