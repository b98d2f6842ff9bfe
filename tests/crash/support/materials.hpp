#pragma once

#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace keyward::e2e {

enum class Kind { aes, hmac, rsa, ec };
inline constexpr std::array all_kinds{Kind::aes, Kind::hmac, Kind::rsa, Kind::ec};

/// The names of a kind of key in the API.
struct KindWords {
    const char* key_type;
    const char* algorithm;
    const char* fingerprint;  ///< its member in an answer: `keyCheckValue` or `publicKeySha256`
    bool pair;                ///< two objects in a token, a private and a public one
};
const KindWords& words_of(Kind kind);

/// The content of one key for a request, and the fingerprint that a token must report.
struct Material {
    std::string content;      ///< base64
    std::string fingerprint;  ///< computed here with OpenSSL, without the product
};

/// Material by environment.
using MaterialMap = std::map<std::string, Material>;

/// Keys for the load. Each secret key is new; RSA and EC keys come from a small pool, because the generation
/// of one takes longer than many imports. Thread-safe.
class Materials {
  public:
    Materials();

    /// A key with another fingerprint.
    Material other_than(const std::string& fingerprint, Kind kind, std::mt19937& random) const;

  private:
    Material any(Kind kind, std::mt19937& random) const;

    std::map<Kind, std::vector<Material>> pools_;
};

/// A random element, uniformly distributed.
template <typename List>
const auto& one_of(const List& list, std::mt19937& random) {
    return list[std::uniform_int_distribution<std::size_t>(0, std::size(list) - 1)(random)];
}

}  // namespace keyward::e2e
