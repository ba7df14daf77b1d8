import json
import os
from pathlib import Path

from workloads import DATACENTERS, NAMES, TTL, WEIGHTED, ZONE, World, address, host

from .peer import Peer, Setting


def geo_rules(world: World) -> list[dict]:
    """A rule for the countries of each datacenter, and one for everybody else."""
    rules = [{"match": {"countries": world.countries(name)}, "pools": [name]} for name in DATACENTERS if world.countries(name)]
    return [*rules, {"pools": ["dc0"]}]


def zone(world: World) -> dict:
    weighted = [{"a": one, "weight": weight} for one, weight in WEIGHTED.items()]
    pools = {name: {"endpoints": [{"a": one}]} for name, one in DATACENTERS.items()}
    sticky = {f"sticky{i}": {"endpoints": [{"a": one}]} for i, one in enumerate(WEIGHTED)}
    by_weight = [{"pool": name, "weight": weight} for name, weight in zip(sticky, WEIGHTED.values())]
    return {
        "zone": ZONE, "ttl": TTL,
        "pools": pools | sticky | {"weighted": {"balance": "weighted", "endpoints": weighted}},
        "policies": {"geo": {"rules": geo_rules(world)}, "weighted": {"rules": [{"pools": ["weighted"]}]},
                     "sticky": {"rules": [{"method": "sticky", "pools": by_weight}]}},
        "records": {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}, "geo": {"steer": "geo"}, "weighted": {"steer": "weighted"},
                    "sticky": {"steer": "sticky"}} | {host(i): {"A": address(i)} for i in range(NAMES)},
    }


class Loadstar(Peer):
    name, program = "loadstar", "loadstar"
    can = frozenset({"static", "geo", "weighted", "sticky", "cookie"})

    @classmethod
    def path(cls, setting: Setting) -> str:
        return str(Path(setting.build) / "loadstar")

    def configure(self) -> None:
        (self.folder / "zones").mkdir()
        (self.folder / "zones/bench.json").write_text(json.dumps(zone(self.setting.world)))

    def command(self) -> list[str]:
        places = ["--geoip", str(self.setting.world.database)] if self.setting.workload.places else []
        user = ["--user", "root"] if os.geteuid() == 0 else []
        return [self.path(self.setting), "dns", "--listen", f"{self.host}:{self.port}", "--zones", str(self.folder / "zones"),
                "--workers", str(self.setting.threads), *places, *user]


class Before(Loadstar):
    """Another build of ours, for a change that has to show what it does."""

    name = "before"

    @classmethod
    def path(cls, setting: Setting) -> str:
        return str(setting.before)
