#!/usr/bin/env python3
"""The same master files in ours, NSD and Knot, and the same queries to all: peers_test.py PROGRAM [NAME…]

RCODE, AA, TC, answer and authority must be the same, and the glue that a referral needs. What may differ stands in
differences.py; what differs and does not stand there, and what stands there and does not differ, is a failure.
"""
from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import wire
from differences import DIFFERENCES, Difference
from generated import write_zones
from notation import DO, opt
from peers import PEERS, Client
from server import Server

OURS_ALONE = {"hidden.test"}  # zones that a peer does not load
MOST_SHOWN = 40
AT_ONCE = 50  # queries to each server

TYPES = ("A", "AAAA", "NS", "SOA", "CNAME", "DNAME", "MX", "TXT", "SRV", "DS", "SVCB", "HTTPS", "PTR", "ANY", "TYPE65280", "DNSKEY",
         "NSEC", "RRSIG", "HINFO", "NAPTR", "CAA", "TYPE1234", "LOC")
# How a query is sent: flags, EDNS, transport
VARIANTS = {
    "plain": ("", b"", "udp"), "rd": ("rd", b"", "udp"), "cd-ad": ("cd ad", b"", "udp"), "edns": ("", opt(), "udp"),
    "do": ("", opt(flags=DO), "udp"), "512": ("", opt(size=512), "udp"), "600": ("rd", opt(size=600), "udp"),
    "4096": ("", opt(size=4096), "udp"), "tcp": ("", b"", "tcp"), "tcp-do": ("rd", opt(flags=DO), "tcp"),
}


def owners(zone: Path) -> Iterator[str]:
    """The owner names of a master file that begins with its $ORIGIN, absolute."""
    for line in zone.read_text().splitlines():
        if line.startswith((" ", "\t", ";", "$")) or not line:
            continue
        owner = line.split()[0]
        yield f"{zone.stem}." if owner == "@" else f"{owner}.{zone.stem}."


def names(zones: list[Path]) -> list[bytes]:
    """Every name with one below it, two below it, one beside it, what is above it, and its other case."""
    found: dict[bytes, None] = {}
    for text in itertools.chain.from_iterable(owners(zone) for zone in zones):
        name = wire.name(text)
        parent = name[name[0] + 1:]
        around = [name, name.swapcase(), parent, b"\1x" + name, b"\3Foo\1*" + name, b"\1*" + parent, b"\7nowhere" + parent]
        found.update((one, None) for one in around if len(one) <= 255)
    return list(found)


class Asked(NamedTuple):
    name: str
    kind: str
    variant: str
    data: bytes
    transport: str


def queries(zones: list[Path]) -> Iterator[Asked]:
    """Names that exist: every type, and one with all variants; the names around them: some of the types. Variants in turn."""
    turn = itertools.cycle(VARIANTS)
    existing = {wire.name(text) for zone in zones for text in owners(zone)}
    ident = itertools.count()
    for number, (name, kind) in enumerate(itertools.product(names(zones), TYPES)):
        if name not in existing and number % 5:
            continue
        for variant in VARIANTS if name in existing and kind == "A" else [next(turn)]:
            flags, edns, transport = VARIANTS[variant]
            asked = name + wire.u16(wire.type_number(kind)) + wire.u16(1)
            data = wire.query(asked, flags=flags, edns=edns, ident=next(ident) % 65536).data
            yield Asked(wire.name_text(name), kind, variant, data, transport)


def folded(record: wire.Record) -> str:
    """As text; names may take the case of what they point to (RFC 4343 4.1)."""
    return str(record).lower()


def chain(records: list[wire.Record]) -> list[list[str]]:
    """RRsets in their order, each as a set."""
    groups = itertools.groupby(records, lambda one: (one.owner.lower(), one.type))
    return [sorted(folded(one) for one in group) for _, group in groups]


def required_glue(reply: wire.Reply) -> list[str]:
    """Addresses of name servers within what is delegated (RFC 9471 2.1)."""
    cuts = [one for one in reply.authority if one.type == wire.TYPES["NS"]]
    within = {one.rdata.lower() for one in cuts if one.rdata.lower().endswith(one.owner.lower())}
    return sorted(folded(one) for one in reply.additional if one.owner.lower() in within)


def features(reply: wire.Reply) -> dict[str, object]:
    """What is compared. Of a truncated reply only that it is one."""
    found = {"rcode": reply.rcode_name, "aa": reply.has("aa"), "tc": reply.has("tc")}
    whole = not reply.has("tc")
    return found | {"answer": chain(reply.answer) if whole else None,
                    "authority": sorted(map(folded, reply.authority)) if whole else None,
                    "glue": required_glue(reply) if whole else None}


class Comparison:
    """Counts what differs, and which rows of the list that is."""

    def __init__(self) -> None:
        self.compared = 0
        self.unlisted: list[str] = []
        self.seen: set[Difference] = set()

    def compare(self, peer: str, asked: Asked, ours: wire.Reply, theirs: wire.Reply) -> None:
        self.compared += 1
        mine, other = features(ours), features(theirs)
        differing = tuple(key for key in mine if mine[key] != other[key])
        if not differing:
            return
        listed = [one for one in DIFFERENCES if one.covers(peer, asked.name, asked.kind, asked.variant, differing)]
        self.seen.update(listed)
        if not listed:
            details = "".join(f"    {key}: ours {mine[key]}\n      {peer} {other[key]}\n" for key in differing)
            self.unlisted.append(f"{peer}: {asked.name} {asked.kind} {asked.variant}: {', '.join(differing)}\n{details}")

    def report(self, asked: int, whole: bool) -> bool:
        for text in self.unlisted[:MOST_SHOWN]:
            print(text)
        gone = [one for one in DIFFERENCES if one not in self.seen] if whole else []
        for one in gone:
            print(f"listed, but does not occur: {one}")
        print(f"{asked} queries, {self.compared} comparisons, {len(self.seen)} of {len(DIFFERENCES)} listed differences, "
              f"{len(self.unlisted)} others")
        return not self.unlisted and not gone


def ask(batch: list[Asked], ours: Client, peers: dict[str, Client], comparison: Comparison) -> None:
    packets = [(one.data, one.transport) for one in batch]
    for client in (ours, *peers.values()):
        client.send(packets)
    replies = ours.receive(packets)
    for peer, client in peers.items():
        for one, reply, other in zip(batch, replies, client.receive(packets), strict=True):
            comparison.compare(peer, one, reply, other)


def main() -> None:
    program, wanted = Path(sys.argv[1]), sys.argv[2:]
    missing = [peer.program for peer in PEERS if not peer.path()]
    if missing:
        print(f"not installed: {', '.join(missing)}")
        sys.exit(77)
    comparison = Comparison()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loadstar-peers-")))
        write_zones(folder)
        zones = [path for path in sorted(folder.glob("*.zone")) if path.stem not in OURS_ALONE]
        ours = Client(stack.enter_context(Server(program, write_zones)).address)
        stack.callback(ours.close)
        peers = {peer.name: stack.enter_context(peer(folder, zones)) for peer in PEERS}
        todo = [one for one in queries(zones) if not wanted or one.name in wanted]
        for start in range(0, len(todo), AT_ONCE):
            ask(todo[start:start + AT_ONCE], ours, peers, comparison)
    sys.exit(0 if comparison.report(len(todo), not wanted) else 1)


if __name__ == "__main__":
    main()
