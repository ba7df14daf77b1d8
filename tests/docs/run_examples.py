#!/usr/bin/env python3
"""Runs the examples of the documentation: run_examples.py PROGRAM DOCUMENT...

In Markdown a block fenced as ```console is an example, in a man page one between .EX and .EE that holds a prompt. A line
that starts with "$ " is a command, and what follows up to the next one is what it prints. An ellipsis (… or ...) stands for
anything within a line, and on a line of its own for any lines. White space counts as one space. Commands run in the
repository with `loadstar` in the path, against a server with the demonstration zones; the ports 5300 and 8053 (control),
which the documents write, become those that it has. Examples that are not to be run are fenced as ```sh.

A Markdown block fenced as ```jsonc that is a whole zone has to pass `loadstar check`, and a link to a file of the repository
has to lead to one.
"""
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))
from lab import ROOT, Lab, LabError, free_port  # noqa: E402

DNS_PORT = 5300
CONTROL_PORT = 8053
SECONDS = 60
MARKDOWN_BLOCK = re.compile(r"^ *```console\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
WHOLE_ZONE = re.compile(r'^ *```jsonc\n( *\{\s*"zone":.*?)^ *```', re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")
ROFF_BLOCK = re.compile(r"^\.EX\n(.*?)^\.EE", re.DOTALL | re.MULTILINE)
ROFF_WORDS = {r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\e": "\\", r"\&": "", r"\fB": "", r"\fI": "", r"\fR": "", r"\fP": ""}


@dataclass
class Example:
    place: str
    command: str
    expected: list[str] = field(default_factory=list)


def from_roff(text: str) -> str:
    for written, meant in ROFF_WORDS.items():
        text = text.replace(written, meant)
    return text


def examples_of(document: Path) -> list[Example]:
    text = document.read_text()
    is_markdown = document.suffix == ".md"
    examples: list[Example] = []
    for block in (MARKDOWN_BLOCK if is_markdown else ROFF_BLOCK).finditer(text):
        body = textwrap.dedent(block[1] if is_markdown else from_roff(block[1]))
        line_number = text.count("\n", 0, block.start(1)) + 1
        examples += examples_in(body.splitlines(), document, line_number)
    return examples


def examples_in(lines: list[str], document: Path, first_line: int) -> list[Example]:
    examples: list[Example] = []
    goes_on = False
    for number, line in enumerate(lines, first_line):
        if goes_on:
            examples[-1].command += "\n" + line
        elif line.startswith("$ "):
            examples.append(Example(f"{document.relative_to(ROOT)}:{number}", line[2:]))
        elif examples and line.strip():
            examples[-1].expected.append(line)
        goes_on = line.endswith("\\") and bool(examples) and not examples[-1].expected
    return examples


def pattern_of(expected: list[str]) -> str:
    """A regular expression for output whose white space is normalized, one line after another."""
    pattern = ""
    for line in expected:
        words = " ".join(line.replace("...", "…").split())
        if words == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in words.split("…")) + r"\n"
    return pattern


def normalized(output: str) -> str:
    return "".join(" ".join(line.split()) + "\n" for line in output.splitlines() if line.strip())


def failure_of(example: Example, ports: dict[str, str], environment: dict[str, str]) -> str | None:
    command = example.command
    for written, meant in ports.items():
        command = command.replace(written, meant)
    in_terminal = ["script", "--quiet", "--return", "--command", command, "/dev/null"]
    run = subprocess.run(in_terminal, cwd=ROOT, env=environment, timeout=SECONDS, check=False, text=True,
                         stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    output = run.stdout
    for written, meant in ports.items():
        output = output.replace(meant, written)
    if re.fullmatch(pattern_of(example.expected), normalized(output)):
        return None
    return (f"{example.place}: $ {example.command}\nthe document says:\n{textwrap.indent(chr(10).join(example.expected), '    ')}\n"
            f"it printed (exit code {run.returncode}):\n{textwrap.indent(output, '    ')}")


def failures_of_zones(document: Path, program: Path) -> list[str]:
    failures = []
    for block in WHOLE_ZONE.finditer(document.read_text()):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as zone:
            zone.write(block[1])
            zone.flush()
            run = subprocess.run([program, "check", zone.name], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            failures.append(f"{document}: a zone is not right:\n{block[1]}\n{run.stdout}")
    return failures


def failures_of_links(document: Path) -> list[str]:
    if document.suffix != ".md":
        return []
    links = LINK.findall(document.read_text())
    return [f"{document}: {link} does not exist" for link in links if not (document.parent / link).exists()]


def main() -> int:
    program, *documents = (Path(argument).resolve() for argument in sys.argv[1:])
    examples = [example for document in documents for example in examples_of(document)]
    if not examples:
        print("there is no example in " + ", ".join(map(str, documents)))
        return 1
    control = free_port()
    with Lab(program, arguments=["--control", f"127.0.0.1:{control}"]) as lab:
        lab.start_backends()
        lab.start_server()
        ports = {str(DNS_PORT): str(lab.port), str(CONTROL_PORT): str(control)}
        environment = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "SHELL": "/bin/bash"}
        failures = [failure for example in examples if (failure := failure_of(example, ports, environment))]
    for document in documents:
        failures += failures_of_zones(document, program) + failures_of_links(document)
    print("\n".join(failures) or f"{len(examples)} examples print what the documents say")
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LabError as error:
        sys.exit(f"run_examples: {error}")
