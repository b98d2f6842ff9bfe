#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// What a token says about one of its objects.
struct TokenObject {
    std::string kind;  ///< secret, private, public, other, or unfinished, of which nothing else is known
    std::string label;
    std::string id;  ///< lower-case hex
    bool token = false, is_private = false, sensitive = false, extractable = false, modifiable = false;
    bool wraps = false, unwraps = false;
};

/// Every object in the token of that label, read by raw Cryptoki after a login.
/// One call at a time: the module is loaded and finalized anew, because each home has other tokens.
std::vector<TokenObject> objects_in(const Home& home, const std::string& token_label);

/// Those with that CKA_LABEL.
std::vector<TokenObject> objects_in(const Home& home, const std::string& token_label,
                                    const std::string& label);

}  // namespace keyward::e2e
