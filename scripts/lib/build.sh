# shellcheck shell=bash
# Configures and builds a preset. Source it with `set -euo pipefail`, in the folder of the checkout.

# build_is_elsewheres FOLDER: whether a build folder was configured for another checkout, for example before this one was moved or copied.
build_is_elsewheres() {
    local source
    [ -f "$1/CMakeCache.txt" ] || return 1
    source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$1/CMakeCache.txt")
    [ ! "$source" -ef . ]
}

# build_configure PRESET [OPTION…]: runs CMake with these arguments. Removes a build folder of another checkout first: CMake would
# refuse it, or build that checkout instead of this one.
build_configure() {
    local folder=build/$1
    if build_is_elsewheres "$folder"; then
        echo "$folder was made for another folder than $PWD (a moved or copied checkout); it is made again" >&2
        rm -rf "$folder"
    fi
    if [ ! -f "$folder/build.ninja" ] || [ $# -gt 1 ]; then cmake --preset "$@"; fi
}

# build_preset PRESET: configures and builds everything.
build_preset() {
    build_configure "$1"
    cmake --build --preset "$1"
}

# build_tests PRESET NAME: the test programs whose names match the regular expression, and what they need.
build_tests() {
    local tests targets
    build_configure "$1"
    tests=$(ctest --test-dir "build/$1" -N -R "$2" | sed -n 's/^ *Test *#[0-9]*: //p')
    if [ -z "$tests" ]; then
        echo "scripts/test: no test program matches $2; all of them: ctest --test-dir build/$1 -N" >&2
        return 1
    fi
    # A test that is no program of its own, as that of the scripts, needs nothing built.
    targets=$(comm -12 <(sort <<<"$tests") <(ninja -C "build/$1" -t targets all | sed -n 's/: phony$//p' | sort -u))
    # shellcheck disable=SC2086
    [ -z "$targets" ] || cmake --build --preset "$1" --target $targets
}
