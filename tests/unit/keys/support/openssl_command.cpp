#include "tests/unit/keys/support/openssl_command.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <stdlib.h>

namespace keyward::keys::testing {

OpensslFolder::OpensslFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "keyward-keys-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
}

OpensslFolder::~OpensslFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void OpensslFolder::run(const std::string& command) const {
    const std::string line = "cd '" + path_.string() + "' && " + command + " >/dev/null 2>&1";
    if (std::system(line.c_str()) != 0)
        throw std::runtime_error("failed: " + command);  // NOLINT(cert-env33-c)
}

std::string OpensslFolder::made_by(const std::string& openssl_arguments, const std::string& file) const {
    run("openssl " + openssl_arguments);
    return read(file);
}

std::string OpensslFolder::read(const std::string& file) const {
    std::ifstream stream(path_ / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void OpensslFolder::write(const std::string& file, std::string_view octets) const {
    std::ofstream(path_ / file, std::ios::binary) << octets;
}

const OpensslFolder& openssl_folder() {
    static const OpensslFolder folder;
    return folder;
}

}  // namespace keyward::keys::testing
