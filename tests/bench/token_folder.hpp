#pragma once

#include <string>

namespace keyward::bench {

/// A new folder with one SoftHSM2 token, `production`, on a tmpfs unless TMPDIR says where; this process's
/// SOFTHSM2_CONF names it from now on. It goes at its end.
class TokenFolder {
  public:
    explicit TokenFolder(const std::string& name);
    TokenFolder(const TokenFolder&) = delete;
    TokenFolder& operator=(const TokenFolder&) = delete;
    ~TokenFolder();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] static std::string pin() { return "benchmark-pin"; }

  private:
    std::string path_;
};

}  // namespace keyward::bench
