"""Runs clang-tidy on the translation units of the product and its tests that changed since they last passed.

    tidy.py BUILD_FOLDER

A stamp for each translation unit, in BUILD_FOLDER/tidy, holds a hash of the compile command, of the rules in .clang-tidy and of the
contents of all files of this repository that the unit includes, and the names of those files. A unit whose stamp still
matches is clean. Exit code 1 if a unit is not clean.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

root = pathlib.Path.cwd()
build = pathlib.Path(sys.argv[1])
stamps = build / "tidy"
common = b"".join(file.read_bytes() for file in (root / ".clang-tidy", root / "tests/.clang-tidy")) + subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout


def included(unit):
    """The unit's source and the headers of this repository. System headers change only with packages, as the checker does."""
    words = shlex.split(unit["command"])
    if "-o" in words:
        del words[words.index("-o"):words.index("-o") + 2]
    rule = subprocess.run([*words, "-MM", "-MT", "x"], cwd=unit["directory"], capture_output=True, text=True, check=True).stdout
    names = rule.replace("\\\n", " ").split(":", 1)[1].split()
    return sorted({os.path.normpath(os.path.join(unit["directory"], name)) for name in names})


def key(unit, files):
    """None if one of the files does not exist any more."""
    digest = hashlib.sha256(common + unit["command"].encode())
    try:
        for name in files:
            digest.update(name.encode() + b"\0" + hashlib.sha256(pathlib.Path(name).read_bytes()).digest())
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def stamp_of(unit):
    return stamps / os.path.relpath(unit["file"], root).replace("/", "+")


def is_clean(unit):
    try:
        known, *files = stamp_of(unit).read_text().splitlines()
    except (FileNotFoundError, ValueError):
        return False
    return known == key(unit, files)


def check(unit):
    files = included(unit)
    before = key(unit, files)  # a file that changes while the checker reads it is checked again
    result = subprocess.run(["clang-tidy", "--quiet", "-p", str(build), unit["file"]],
                            capture_output=True, text=True)
    if result.returncode == 0:
        stamp_of(unit).write_text("\n".join([before, *files]) + "\n")
    return unit["file"], result.returncode, result.stdout


def main():
    units = [unit for unit in json.loads((build / "compile_commands.json").read_text())
             if os.path.relpath(unit["file"], root).split("/")[0] in ("src", "hsm", "tests")]
    stamps.mkdir(exist_ok=True)
    changed = [unit for unit in units if not is_clean(unit)]
    print(f"{len(units)} translation units, {len(changed)} of them to check", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, code, text in pool.map(check, changed):
            if code != 0:
                failed += 1
                print(f"{name}\n{text}", flush=True)
    return 1 if failed else 0


sys.exit(main())
