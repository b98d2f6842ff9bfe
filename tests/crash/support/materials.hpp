#pragma once

#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace keyward::e2e {

enum class Kind { aes, hmac, rsa, ec };
inline constexpr std::array all_kinds{Kind::aes, Kind::hmac, Kind::rsa, Kind::ec};

/// How the API speaks of a kind of key.
struct KindWords {
    const char* key_type;
    const char* algorithm;
    const char* fingerprint;  ///< the member that proves it: `keyCheckValue` or `publicKeySha256`
    bool pair;                ///< two objects in a token, a private and a public one
};
const KindWords& words_of(Kind kind);

/// One key as it goes into a request, and what a token must report of it.
struct Material {
    std::string content;      ///< base64
    std::string fingerprint;  ///< made here, with OpenSSL alone
};

/// Material by environment.
using MaterialMap = std::map<std::string, Material>;

/// Keys for the load. Secret keys are made anew each time; RSA and EC keys come from a small pool, since
/// making one takes longer than many imports. Any thread may ask.
class Materials {
  public:
    Materials();

    /// Another key than the one with that fingerprint.
    Material other_than(const std::string& fingerprint, Kind kind, std::mt19937& random) const;

  private:
    Material any(Kind kind, std::mt19937& random) const;

    std::map<Kind, std::vector<Material>> pools_;
};

/// One of them, each as likely.
template <typename List>
const auto& one_of(const List& list, std::mt19937& random) {
    return list[std::uniform_int_distribution<std::size_t>(0, std::size(list) - 1)(random)];
}

}  // namespace keyward::e2e
