"""Runs clang's -Wthread-safety on the translation units of the product that use base/mutex.hpp.

    thread_safety.py BUILD_FOLDER

The units of one library are read together, which takes a fraction of the time. Where that fails, for whatever reason, each half of
them is read, down to a single unit. Exit code 1 if a unit does not pass, or if the analysis accepts a source that uses a guarded
member without its lock.
"""
import collections
import concurrent.futures
import functools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

root = pathlib.Path.cwd()
build = pathlib.Path(sys.argv[1]).resolve()
header = "base/mutex.hpp"

trial = """
#include "base/mutex.hpp"
class Counter {
  public:
    void add() { %s++count_; }
  private:
    keyward::Mutex mutex_;
    int count_ KEYWARD_GUARDED_BY(mutex_) = 0;
};
"""


def settings_of(unit):
    """What the unit's compile command says about includes, macros and the language. The other options are for another compiler."""
    words = iter(shlex.split(unit["command"]))
    settings = []
    for word in words:
        if word in ("-I", "-isystem"):
            settings += [word, next(words)]
        elif word.startswith(("-I", "-D", "-std=")):
            settings.append(word)
    return tuple(settings)


def analyse(settings, source):
    result = subprocess.run(["clang++", "-fsyntax-only", "-Wthread-safety", "-Werror", *settings, "-x", "c++", "-"], cwd=build,
                            input=source, capture_output=True, text=True)
    return result.stderr if result.returncode != 0 else ""


def check(settings, names):
    """What clang says about these units, one text for each that does not pass."""
    text = analyse(settings, "".join(f'#include "{name}"\n' for name in names))
    if not text or len(names) == 1:
        return [text] if text else []
    half = len(names) // 2
    return check(settings, names[:half]) + check(settings, names[half:])


@functools.cache
def uses_locks(path):
    """Whether the file includes the header, or includes a file that does."""
    for name in re.findall(r'^#include "([^"]+)"', path.read_text(), re.MULTILINE):
        file = next((folder / name for folder in (root / "src", root) if (folder / name).exists()), None)
        if name == header or (file is not None and uses_locks(file)):
            return True
    return False


def works(settings):
    without_lock = analyse(settings, trial % "")
    with_lock = analyse(settings, trial % "const keyward::Lock lock(mutex_); ")
    return "requires holding mutex" in without_lock and not with_lock


def main():
    libraries = collections.defaultdict(list)
    for unit in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(unit["file"])
        if path.is_relative_to(root / "src") or path.is_relative_to(root / "hsm"):
            if uses_locks(path):
                libraries[settings_of(unit)].append(unit["file"])
    if not libraries:
        sys.exit(f"{build} has no translation unit of the product that uses {header}")
    if not works(next(iter(libraries))):
        sys.exit("the analysis accepts a guarded member that is used without its lock, or refuses one that is used with it")
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        by_size = sorted(libraries.items(), key=lambda library: -len(library[1]))
        for texts in pool.map(lambda library: check(*library), by_size):
            wrong += texts
    print("".join(wrong), end="")
    print(f"{sum(map(len, libraries.values()))} translation units use locks")
    return 1 if wrong else 0


sys.exit(main())
