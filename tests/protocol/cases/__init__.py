"""The table of all cases, by the chapters of the protocol. A case is one line in one of these files."""
from . import attacks, classes, content, edns, headers, malformed, names, sizes, subnets

TABLE = [one for chapter in (headers, malformed, names, classes, content, edns, subnets, sizes, attacks) for one in chapter.CASES]

NAMES = [one.name for one in TABLE]
assert len(NAMES) == len(set(NAMES)), "a name of a case twice"
