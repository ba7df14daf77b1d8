import json

from workloads import DATACENTERS, WEIGHTED, ZONE

from .peer import HOST, Peer, master_file


class PowerDns(Peer):
    """The bind backend for names of their own; the geoip backend for geo and weighted; a Lua record for sticky."""

    name, program = "powerdns", "pdns_server"
    can = frozenset({"static", "geo", "weighted", "sticky", "cookie"})

    def configure(self) -> None:
        by_backend = self._geoip() if self.setting.workload.needs in ("geo", "weighted") else self._bind()
        threads = self.setting.threads
        (self.folder / "pdns.conf").write_text(f"""
local-address={HOST}
local-port={self.port}
receiver-threads={threads}
distributor-threads=1
reuseport=yes
socket-dir={self.folder}
loglevel=3
daemon=no
guardian=no
security-poll-suffix=
edns-subnet-processing={"yes" if self.setting.workload.needs in ("geo", "sticky") else "no"}
cache-ttl=3600
query-cache-ttl=3600
negquery-cache-ttl=3600
edns-cookie-secret=000102030405060708090a0b0c0d0e0f
max-tcp-connections=1000
max-tcp-transactions-per-conn=0
{by_backend}""")

    def _bind(self) -> str:
        shares = ", ".join(f"{{{weight}, '{one}'}}" for one, weight in WEIGHTED.items())
        (self.folder / "zone").write_text(master_file(f'sticky LUA A "pickwhashed({{ {shares} }})"'))
        (self.folder / "named.conf").write_text(f'zone "{ZONE}" {{ type master; file "{self.folder}/zone"; }};\n')
        lua = "enable-lua-records=shared\n" if self.setting.workload.needs == "sticky" else ""
        return f"launch=bind\nbind-config={self.folder}/named.conf\n{lua}"

    def _geoip(self) -> str:
        world = self.setting.world
        records = {
            ZONE: [{"soa": f"ns1.{ZONE} hostmaster.{ZONE} 1 3600 600 604800 60"}, {"ns": f"ns1.{ZONE}"}],
            f"ns1.{ZONE}": [{"a": "192.0.2.53"}],
            f"weighted.{ZONE}": [{"a": {"content": one, "weight": weight * 10}} for one, weight in WEIGHTED.items()],
        }
        records[f"unknown.geo.{ZONE}"] = [{"a": DATACENTERS["dc0"]}]
        for country in world.continents:
            records[f"{country.lower()}.geo.{ZONE}"] = [{"a": DATACENTERS[world.datacenter(country)]}]
        services = {f"geo.{ZONE}": f"%cc.geo.{ZONE}"} if self.setting.workload.places else {}
        zone = {"domain": ZONE, "ttl": 60, "records": records, "services": services}
        (self.folder / "zones.yml").write_text(json.dumps({"domains": [zone]}))
        places = f"geoip-database-files=mmdb:{world.database}\n" if self.setting.workload.places else ""
        return f"launch=geoip\ngeoip-zones-file={self.folder}/zones.yml\n{places}"

    def command(self) -> list[str]:
        return [self.path(self.setting), f"--config-dir={self.folder}"]
