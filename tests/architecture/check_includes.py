#!/usr/bin/env python3
"""Holds the sources and docs/architecture.md to the table of modules in src/CMakeLists.txt (and app's own).

The build gives a module the headers of the modules that it uses, but also of those that they use in turn. Here only
what stands in the module's own row is allowed, an outside library only in the .cpp files and private headers of the
modules that link it, and sockets only on the floors that do I/O.
"""
import re
import sys
from dataclasses import dataclass
from pathlib import Path

# The CMake targets of outside libraries, and how their headers' paths start.
HEADERS_OF = {
    "CLI11::CLI11": ["CLI/"],
    "fmt::fmt": ["fmt/"],
    "loadstar_asio_impl": ["boost/", "openssl/"],
    "loadstar_seccomp": ["seccomp.h"],
    "loadstar_xdp": ["bpf/", "xdp/"],
    "PkgConfig::hiredis": ["hiredis/"],
    "nlohmann_json::nlohmann_json": ["nlohmann/"],
    "OpenSSL::Crypto": ["openssl/"],
    "OpenSSL::SSL": ["openssl/"],
    "PkgConfig::ldns": ["ldns/"],
    "PkgConfig::libmaxminddb": ["maxminddb"],
    "PkgConfig::libxxhash": ["xxhash"],
    "PkgConfig::re2": ["re2/"],
    "spdlog::spdlog": ["spdlog/"],
}
# Public headers show no outside library, with this exception: log calls check their format when they are compiled.
PUBLIC_EXCEPTIONS = {("include/loadstar/base/log.hpp", "fmt/format.h")}
SOCKET_HEADERS = ("sys/socket.h", "netinet/", "poll.h", "sys/epoll.h", "boost/")
SOCKET_MODULES = {"http", "health", "balance", "serve", "cluster", "control", "app"}

ROW = re.compile(r"loadstar_module\(\s*(\w+)(?:\s+USES\s+([\w\s]+?))?(?:\s+LIBRARIES\s+([^)]+?))?\s*\)")
PROGRAM = re.compile(r"target_link_libraries\(\s*loadstar\s+PRIVATE\s+([^)]+)\)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)
PUBLIC = re.compile(r"loadstar/(\w+)/")


@dataclass(frozen=True)
class Module:
    name: str
    uses: frozenset[str]
    libraries: frozenset[str]

    def may_include(self, header: str) -> bool:
        starts = [start for library in self.libraries for start in HEADERS_OF.get(library, [])]
        return header.startswith(tuple(starts))


def read_modules(root: Path) -> dict[str, Module]:
    app_table = (root / "src/app/CMakeLists.txt").read_text()
    rows = ROW.findall((root / "src/CMakeLists.txt").read_text() + app_table)
    modules = {name: Module(name, frozenset(uses.split()), frozenset(libraries.split())) for name, uses, libraries in rows}
    app = modules["app"]
    commands = frozenset(PROGRAM.search(app_table)[1].split())
    return modules | {"app": Module(app.name, app.uses, app.libraries | commands)}


def is_outside(header: str) -> bool:
    return header.startswith(tuple(start for starts in HEADERS_OF.values() for start in starts))


def is_within(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder)


def faults_of_include(root: Path, file: Path, module: Module, quote: str, header: str) -> list[str]:
    faults = []
    public = PUBLIC.match(header)
    place = str(file.relative_to(root))
    if public and public[1] not in module.uses | {module.name}:
        faults.append(f"{module.name} does not use {public[1]}")
    if public and not (root / "include" / header).exists():
        faults.append("there is no such header")
    if quote == '"' and not public and not is_within(file.parent / header, root / "src" / module.name):
        faults.append("a private header of another module")
    if is_outside(header) and (place, header) not in PUBLIC_EXCEPTIONS:
        if place.startswith("include/"):
            faults.append("an outside library in a public header")
        elif not module.may_include(header):
            faults.append(f"{module.name} does not link that library")
    if header.startswith(SOCKET_HEADERS) and module.name not in SOCKET_MODULES:
        faults.append(f"{module.name} knows no socket")
    return [f'{place}: "{header}": {fault}' for fault in faults]


def faults_of_module(root: Path, module: Module) -> list[str]:
    folders = [root / "src" / module.name, root / "include/loadstar" / module.name]
    files = sorted(file for folder in folders for file in folder.rglob("*.[ch]pp"))
    return [fault
            for file in files
            for quote, header in INCLUDE.findall(file.read_text())
            for fault in faults_of_include(root, file, module, quote, header)]


def faults_of_document(root: Path, modules: dict[str, Module]) -> list[str]:
    """The table in docs/architecture.md: | floor | `module` | its one job | may use | outside library |"""
    text = (root / "docs/architecture.md").read_text()
    listed = {cells[2].strip("` "): frozenset(re.findall(r"\w+", cells[4]))
              for cells in (line.split("|") for line in text.splitlines() if re.match(r"\| *\d+ *\| *`", line))}
    expected = {name: module.uses for name, module in modules.items()}
    return [f"docs/architecture.md: `{name}` may use {sorted(listed.get(name, []))}, "
            f"but src/CMakeLists.txt says {sorted(expected.get(name, []))}"
            for name in sorted(expected.keys() | listed.keys()) if expected.get(name) != listed.get(name)]


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    modules = read_modules(root)
    faults = [fault for module in modules.values() for fault in faults_of_module(root, module)]
    faults += faults_of_document(root, modules)
    print("\n".join(faults) or f"{len(modules)} modules keep to their rows")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
