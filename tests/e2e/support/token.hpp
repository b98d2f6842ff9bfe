#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// An object as its token reports it.
struct TokenObject {
    std::string kind;  ///< secret, private, public, other, or unfinished, without further attributes
    std::string label;
    std::string id;  ///< lower-case hex
    bool token = false, is_private = false, sensitive = false, extractable = false, modifiable = false;
    bool wraps = false, unwraps = false;
};

/// Every object in the token with that label, read over raw Cryptoki after a login. Only one call may run at
/// a time, because it initializes and finalizes the module: each home has other tokens.
std::vector<TokenObject> objects_in(const Home& home, const std::string& token_label);

/// The objects with that CKA_LABEL.
std::vector<TokenObject> objects_in(const Home& home, const std::string& token_label,
                                    const std::string& label);

}  // namespace keyward::e2e
