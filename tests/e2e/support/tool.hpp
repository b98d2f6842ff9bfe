#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// Runs OpenSC's pkcs11-tool on a token of the home. The PIN is passed in the environment.
/// Throws std::runtime_error when pkcs11-tool fails.
std::string pkcs11_tool(const Home& home, const std::string& token_label, std::vector<std::string> words);

/// One object as `pkcs11-tool --list-objects` shows it: its first line ("Secret Key Object; AES length 32")
/// and the lines below.
struct ListedObject {
    std::string title;
    std::string label;
    std::string id;
    std::string usage;
    std::string access;
};

/// The objects with that label, in the order of pkcs11-tool.
std::vector<ListedObject> listed(const Home& home, const std::string& token_label, const std::string& label);

/// The output of the key for this input. `operation` is --sign or --encrypt; `options` names the mechanism.
std::string used(const Home& home, const std::string& token_label, const std::string& id,
                 const std::string& operation, const std::vector<std::string>& options,
                 const std::string& input);

}  // namespace keyward::e2e
