#pragma once

#include <string>

namespace keyward::hsm {

/// Who wants a token: an environment.
struct Claimant {
    std::string name;
    std::string type;     ///< PRODUCTION, SANDBOX, TEST
    bool shares = false;  ///< the configuration says `shared_token = true`
};

}  // namespace keyward::hsm
