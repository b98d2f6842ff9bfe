#pragma once

#include <string>

namespace keyward::hsm {

/// An environment that claims a token.
struct Claimant {
    std::string name;
    std::string type;     ///< PRODUCTION, SANDBOX or TEST
    bool shares = false;  ///< `shared_token = true` in the configuration
};

}  // namespace keyward::hsm
