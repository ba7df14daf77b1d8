#!/usr/bin/env python3
"""Zone files against docs/schema/zone.schema.json: good ones are valid, and what is wrong in form is not.

Needs the module jsonschema (Debian: python3-jsonschema); without it nothing is tested and the exit code is 77.
"""
import json
import re
import sys
from pathlib import Path

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]

# Of the bad zones, those whose mistake is not one of form: it takes names, numbers in relation, or JSON itself broken.
BEYOND_A_SCHEMA = re.compile(
    r"^(json-|area-|steer-|.*-unknown-(area|region|monitor|pool)$|.*-twice$|.*-shadowed-|records-(same|outside|without|long)"
    r"|zone-(empty|long|not-ascii|has|at)|ttl-(min|word)|soa-bad|match-(country|subdivision|cidr)|region-country"
    r"|monitor-(any-of-(unknown|later|deep)|of-many|regex|head|header-(host|newline)|host|path-for|status|timeout|interval|quorum|flap-hold|https-nameless|tls-nameless|server-name|ca-file)"
    r"|pool-(min-up-(family|too)|mixed)|endpoint-(a|aaaa|cname|probe|both)"
    r"|maintenance-(day|backwards|lead)|monitor-ramp|policy-guards-too|pool-guards-file"
    r"|policy-(no-match$|https-unasked)|rule-(on-all-down-pool|weights)|records-(empty-label|newline))")


def read(path: Path) -> object:
    text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda m: m[1] or " ", path.read_text(), flags=re.DOTALL)
    return json.loads(text)


def main() -> int:
    failures = []
    for name in ("zone", "dns-config", "probe-config"):
        Draft202012Validator.check_schema(read(ROOT / f"docs/schema/{name}.schema.json"))
    validator = Draft202012Validator(read(ROOT / "docs/schema/zone.schema.json"))

    good = sorted((ROOT / "tests/data/good-zones").glob("*.json")) + sorted((ROOT / "zones").glob("*.json"))
    for path in good:
        failures += [f"{path}: {error.json_path}: {error.message}" for error in validator.iter_errors(read(path))]

    refused = 0
    for path in sorted((ROOT / "tests/data/bad-zones").glob("*.json")):
        if BEYOND_A_SCHEMA.match(path.stem):
            continue
        refused += 1
        if validator.is_valid(read(path)):
            failures.append(f"{path}: should not be valid")

    print(f"{len(good)} good and {refused} bad zones", *failures, sep="\n")
    return 1 if failures or not good or not refused else 0


if __name__ == "__main__":
    sys.exit(main())
