#!/usr/bin/env python3
"""The tests that docs/rfc-compliance.md names are there and run: cases by name or beginning, tags of unit tests, files."""
from __future__ import annotations

import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import cases

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/rfc-compliance.md"
TAGS = re.compile(r'TEST_CASE\(\s*(?:"(?:\\.|[^"\\])*"\s*)+,\s*"((?:\[[^\]"]+\])+)"')


def rows(text: str) -> list[str]:
    """The last cells of the tables that have a column of tests."""
    cells, inside = [], False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
        elif line.rstrip().endswith("| test |"):
            inside = True
        elif inside and not line.startswith("|---"):
            cells.append(re.split(r"(?<!\\)\|", line)[-2].strip())
    return cells


def tags_of_cases() -> str:
    """Those of all unit tests; a tag in a comment tests nothing."""
    texts = (path.read_text() for path in (ROOT / "tests/unit").rglob("*_test.cpp"))
    return "".join(tags for text in texts for tags in TAGS.findall(text)).lower()


def is_run(path: Path) -> bool:
    """Some CMakeLists.txt names it, or takes all of its folder."""
    if not path.exists():
        return False
    if path.is_relative_to(ROOT / "tests/unit") or path.suffix == ".json":
        return True
    stem = re.sub(r"_(test|fuzz)$", "", path.stem)
    tables = "".join(table.read_text() for table in (ROOT / "tests").rglob("CMakeLists.txt"))
    return re.search(rf"\b{stem}\b|\b{path.stem}\b", tables) is not None


def is_there(name: str, tags: str) -> bool:
    if name.startswith("["):
        return name.lower() in tags
    if "/" in name:
        return is_run(ROOT / name)
    return any(fnmatchcase(one, name) for one in cases.NAMES)


def main() -> None:
    tags = tags_of_cases()
    cells = rows(PAGE.read_text())
    empty = sum(not re.search(r"`|\*peers\*|^-$", cell) for cell in cells)
    absent = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell) if not is_there(name, tags)]
    print(f"{len(cells)} rows, {empty} of them without a test, not there: {', '.join(absent) or 'none'}")
    sys.exit(1 if absent or empty or not cells else 0)


if __name__ == "__main__":
    main()
