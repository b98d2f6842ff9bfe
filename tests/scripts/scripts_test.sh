#!/usr/bin/env bash
# What scripts/run, scripts/test and scripts/fuzz do before they build: which arguments and folders they take, and which build folders
# they trust.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/lib/demo.sh
. "$root/scripts/lib/demo.sh"
# shellcheck source=scripts/lib/build.sh
. "$root/scripts/lib/build.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

failure() {
    echo "FAILED: $1: $2" >&2
    failures=$((failures + 1))
}
# refuses SENTENCE TEXT COMMAND…: it fails and says so.
refuses() {
    local sentence=$1 text=$2 said
    shift 2
    if said=$("$@" 2>&1); then failure "$sentence" "nothing was refused"; fi
    grep -qF -- "$text" <<<"$said" || failure "$sentence" "said: $said"
}
# takes SENTENCE COMMAND…: it succeeds.
takes() {
    local sentence=$1 said
    shift
    said=$("$@" 2>&1) || failure "$sentence" "$said"
}
# Of another user. Without root there is none whose folder could be made here.
is_root() { [ "$(id -u)" -eq 0 ]; }

# home NAME: a folder as an earlier start left it.
home() {
    KEYWARD_HOME=$work/$1
    (umask 077 && mkdir -p "$KEYWARD_HOME/pins" "$KEYWARD_HOME/tokens/a")
    echo "directories.tokendir = $KEYWARD_HOME/tokens" >"$KEYWARD_HOME/softhsm2.conf"
    echo "$demo_config_head" >"$KEYWARD_HOME/keyward.toml"
    echo secret >"$KEYWARD_HOME/pins/production.pin"
}
KEYWARD_PORT=8080

refuses "an empty name is not the default" "KEYWARD_HOME is empty" demo_home ""
mkdir "$work/really"
ln -s "$work/really" "$work/way"
[ "$(demo_home "$work/way/new")" = "$work/really/new" ] || failure "links on the way are resolved" "$(demo_home "$work/way/new")"
[ "$(demo_home "$work/way/")" = "$work/way" ] || failure "the folder's own link is not resolved" "$(demo_home "$work/way/")"

KEYWARD_HOME=$work/new
takes "a folder that is not there" demo_check_settings
mkdir -m 0755 "$work/new"
takes "an empty folder" demo_check_settings
mkdir "$work/new/lost+found"
takes "the root of a file system" demo_check_settings
home earlier
takes "a folder of an earlier start" demo_check_settings
mv "$work/earlier" "$work/moved"
KEYWARD_HOME=$work/moved
takes "one that was moved" demo_check_settings
home interrupted
rm "$KEYWARD_HOME/keyward.toml"
takes "one of a start that was cut off" demo_check_settings

KEYWARD_HOME=$work/way
refuses "a symbolic link" "is a symbolic link" demo_check_settings
KEYWARD_HOME=$work/nowhere
ln -s "$work/gone" "$KEYWARD_HOME"
refuses "a symbolic link to nothing" "is a symbolic link" demo_check_settings
KEYWARD_HOME=$work/file
touch "$KEYWARD_HOME"
refuses "a file" "is no folder" demo_check_settings
for path in pins tokens softhsm2.conf keyward.toml pins/production.pin keyward.db demo.env tokens/a/token.object; do
    home "link-$(tr / - <<<"$path")"
    rm -rf "${KEYWARD_HOME:?}/$path"
    cp -r "$work/really" "$work/target-of-$(basename "$KEYWARD_HOME")"
    ln -s "$work/target-of-$(basename "$KEYWARD_HOME")" "$KEYWARD_HOME/$path"
    refuses "a symbolic link at $path" "" demo_check_settings
done
home group-writable
chmod g+w "$KEYWARD_HOME"
refuses "a folder that a group may write" "chmod go-w" demo_check_settings
KEYWARD_HOME=$work/project
mkdir "$KEYWARD_HOME"
echo "[http]" >"$KEYWARD_HOME/keyward.toml"
refuses "a folder with something else in it" "is not empty" demo_check_settings
home etc
echo "[http]" >"$KEYWARD_HOME/keyward.toml"
refuses "one whose configuration is an operator's" "is not empty" demo_check_settings
if is_root; then
    KEYWARD_HOME=$work/others
    install -d -o nobody -m 0700 "$KEYWARD_HOME"
    refuses "an empty folder of another user" "belongs to another user" demo_check_settings
    for path in pins tokens/a pins/production.pin; do
        home "others-$(tr / - <<<"$path")"
        chown nobody "$KEYWARD_HOME/$path"
        refuses "$path of another user" "$path is a symbolic link, or belongs to another user" demo_check_settings
    done
fi
home ports
for KEYWARD_PORT in "" 0 65536 08080 80a; do
    refuses "port '$KEYWARD_PORT'" "expected a number from 1 to 65535" demo_check_settings
done
KEYWARD_PORT=8080

# The advice names all that has to go: a catalogue without its tokens is of no use.
home without-pin
# shellcheck disable=SC2317 # called by demo_token
demo_token_labels() { echo production; }
rm "$KEYWARD_HOME/pins/production.pin"
refuses "a token without its PIN" "remove all of $KEYWARD_HOME to begin again" demo_token production
home without-token
demo_token_labels() { :; }
echo rows >"$KEYWARD_HOME/keyward.db"
refuses "a catalogue without its token" "remove all of $KEYWARD_HOME to begin again" demo_token production

# A build folder that another checkout made is begun again.
calls=$work/calls
cmake() { echo "$*" >>"$calls" && mkdir -p build/dev && touch build/dev/build.ninja; }
# configured SENTENCE SOURCE EXPECTED…: what CMake is called with in a checkout whose build folder says SOURCE.
configured() {
    local sentence=$1 source=$2 expected=$3
    rm -rf "$work/checkout" "$calls"
    mkdir -p "$work/checkout/build/dev"
    touch "$work/checkout/build/dev/build.ninja" "$work/checkout/build/dev/old.o" "$calls"
    [ -z "$source" ] || echo "CMAKE_HOME_DIRECTORY:INTERNAL=$source" >"$work/checkout/build/dev/CMakeCache.txt"
    (cd "$work/checkout" && build_configure dev 2>/dev/null)
    [ "$(<"$calls")" = "$expected" ] || failure "$sentence" "CMake was called with: $(<"$calls")"
}
configured "a build folder of this checkout is kept" "$work/checkout" ""
[ -e "$work/checkout/build/dev/old.o" ] || failure "a build folder of this checkout is kept" "what was built is gone"
ln -s "$work/checkout" "$work/link"
configured "and by another name of it" "$work/link" ""
configured "that of a checkout that is gone is made again" "$work/gone" "--preset dev"
configured "that of a checkout that is there, too" "$work/really" "--preset dev"
[ ! -e "$work/checkout/build/dev/old.o" ] || failure "that of another checkout is made again" "what was built is there"

# scripts/fuzz says how it is called before it installs or builds anything.
refuses "fuzzing without a time" "usage: scripts/fuzz MINUTES" "$root/scripts/fuzz"
refuses "fuzzing for no time" "usage: scripts/fuzz MINUTES" "$root/scripts/fuzz" 0
refuses "fuzzing of an unknown target" "the targets are base64 http json keys names settings" "$root/scripts/fuzz" 1 tls

[ "$failures" -eq 0 ] || exit 1
echo "all as expected"
