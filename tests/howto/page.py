"""Reads a how-to: its commands, the output that it shows for each, and its changes of the configuration."""
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# What differs from run to run. A page shows an example, and any other value of the same kind matches it.
KINDS = [
    ("uuid", r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
    ("time", r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    ("sha256", r"\b[0-9a-f]{64}\b"),
    ("object id", r"\b[0-9a-f]{32}\b"),
    ("serial", r"\b[0-9a-f]{16}\b"),
    ("check value", r'(?<=[kK]eyCheckValue":)\s*"[0-9A-F]{6}"'),
    ("ciphertext", r'"output":"[\w+/=]+","iv":"[\w+/=]{16}","tag":"[\w+/=]{24}"'),
]
FENCE = re.compile(r"^( *)```(\w*)$")
DATABASES = ("SQLite", "PostgreSQL")


@dataclass
class Step:
    """A command and the output that the page shows for it, or a change of the configuration."""
    line: int
    section: str
    text: str
    output: str = ""
    is_setting: bool = False
    database: str | None = None  # only with this one


def is_complete(command: str) -> bool:
    """Whether bash would run the command, or wait for another line."""
    check = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True)
    return check.returncode == 0 and not check.stderr and not command.endswith("\\")


def console_steps(block: list[str], line: int, section: str, database: str | None) -> list[Step]:
    """Lines with a prompt and those that complete them are commands; the others are their output."""
    steps: list[Step] = []
    for offset, text in enumerate(block):
        if text.startswith("$ "):
            steps.append(Step(line + offset, section, text[2:], database=database))
        elif not steps:
            raise ValueError(f"line {line + offset}: output without a command")
        elif not steps[-1].output and not is_complete(steps[-1].text):
            steps[-1].text += "\n" + text
        else:
            steps[-1].output += text + "\n"
    return steps


def read_page(path: Path) -> list[Step]:
    """All steps in the order of the page. A json or text block after a console block is the output of its last command."""
    steps: list[Step] = []
    section, before, kind = "", "", None
    lines = path.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        fence = FENCE.match(lines[number])
        if not fence:
            if lines[number].startswith("## "):
                section = lines[number][3:]
            if lines[number].strip():
                before, kind = lines[number].strip(), None
            number += 1
            continue
        end = next(n for n in range(number + 1, len(lines)) if lines[n] == fence[1] + "```")
        block = [text.removeprefix(fence[1]) for text in lines[number + 1:end]]
        database = next((name for name in DATABASES if before.endswith(name + ":")), None)
        first = number + 2
        if fence[2] == "console":
            steps += console_steps(block, first, section, database)
        elif fence[2] == "toml":
            steps.append(Step(first, section, "\n".join(block) + "\n", is_setting=True))
        elif fence[2] in ("json", "text") and kind == "console":
            steps[-1].output += "\n".join(block)
        elif fence[2] not in ("json", "text"):
            raise ValueError(f"line {number + 1}: a block of '{fence[2]}' is neither run nor compared")
        kind, number = fence[2], end + 1
    return steps


def normal(text: str) -> str:
    """Without what varies, and without white space, so that a page can wrap long lines."""
    for name, pattern in KINDS:
        text = re.sub(pattern, f"<{name}>", text)
    return re.sub(r"\s+", "", text)


def matches(shown: str, printed: str) -> bool:
    """Whether the output that a page shows is the printed one. `…` stands for any text."""
    pattern = ".*".join(re.escape(part) for part in normal(shown).split("…"))
    return re.fullmatch(pattern, normal(printed), re.DOTALL) is not None


def changed_configuration(configuration: str, change: str) -> str:
    """The configuration after a reader has put the tables of `change` into it: a setting that a table has is replaced."""
    tables = re.split(r"(?m)^(?=\[)", configuration)
    for table in re.split(r"(?m)^(?=\[)", change):
        if not table.strip():
            continue
        head = table.splitlines()[0]
        name = re.search(r"(?m)^name = .*$", table)
        at = next((n for n, old in enumerate(tables)
                   if old.startswith(head + "\n") and (not head.startswith("[[") or name and name[0] in old.splitlines())), None)
        if at is None:
            tables.append("\n" + table)
            continue
        for setting in table.splitlines()[1:]:
            key = re.match(r"\w+ = ", setting)
            if not key:
                continue
            old = re.compile(rf"(?m)^{re.escape(key[0])}.*$")
            if old.search(tables[at]):
                tables[at] = old.sub(lambda _, new=setting: new, tables[at])
            else:
                tables[at] = tables[at].rstrip("\n") + "\n" + setting + "\n\n"
    return "".join(tables)
