"""The zones of the cases: those of the folder zones/, and one that would be long to write, with RRsets of every size."""
import shutil
from pathlib import Path

ZONES = Path(__file__).with_name("zones")

HEAD = """$ORIGIN big.test.
$TTL 300
@ IN SOA ns hostmaster 1 7200 1800 1209600 60
@ IN NS ns
ns IN A 192.0.2.53
"""


def addresses(owner: str, count: int) -> list[str]:
    return [f"{owner} IN A 10.0.{i // 256}.{i % 256}" for i in range(count)]


def texts(owner: str, count: int) -> list[str]:
    """Records of 263 bytes each."""
    return [f'{owner} IN TXT "{i:03d}{"x" * 247}"' for i in range(count)]


def delegation(owner: str, servers: int, within: bool) -> list[str]:
    """As many name servers, each with A and AAAA; `within` the delegated zone or beside it."""
    lines = []
    for i in range(servers):
        host = f"ns{i:02d}.{owner}" if within else f"ns{i:02d}.beside-{owner}"
        lines += [f"{owner} IN NS {host}", f"{host} IN A 10.1.0.{i}", f"{host} IN AAAA 2001:db8:1::{i:x}"]
    return lines


def exchangers(owner: str, count: int) -> list[str]:
    lines = []
    for i in range(count):
        lines += [f"{owner} IN MX {i} mx{i:02d}.{owner}", f"mx{i:02d}.{owner} IN A 10.2.0.{i}"]
    return lines


def big_zone() -> str:
    lines = [*addresses("a28", 28), *addresses("a29", 29), *addresses("a74", 74), *addresses("a75", 75),
             *addresses("a200", 200), *addresses("a2000", 2000),
             *texts("txt1", 1), *texts("txt4", 4), *texts("txt5", 5), *texts("txt60k", 230),
             *delegation("deleg4", 4, True), *delegation("deleg13", 13, True), *delegation("deleg13out", 13, False),
             *delegation("deleg30", 30, True), *exchangers("mx20", 20), *exchangers("mx40", 40),
             *addresses("*.wild", 200), "big IN CNAME a200", "d IN DNAME a200.big.test."]
    return HEAD + "\n".join(lines) + "\n"


def write_zones(folder: Path) -> None:
    for path in ZONES.iterdir():
        shutil.copy(path, folder)
    (folder / "big.test.zone").write_text(big_zone())
