"""An include against the direction of the layers does not compile.

    forbidden_includes_test.py BUILD_FOLDER

Tries one of each kind with the compile command of the library, and, so that the trial itself is known to work, an include
that is allowed.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(sys.argv[1])

# the folder of a library | what it may include | what it may not
trials = [
    ("src/base", "base/clock.hpp", ["crypto/digest.hpp", "keys/key_material.hpp", "domain/token.hpp", "hsm/session/session.hpp"]),
    ("src/crypto", "base/bytes.hpp", ["keys/key_material.hpp", "domain/token.hpp"]),
    ("src/keys", "crypto/digest.hpp", ["x509/certificate_request.hpp", "domain/token.hpp", "service/auth/access.hpp"]),
    ("src/x509", "keys/key_material.hpp", ["domain/token.hpp", "api/problem.hpp"]),
    ("src/domain", "keys/key_material.hpp", ["service/runtime/environment.hpp", "storage/open_catalogue.hpp", "hsm/open_token.hpp"]),
    ("src/service/runtime", "domain/token.hpp", ["service/auth/access.hpp", "service/lifecycle/lifecycle.hpp", "hsm/open_token.hpp", "storage/open_catalogue.hpp"]),
    ("src/service/auth", "domain/catalogue.hpp", ["service/lifecycle/lifecycle.hpp", "api/problem.hpp"]),
    ("src/service/lifecycle", "service/auth/access.hpp", ["service/operations/use_key.hpp", "service/recovery/recovery.hpp", "api/problem.hpp"]),
    ("src/service/operations", "x509/certificate_request.hpp", ["service/lifecycle/lifecycle.hpp", "http/message.hpp"]),
    ("src/service/recovery", "service/runtime/environment.hpp", ["service/lifecycle/lifecycle.hpp", "storage/open_catalogue.hpp"]),
    ("src/service/idempotency", "service/runtime/service_context.hpp", ["service/lifecycle/lifecycle.hpp", "api/problem.hpp"]),
    ("src/http", "base/secret_bytes.hpp", ["domain/token.hpp", "service/auth/access.hpp", "api/problem.hpp", "keys/key_material.hpp"]),
    ("src/api", "http/message.hpp", ["hsm/open_token.hpp", "storage/open_catalogue.hpp", "settings/settings.hpp", "cli/command.hpp"]),
    ("src/storage", "domain/catalogue.hpp", ["service/lifecycle/lifecycle.hpp", "hsm/open_token.hpp", "api/problem.hpp"]),
    ("src/settings", "base/secret_bytes.hpp", ["domain/token.hpp", "cli/command.hpp"]),
    ("hsm", "domain/token.hpp", ["service/runtime/environment.hpp", "storage/open_catalogue.hpp", "api/problem.hpp"]),
]


def compiles(command, folder, header):
    words = [word for word in shlex.split(command) if not word.endswith("ccache")]
    for option in ("-o", "-c"):
        at = words.index(option)
        del words[at:at + 2]
    result = subprocess.run([*words, "-fsyntax-only", "-x", "c++", "-"], input=f'#include "{header}"\n', cwd=folder,
                            capture_output=True, text=True)
    if result.returncode != 0 and "No such file" not in result.stderr:
        sys.exit(f"{header}: {result.stderr}")
    return result.returncode == 0


def library_of(folder):
    return "keyward_" + folder.removeprefix("src/").replace("/", "_")


# All files of a library have the same command but for their names.
units = {}
for unit in json.loads((build / "compile_commands.json").read_text()):
    target = re.search(r"CMakeFiles/(\w+)\.dir/", unit["command"])
    if target:
        units[target.group(1)] = unit
wrong = []
for source, allowed, forbidden in trials:
    unit = units[library_of(source)]
    if not compiles(unit["command"], unit["directory"], allowed):
        wrong.append(f"{source} can't include {allowed}")
    wrong += [f"{source} can include {header}" for header in forbidden if compiles(unit["command"], unit["directory"], header)]
for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
