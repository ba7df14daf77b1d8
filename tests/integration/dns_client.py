"""DNS messages and TCP clients with every byte the test's own, of the standard library only."""
from __future__ import annotations

import socket
import struct

from harness import PATIENCE

A, TXT = 1, 16


def query(name: str, kind: int = A, number: int = 1) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", number, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def framed(message: bytes) -> bytes:
    return struct.pack("!H", len(message)) + message


def number_of(message: bytes) -> int:
    return struct.unpack_from("!H", message)[0]


def answer_count(message: bytes) -> int:
    return struct.unpack_from("!H", message, 6)[0]


def split(server: str) -> tuple[str, int]:
    """ADDR:PORT as the log has it."""
    address, port = server.rsplit(":", 1)
    return address.strip("[]"), int(port)


def connect(server: str, source: str = "") -> socket.socket:
    connection = socket.create_connection(split(server), PATIENCE, (source, 0) if source else None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def receive_exactly(connection: socket.socket, size: int) -> bytes:
    """Fewer bytes when the server closes."""
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            break
        data += more
    return data


def receive(connection: socket.socket) -> bytes:
    """One message without its length; empty when the server closes."""
    length = receive_exactly(connection, 2)
    return receive_exactly(connection, struct.unpack("!H", length)[0]) if length else b""


def ask(connection: socket.socket, name: str, number: int = 1) -> bytes:
    connection.sendall(framed(query(name, number=number)))
    return receive(connection)


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closes, sending nothing more."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def reset(connection: socket.socket) -> None:
    """Closes with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
