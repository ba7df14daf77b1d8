#!/usr/bin/env python3
"""Every case of cases/ against the real program, over UDP and over TCP: cases_test.py PROGRAM [CASE…]

A query is followed by a second one on the same socket. Whatever comes before the answer to that is the reply, so that a drop is
seen without waiting for it.
"""
from __future__ import annotations

import sys
from pathlib import Path

import cases
import wire
from generated import write_zones
from notation import OUR_SIZE, Case, Outcome
from server import Server, TcpClient, UdpClient

ERRORS = ("FORMERR", "NOTIMP", "REFUSED", "BADVERS")


def sections(reply: wire.Reply) -> list[tuple[str, list[str]]]:
    return [(part, [str(one) for one in getattr(reply, part)]) for part in ("answer", "authority", "additional")]


def header_faults(reply: wire.Reply, query: wire.Query, outcome: Outcome) -> list[str]:
    sent = int.from_bytes(query.data[2:4], "big")
    wanted = wire.FLAGS["qr"] | sent & (0x7800 | wire.FLAGS["rd"])
    wanted |= sum(wire.FLAGS[flag] for flag in outcome.flags.split()) | wire.RCODES[outcome.rcode] & 0xf
    found = []
    if reply.ident != int.from_bytes(query.data[:2], "big"):
        found.append(f"the ID is {reply.ident:#x}")
    if reply.flags != wanted:
        found.append(f"the flags are {reply.flags:#06x}, not {wanted:#06x}")
    if reply.rcode_name != outcome.rcode:
        found.append(f"the RCODE is {reply.rcode_name}, not {outcome.rcode}")
    question = query.question if outcome.repeats_question else b""
    if reply.question != question:
        found.append(f"the question is {reply.question.hex() or 'not there'}, not {question.hex() or 'absent'}")
    return found


def opt_faults(reply: wire.Reply, query: wire.Query, outcome: Outcome) -> list[str]:
    if not query.opt or not outcome.repeats_opt:
        return ["an OPT that nobody asked for"] if reply.opt else []
    if not reply.opt:
        return ["no OPT"]
    do = int.from_bytes(query.opt[7:9], "big") & wire.DO
    wanted = (b"\0", OUR_SIZE, wire.RCODES[outcome.rcode] >> 4 << 24 | do)
    found = (reply.opt.owner, reply.opt.klass, reply.opt.ttl)
    faults = [] if found == wanted else [f"OPT has {found}, not {wanted}"]
    if reply.options() != list(outcome.options):
        faults.append(f"the options are {[one.hex() for one in reply.options()]}, not {[one.hex() for one in outcome.options]}")
    return faults


def record_faults(reply: wire.Reply, outcome: Outcome) -> list[str]:
    faults = []
    for part, found in sections(reply):
        wanted = [str(wire.record(text)) for text in getattr(outcome, part)]
        if found != wanted:
            faults.append(f"{part}:\n      " + "\n      ".join(found or ["nothing"]) +
                          "\n    instead of\n      " + "\n      ".join(wanted or ["nothing"]))
    return faults


def general_faults(reply: wire.Reply, query: wire.Query, transport: str) -> list[str]:
    """What holds for every reply: RFC 2181 5 and 9, RFC 6891 6.2.5, DNS flag day 2020; and an error is no amplifier."""
    faults = []
    options = len(reply.opt.rdata) if reply.opt else 0
    if reply.rcode_name in ERRORS and reply.size - options > len(query.data):
        faults.append(f"an error of {reply.size} bytes to a query of {len(query.data)}")
    size = max(512, min(int.from_bytes(query.opt[3:5], "big"), OUR_SIZE)) if query.opt else 512
    if transport == "udp" and reply.size > size:
        faults.append(f"{reply.size} bytes, where {size} are the most")
    for part, found in sections(reply):
        if len(found) != len(set(found)):
            faults.append(f"a record twice in {part}")
        ttls = {(one.owner, one.type, one.ttl) for one in getattr(reply, part)}
        if len(ttls) != len({(owner, kind) for owner, kind, _ in ttls}):
            faults.append(f"an RRset with two TTLs in {part}")
    return faults


def faults(one: Case, outcome: Outcome, replies: list[bytes], transport: str) -> list[str]:
    if outcome.dropped:
        return [f"{len(replies)} replies to what is to be dropped"] if replies else []
    if len(replies) != 1:
        return [f"{len(replies)} replies"]
    try:
        reply = wire.read_reply(replies[0])
        return [*header_faults(reply, one.query, outcome), *opt_faults(reply, one.query, outcome),
                *record_faults(reply, outcome), *general_faults(reply, one.query, transport)]
    except wire.Malformed as broken:
        return [f"a malformed reply: {broken}: {replies[0].hex()}"]


def run(table: list[Case], server: Server) -> int:
    """How many cases failed, over either transport."""
    failed = set()
    for transport, client_type in (("udp", UdpClient), ("tcp", TcpClient)):
        for one in table:
            with client_type(server.address) as client:
                found = faults(one, getattr(one, transport), client.ask(one.query.data), transport)
            if found:
                failed.add(one.name)
                print(f"{one.name} over {transport}, {one.query.data.hex()}:")
                print("".join(f"    {fault}\n" for fault in found))
    return len(failed)


def main() -> None:
    program, wanted = Path(sys.argv[1]), sys.argv[2:]
    table = [one for one in cases.TABLE if not wanted or any(one.name.startswith(word) for word in wanted)]
    with Server(program, write_zones) as server:
        failed = run(table, server)
    print(f"{len(table)} cases, {failed} failed")
    sys.exit(1 if failed or not table else 0)


if __name__ == "__main__":
    main()
