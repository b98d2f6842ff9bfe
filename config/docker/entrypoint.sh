#!/usr/bin/env bash
# The container's entry point. `demo`, the default, sets up and serves the demonstration of scripts/run; anything else is a keyward command.
set -euo pipefail

[ "${1-demo}" = demo ] || exec /usr/bin/keyward "$@"

# shellcheck source=scripts/lib/demo.sh
. /usr/share/keyward/demo.sh
KEYWARD_BINARY=/usr/bin/keyward
[ -w "$KEYWARD_HOME" ] || demo_fail "$KEYWARD_HOME can't be written by user $(id -u); give the container a volume that it may write"
demo_main 0.0.0.0 "eval \"\$(docker exec $HOSTNAME cat $KEYWARD_HOME/demo.env)\""
