#include "tests/bench/token_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/child_process.hpp"

namespace keyward::bench {

TokenFolder::TokenFolder(const std::string& name) {
    const char* place = std::getenv("TMPDIR");
    path_ = std::filesystem::path(place != nullptr ? place : "/dev/shm") / (name + "-XXXXXX");
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder on " + path_);
    std::filesystem::create_directory(path_ + "/tokens");
    std::ofstream(path_ + "/softhsm2.conf")
        << "directories.tokendir = " << path_ << "/tokens\nlog.level = ERROR\n";
    setenv("SOFTHSM2_CONF", (path_ + "/softhsm2.conf").c_str(), 1);
    test::ChildProcess tool({"softhsm2-util", "--init-token", "--free", "--label", "production", "--so-pin",
                             pin(), "--pin", pin()});
    tool.read_all();
    if (tool.wait() != 0) throw std::runtime_error("softhsm2-util failed");
}

TokenFolder::~TokenFolder() {
    std::filesystem::remove_all(path_);
}

}  // namespace keyward::bench
