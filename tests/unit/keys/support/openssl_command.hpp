#pragma once

#include <string>

#include "base/bytes.hpp"
#include "tests/support/files.hpp"

namespace keyward::keys::testing {

/// A temporary folder of one test program, removed when it ends; the openssl command works in it.
class OpensslFolder {
  public:
    /// Runs a shell command line in the folder; throws with it when it fails.
    void run(const std::string& command) const;
    /// The same for `openssl …`, and what it wrote to a file.
    [[nodiscard]] std::string made_by(const std::string& openssl_arguments, const std::string& file) const;
    [[nodiscard]] std::string read(const std::string& file) const;
    void write(const std::string& file, std::string_view octets) const;

  private:
    test::TemporaryFolder folder_;
};

/// The folder that all tests of the program share.
const OpensslFolder& openssl_folder();

}  // namespace keyward::keys::testing
