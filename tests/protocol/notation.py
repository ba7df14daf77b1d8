"""What a case is: a query, and the one outcome that is right. The tables in cases/ are written in these words.

    case("answer.cname", query("c3 A"), answers("c3 100 CNAME www", *WWW_A))
    case("malformed.bit-label", query(b"\\x41\\x00\\0" + A_IN), formerr())

An outcome is complete: whatever it does not name must not be there. QR is set, ID, opcode, RD and question are those of the
query, and who sends an OPT that could be read gets one, with version 0, our size, DO as sent, and the options named.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

from wire import CLASSES, DO, TYPES, Query, option, opt, query, question, record, subnet, u16

A_IN = u16(TYPES["A"]) + u16(CLASSES["IN"])  # the end of a question
OUR_SIZE = 1232
SOA = "@ 60 SOA ns1 hostmaster 2024010101 7200 1800 1209600 60"  # as negative answers of case.test have it


@dataclass(frozen=True)
class Outcome:
    rcode: str
    flags: str = ""  # of aa, tc
    answer: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    additional: tuple[str, ...] = ()
    options: tuple[bytes, ...] = ()
    repeats_question: bool = True
    repeats_opt: bool = True
    dropped: bool = False

    def without_question(self) -> Outcome:
        return replace(self, repeats_question=False)

    def with_options(self, *options: bytes) -> Outcome:
        return replace(self, options=options)


    def explained(self, code: int) -> Outcome:
        """With an extended error (RFC 8914), which only clients that have shown their address get."""
        return replace(self, options=(*self.options, option(15, u16(code))))


DROPPED = Outcome("", dropped=True)


def answers(*records: str, authority=(), additional=(), rcode: str = "NOERROR", flags: str = "aa") -> Outcome:
    return Outcome(rcode, flags, records, tuple(authority), tuple(additional))


def nodata(*chain: str, soa: str = SOA) -> Outcome:
    return answers(*chain, authority=[soa])


def nxdomain(*chain: str, soa: str = SOA) -> Outcome:
    return answers(*chain, authority=[soa], rcode="NXDOMAIN")


def referral(*name_servers: str, glue=(), chain=(), flags: str = "") -> Outcome:
    return answers(*chain, authority=name_servers, additional=glue, flags=flags)


def error(rcode: str) -> Outcome:
    return Outcome(rcode)


def formerr() -> Outcome:
    return error("FORMERR")


def truncated(rcode: str = "NOERROR", flags: str = "aa tc") -> Outcome:
    """Nothing but question and OPT: the resolver asks again over TCP."""
    return Outcome(rcode, flags)


@dataclass(frozen=True)
class Case:
    name: str
    query: Query
    udp: Outcome
    tcp: Outcome


def case(name: str, asked: Query, udp: Outcome, tcp: Outcome | None = None) -> Case:
    """The outcome is the same over both transports unless `tcp` says otherwise."""
    return Case(name, asked, udp, tcp or udp)


def ask(text: str, *options: bytes, flags: str = "", do: bool = False, size: int = OUR_SIZE, version: int = 0) -> Query:
    """A query with EDNS."""
    return query(text, flags=flags, edns=opt(*options, size=size, flags=DO if do else 0, version=version))


__all__ = ["A_IN", "DO", "DROPPED", "OUR_SIZE", "SOA", "Case", "Outcome", "Query", "answers", "ask", "case", "error", "formerr",
           "nodata", "nxdomain", "opt", "option", "query", "question", "record", "referral", "subnet", "truncated", "u16"]
