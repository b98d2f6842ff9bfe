#pragma once

#include <string>

#include "tests/support/files.hpp"

namespace keyward::bench {

/// A temporary folder with one SoftHSM2 token, `production`: in TMPDIR when that is set, else in memory. Sets
/// SOFTHSM2_CONF of this process.
class TokenFolder {
  public:
    TokenFolder();

    [[nodiscard]] std::string path() const { return folder_.path(); }
    [[nodiscard]] static std::string pin() { return "benchmark-pin"; }

  private:
    test::TemporaryFolder folder_;
};

}  // namespace keyward::bench
