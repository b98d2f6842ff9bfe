# keyward_library(NAME [FOLDER folder] SOURCES… LINKS…), keyward_test(NAME SOURCES… LINKS…): the same warnings and standard everywhere.
# All checkouts on a machine share the compiler cache: ccache gets paths relative to the checkout and ignores the working folder.
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

# Several source files are compiled together (CMAKE_UNITY_BUILD in the presets): that takes a quarter of the time. clang-tidy compiles
# every file by itself.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)

# The log gives source locations as `hsm/session/session.cpp`, independent of the folder of the checkout and of the compiler's path form.
file(RELATIVE_PATH source_from_binary ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR})

add_library(keyward_flags INTERFACE)
target_compile_features(keyward_flags INTERFACE cxx_std_20)
target_compile_options(keyward_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wswitch
    -fstack-protector-strong -fstack-clash-protection -fcf-protection
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -ffile-prefix-map=${source_from_binary}=)
target_compile_definitions(keyward_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
target_link_options(keyward_flags INTERFACE -Wl,-z,relro,-z,now)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 reports overlaps in std::string's operator+ that do not exist (GCC bug 105651).
    target_compile_options(keyward_flags INTERFACE -Wno-restrict)
endif()
if(KEYWARD_COVERAGE)
    target_compile_options(keyward_flags INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(keyward_flags INTERFACE --coverage)
endif()
if(KEYWARD_SANITIZE)
    target_compile_options(keyward_flags INTERFACE -fsanitize=${KEYWARD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(keyward_flags INTERFACE -fsanitize=${KEYWARD_SANITIZE})
    target_compile_definitions(keyward_flags INTERFACE KEYWARD_SANITIZED)
endif()
if(KEYWARD_FUZZ)
    # Every library is instrumented for libFuzzer; its main() is only in the programs of tests/fuzz.
    target_compile_options(keyward_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# FOLDER, for example `service/auth`: the library's headers are included as "service/auth/….hpp", through a folder of links in the
# build tree that holds only this library's headers. Test libraries have no FOLDER and see the whole tree.
function(keyward_library name)
    cmake_parse_arguments(ARG "" "FOLDER" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    if(ARG_FOLDER)
        set(headers ${PROJECT_BINARY_DIR}/include/${name})
        set(folder ${PROJECT_SOURCE_DIR}/src/${ARG_FOLDER})
        if(NOT EXISTS ${folder})
            set(folder ${PROJECT_SOURCE_DIR}/${ARG_FOLDER})
        endif()
        get_filename_component(parent ${headers}/${ARG_FOLDER} DIRECTORY)
        file(MAKE_DIRECTORY ${parent})
        file(CREATE_LINK ${folder} ${headers}/${ARG_FOLDER} SYMBOLIC)
        target_include_directories(${name} PUBLIC ${headers})
    else()
        target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    endif()
    target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE keyward_flags ${ARG_PRIVATE_LINKS})
endfunction()

# Every test executable is one CTest test; `ctest -R name` runs it.
function(keyward_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE keyward_flags ${ARG_LINKS} GTest::gmock GTest::gtest GTest::gtest_main)
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    if(KEYWARD_SANITIZE)
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 3")
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp")
endfunction()
