#include "tests/unit/keys/support/openssl_command.hpp"

#include <cstdlib>
#include <stdexcept>

namespace keyward::keys::testing {

void OpensslFolder::run(const std::string& command) const {
    const std::string line = "cd '" + folder_.path().string() + "' && " + command + " >/dev/null 2>&1";
    if (std::system(line.c_str()) != 0)
        throw std::runtime_error("failed: " + command);  // NOLINT(cert-env33-c)
}

std::string OpensslFolder::made_by(const std::string& openssl_arguments, const std::string& file) const {
    run("openssl " + openssl_arguments);
    return read(file);
}

std::string OpensslFolder::read(const std::string& file) const {
    return test::read_file(folder_.file(file));
}

void OpensslFolder::write(const std::string& file, std::string_view octets) const {
    folder_.write(file, octets);
}

const OpensslFolder& openssl_folder() {
    static const OpensslFolder folder;
    return folder;
}

}  // namespace keyward::keys::testing
