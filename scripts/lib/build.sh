# shellcheck shell=bash
# Configuring and building a preset. Source it with `set -euo pipefail`, in the folder of the checkout.

# build_is_elsewheres FOLDER: whether a build folder was configured for another checkout, as after this one was moved or copied.
build_is_elsewheres() {
    local source
    [ -f "$1/CMakeCache.txt" ] || return 1
    source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$1/CMakeCache.txt")
    [ ! "$source" -ef . ]
}

# build_configure PRESET [OPTION…]: what CMake is called with. A build folder of another checkout is begun again: CMake would
# refuse it, or build that checkout in place of this one.
build_configure() {
    local folder=build/$1
    if build_is_elsewheres "$folder"; then
        echo "$folder was made for another folder than $PWD (a moved or copied checkout); it is made again" >&2
        rm -rf "$folder"
    fi
    if [ ! -f "$folder/build.ninja" ] || [ $# -gt 1 ]; then cmake --preset "$@"; fi
}

# build_preset PRESET: all of it.
build_preset() {
    build_configure "$1"
    cmake --build --preset "$1"
}
