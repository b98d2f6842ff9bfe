#!/usr/bin/env python3
"""Follows a how-to as its reader does: runs its commands with the real program, and compares their output with the shown one.

  run_howto.py PLAN KEYWARD

PLAN is a row of PLANS, KEYWARD the program. It fails if a command fails, or prints something else than the page shows; a command
for which the page shows nothing must print nothing on standard output. Exit code 77, skipped: namespaces cannot be made here.
"""
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
from machine import SOURCE, UNSHARE, Machine, is_possible  # noqa: E402
from page import Step, changed_configuration, matches, read_page  # noqa: E402

CONFIGURATION = Path("/etc/keyward/keyward.toml")
SKIPPED = 77


@dataclass
class Plan:
    """The pages that the reader follows, one after the other; "first-key 3" is the section of that page that begins with 3."""
    pages: list[str]
    needs: list[str] = field(default_factory=list)  # of the machine, besides tokens
    database: str = "SQLite"


FIRST_KEY_TO_START = ["first-key 1", "first-key 2", "first-key 3"]
PLANS = {
    "first-key": Plan(["first-key"]),
    "rotate-a-key": Plan(["first-key", "rotate-a-key"]),
    "add-an-environment": Plan(["first-key", "add-an-environment"]),
    "move-to-another-hsm": Plan(["first-key", "move-to-another-hsm"]),
    "rotate-a-pin": Plan(["first-key", "rotate-a-pin"]),
    "tls-and-client-certificates": Plan(["first-key", "tls-and-client-certificates"], ["nginx"]),
    "postgresql-and-replicas": Plan([*FIRST_KEY_TO_START, "postgresql-and-replicas"], ["postgresql"]),
    "back-up-and-restore": Plan(["first-key", "back-up-and-restore"]),
    "back-up-and-restore-postgresql": Plan(
        [*FIRST_KEY_TO_START, "postgresql-and-replicas", "first-key 4", "first-key 5", "back-up-and-restore"],
        ["postgresql"], "PostgreSQL"),
    "README": Plan(["README Create a key", "README Use a key", "README List, change and delete keys"], ["demonstration"]),
}

# What the reader types where a command asks for it: the PIN of a token, or a new password. A page can be about another token than
# the one that the file is named after.
PIN_IS_TYPED = re.compile(r"cat > /etc/keyward/pins/([\w-]+)\.pin")
TOKEN_OF_PIN = {("move-to-another-hsm", "production"): "hsm2-production"}
PASSWORD_IS_TYPED_TWICE = "--pwprompt"
# A page says with a comment that a command does not end with 0.
EXIT_CODE = re.compile(r" # exit code (\d+)$")
# Such a command is repeated until the service is ready.
READINESS = "/health/ready"
READINESS_SECONDS = 30


class Failure(Exception):
    pass


class Reader:
    """Follows pages on a machine."""

    def __init__(self, machine: Machine, database: str):
        self.machine = machine
        self.database = database

    def follow(self, name: str, section: str = "") -> None:
        file = SOURCE / "README.md" if name == "README" else SOURCE / "docs/howto" / f"{name}.md"
        steps = [step for step in read_page(file) if step.section.startswith(section)]
        if not steps:
            raise Failure(f"{file} has nothing to do in a section '{section}'")
        for step in steps:
            where = f"{file.relative_to(SOURCE)}:{step.line}"
            if step.database not in (None, self.database):
                continue
            if step.is_setting:
                self.edit(step, where)
            else:
                self.type(step, where, self.input_of(step, name))

    def edit(self, step: Step, where: str) -> None:
        print(f"{where}: edits {CONFIGURATION}")
        change = step.text.replace("PASSWORD", self.machine.password)
        CONFIGURATION.write_text(changed_configuration(CONFIGURATION.read_text(encoding="utf-8"), change), encoding="utf-8")

    def input_of(self, step: Step, page: str) -> str:
        if pin := PIN_IS_TYPED.search(step.text):
            return self.machine.pins[TOKEN_OF_PIN.get((page, pin[1]), pin[1])] + "\n"
        return 2 * (self.machine.password + "\n") if PASSWORD_IS_TYPED_TWICE in step.text else ""

    def type(self, step: Step, where: str, typed: str) -> None:
        expected_status = int(code[1]) if (code := EXIT_CODE.search(step.text)) else 0
        deadline = time.monotonic() + (READINESS_SECONDS if READINESS in step.text else 0)
        while True:
            status, printed, errors = self.machine.shell.run(step.text, typed)
            print(f"{where}: $ {step.text}\n{printed}{errors}".rstrip("\n"), flush=True)
            is_as_shown = matches(step.output, printed) or (step.output and matches(step.output, errors + printed))
            if (status == expected_status and is_as_shown) or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if status != expected_status:
            raise Failure(f"{where}: the command ended with {status} instead of {expected_status}")
        if any(secret in line for secret in self.machine.secrets() for line in self.machine.shell.arguments()):
            raise Failure(f"{where}: a secret is an argument, which every user of the machine can read")
        if not is_as_shown:
            raise Failure(f"{where}: the command printed something else than the page shows, which is:\n{step.output}")


def follow_plan(plan: Plan, keyward: Path) -> None:
    machine = Machine(keyward)
    machine.add_tokens("production", "staging", "sandbox", "hsm2-production")
    for need in plan.needs:
        getattr(machine, "add_" + need)()
    reader = Reader(machine, plan.database)
    try:
        for page in plan.pages:
            reader.follow(*page.split(" ", 1))
    except Failure as failure:
        sys.exit(f"\n{machine.journal()}\n{failure}")


def main() -> None:
    *inside, name, keyward = sys.argv[1:]
    if name not in PLANS:
        sys.exit(f"there is no plan for '{name}': add a row to PLANS in {__file__}")
    if inside:
        follow_plan(PLANS[name], Path(keyward))
    elif is_possible():
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, __file__, "--inside", name, keyward])
    else:
        print("skipped: this needs root, and a system that lets root make namespaces and mount in them")
        sys.exit(SKIPPED)


if __name__ == "__main__":
    main()
