"""Prints the share of the lines that ran, by folder.

    coverage.py REPORT FOLDER…

REPORT is gcovr's JSON. Exits with 1 if the share of one of the folders is below 90 %.
"""
import collections
import json
import pathlib
import sys

REQUIRED = 0.90


def folders_of(name):
    """src/service/runtime/breaker.cpp counts for src/service/runtime and src/service."""
    parents = [str(parent) for parent in pathlib.PurePath(name).parents if str(parent) not in (".", "src")]
    return parents or [name]


def main(report, required):
    lines = collections.Counter()
    ran = collections.Counter()
    for file in json.loads(pathlib.Path(report).read_text())["files"]:
        counted = [line for line in file["lines"] if not line["gcovr/noncode"]]
        for folder in folders_of(file["file"]):
            lines[folder] += len(counted)
            ran[folder] += sum(line["count"] > 0 for line in counted)
    for folder in sorted(lines):
        print(f"{ran[folder] / lines[folder]:6.1%}  {ran[folder]:6} of {lines[folder]:6} lines  {folder}")
    low = [folder for folder in required if ran[folder] < REQUIRED * lines[folder] or not lines[folder]]
    for folder in low:
        print(f"{folder}: less than {REQUIRED:.0%} of the lines ran", file=sys.stderr)
    return 1 if low else 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
