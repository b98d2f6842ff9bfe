#include "tests/bench/token_folder.hpp"

#include <cstdlib>
#include <filesystem>

#include "tests/support/command.hpp"

namespace keyward::bench {

TokenFolder::TokenFolder()
    : folder_(std::getenv("TMPDIR") != nullptr ? std::filesystem::temp_directory_path()
                                               : test::memory_folder()) {
    std::filesystem::create_directory(folder_.file("tokens"));
    const std::string configuration = folder_.write(
        "softhsm2.conf", "directories.tokendir = " + folder_.file("tokens") + "\nlog.level = ERROR\n");
    setenv("SOFTHSM2_CONF", configuration.c_str(), 1);
    test::output_of({"softhsm2-util", "--init-token", "--free", "--label", "production", "--so-pin", pin(),
                     "--pin", pin()});
}

}  // namespace keyward::bench
