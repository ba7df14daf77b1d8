"""The one description of what all servers serve and are asked: 10,000 names with an address, a name that is answered by the
client's country, one by weight and one that keeps to its clients. Configurations and questions are made of it.
"""
from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

from messages import query, subnet

ZONE = "bench.example"
TTL = 60
NAMES = 10_000
DATACENTERS = {f"dc{number}": f"192.0.2.{number + 10}" for number in range(10)}
WEIGHTED = {"192.0.2.101": 4, "192.0.2.102": 3, "192.0.2.103": 2, "192.0.2.104": 1}


def host(number: int) -> str:
    return f"host{number:05}"


def address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Client(NamedTuple):
    network: str
    country: str
    continent: str


class World:
    """The database of places with its clients, in the folder that make_geo has filled; empty without one."""

    def __init__(self, folder: Path | None) -> None:
        self.database = folder / "geo.mmdb" if folder else None
        self.clients4 = self._clients(folder, "clients4.txt")
        self.clients6 = self._clients(folder, "clients6.txt")
        self.continents = {client.country: client.continent for client in self.clients4}

    @staticmethod
    def _clients(folder: Path | None, name: str) -> list[Client]:
        return [Client(*line.split()) for line in (folder / name).read_text().splitlines()] if folder else []

    @staticmethod
    def datacenter(country: str) -> str:
        return f"dc{sum(country.encode()) % len(DATACENTERS)}"

    def countries(self, datacenter: str) -> list[str]:
        return sorted(country for country in self.continents if self.datacenter(country) == datacenter)


class Question(NamedTuple):
    message: bytes
    addresses: list[str]
    rcode: int = 0
    source: str = ""

    def line(self) -> str:
        """As dns_load reads it."""
        return f"{self.message.hex()} {self.rcode} {','.join(self.addresses) or '-'} {self.source}\n"


def static(world: World, options: bytes | None = b"") -> Iterator[Question]:
    return (Question(query(f"{host(i)}.{ZONE}", options), [address(i)]) for i in range(NAMES))


def plain(world: World) -> Iterator[Question]:
    return static(world, None)


def nxdomain(world: World) -> Iterator[Question]:
    return (Question(query(f"none{i:05}.{ZONE}"), [], rcode=3) for i in range(NAMES))


def by_subnet(clients: list[Client]) -> Iterator[Question]:
    return (Question(query(f"geo.{ZONE}", subnet(client.network)), [DATACENTERS[World.datacenter(client.country)]]) for client in clients)


def geo(world: World) -> Iterator[Question]:
    return by_subnet(world.clients4)


def geo6(world: World) -> Iterator[Question]:
    return by_subnet(world.clients6)


def geo_resolver(world: World) -> Iterator[Question]:
    for client in world.clients4:
        source = client.network.replace(".0/24", ".7")
        yield Question(query(f"geo.{ZONE}"), [DATACENTERS[World.datacenter(client.country)]], source=source)


def weighted(world: World) -> Iterator[Question]:
    return (Question(query(f"weighted.{ZONE}"), list(WEIGHTED)) for _ in range(1000))


def sticky(world: World) -> Iterator[Question]:
    clients = [client.network for client in world.clients4] or [f"198.18.{i}.0/24" for i in range(256)]
    return (Question(query(f"sticky.{ZONE}", subnet(network)), list(WEIGHTED)) for network in clients)


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    questions: Callable[..., Iterator[Question]]
    mode: str = "udp"  # of dns_load
    needs: str = "static"  # what a server must be able to do: static, geo, weighted, sticky, cookie
    window: int = 128

    @property
    def places(self) -> bool:
        """Whether the database is loaded."""
        return self.needs == "geo"


WORKLOADS = {workload.name: workload for workload in (
    Workload("static", "one of 10,000 names, with EDNS", static),
    Workload("plain", "the same without EDNS", plain),
    Workload("nxdomain", "names that do not exist", nxdomain),
    Workload("geo", "by the country of an IPv4 client subnet", geo, needs="geo"),
    Workload("geo6", "by the country of an IPv6 client subnet", geo6, needs="geo"),
    Workload("geo-resolver", "by the country of the resolver's own address", geo_resolver, needs="geo"),
    Workload("weighted", "one of four by weight", weighted, needs="weighted"),
    Workload("sticky", "one of four by weight, the same for a client subnet each time", sticky, needs="sticky"),
    Workload("cookie", "static with a cookie of the server's", static, needs="cookie"),
    Workload("tcp", "static, pipelined on one connection", static, mode="tcp"),
    Workload("tcp-connect", "static, one query a connection", static, mode="tcp-connect", window=32),
)}


def write_questions(file: Path, workload: Workload, world: World, *options, line_of: Callable[[Question], str] = Question.line) -> None:
    """In random order, another one in each run."""
    lines = [line_of(question) for question in workload.questions(world, *options)]
    random.shuffle(lines)
    file.write_text("".join(lines))
