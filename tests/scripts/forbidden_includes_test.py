"""An include against the direction of the layers does not compile.

    forbidden_includes_test.py BUILD_FOLDER

Tries one of each kind with the compile command of a file of the folder, and, so that the trial itself is known to work, an include
that is allowed.
"""
import json
import os
import pathlib
import shlex
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(sys.argv[1])

# a file of the folder | what it may include | what it may not
trials = [
    ("src/base/ids.cpp", "base/clock.hpp", ["crypto/digest.hpp", "keys/key_material.hpp", "domain/token.hpp", "hsm/session/session.hpp"]),
    ("src/crypto/digest.cpp", "base/bytes.hpp", ["keys/key_material.hpp", "domain/token.hpp"]),
    ("src/keys/key_material.cpp", "crypto/digest.hpp", ["x509/certificate_request.hpp", "domain/token.hpp", "service/auth/access.hpp"]),
    ("src/x509/general_name.cpp", "keys/key_material.hpp", ["domain/token.hpp", "api/problem.hpp"]),
    ("src/domain/permissions.cpp", "keys/key_material.hpp", ["service/runtime/environment.hpp", "storage/open_catalogue.hpp", "hsm/open_token.hpp"]),
    ("src/service/runtime/environment.cpp", "domain/token.hpp", ["service/auth/access.hpp", "service/lifecycle/create_key.hpp", "hsm/open_token.hpp", "storage/open_catalogue.hpp"]),
    ("src/service/auth/access.cpp", "domain/catalogue.hpp", ["service/lifecycle/create_key.hpp", "api/problem.hpp"]),
    ("src/service/lifecycle/create_key.cpp", "service/auth/access.hpp", ["service/operations/use_key.hpp", "service/recovery/recovery.hpp", "api/problem.hpp"]),
    ("src/service/operations/use_key.cpp", "x509/certificate_request.hpp", ["service/lifecycle/create_key.hpp", "http/message.hpp"]),
    ("src/service/recovery/recovery.cpp", "service/runtime/environment.hpp", ["service/lifecycle/create_key.hpp", "storage/open_catalogue.hpp"]),
    ("src/service/idempotency/request_fingerprint.cpp", "service/runtime/service_context.hpp", ["service/lifecycle/create_key.hpp", "api/problem.hpp"]),
    ("src/http/reader.cpp", "base/secret_bytes.hpp", ["domain/token.hpp", "service/auth/access.hpp", "api/problem.hpp", "keys/key_material.hpp"]),
    ("src/api/problem.cpp", "http/message.hpp", ["hsm/open_token.hpp", "storage/open_catalogue.hpp", "settings/settings.hpp", "cli/command.hpp"]),
    ("src/storage/key_changes.cpp", "domain/catalogue.hpp", ["service/lifecycle/create_key.hpp", "hsm/open_token.hpp", "api/problem.hpp"]),
    ("src/settings/load.cpp", "base/secret_bytes.hpp", ["domain/token.hpp", "cli/command.hpp"]),
    ("hsm/pkcs11_token.cpp", "domain/token.hpp", ["service/runtime/environment.hpp", "storage/open_catalogue.hpp", "api/problem.hpp"]),
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


units = {os.path.relpath(unit["file"], root): unit for unit in json.loads((build / "compile_commands.json").read_text())}
wrong = []
for source, allowed, forbidden in trials:
    unit = units[source]
    if not compiles(unit["command"], unit["directory"], allowed):
        wrong.append(f"{source} can't include {allowed}")
    wrong += [f"{source} can include {header}" for header in forbidden if compiles(unit["command"], unit["directory"], header)]
for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
