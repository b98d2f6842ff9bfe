#include "keys/key_material.hpp"

#include <array>
#include <bit>
#include <type_traits>
#include <utility>

#include "keys/ec_curve.hpp"

namespace keyward::keys {
namespace {

template <typename Enum, std::size_t size>
using Names = std::array<std::pair<Enum, std::string_view>, size>;

constexpr Names<KeyType, 4> key_types{{{KeyType::secret, "SECRET_KEY"},
                                       {KeyType::private_key, "PRIVATE_KEY"},
                                       {KeyType::public_key, "PUBLIC_KEY"},
                                       {KeyType::rsa, "RSA"}}};
constexpr Names<Algorithm, 7> algorithms{{{Algorithm::aes, "AES"},
                                          {Algorithm::des, "DES"},
                                          {Algorithm::desede, "DESede"},
                                          {Algorithm::hmac, "HMAC"},
                                          {Algorithm::rsa, "RSA"},
                                          {Algorithm::ec, "EC"},
                                          {Algorithm::ed25519, "Ed25519"}}};

template <typename Enum, std::size_t size>
std::string_view name_in(const Names<Enum, size>& names, Enum wanted) {
    for (const auto& [value, name] : names)
        if (value == wanted) return name;
    return {};
}

template <typename Enum, std::size_t size>
std::optional<Enum> value_in(const Names<Enum, size>& names, std::string_view wanted) {
    for (const auto& [value, name] : names)
        if (name == wanted) return value;
    return std::nullopt;
}

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not deduce this for an aggregate

constexpr auto algorithm_of_key = Overloaded{
    [](const SecretKey& key) { return key.algorithm; },
    [](const RsaPublicKey&) { return Algorithm::rsa; },
    [](const RsaPrivateKey&) { return Algorithm::rsa; },
    [](const EcPublicKey&) { return Algorithm::ec; },
    [](const EcPrivateKey&) { return Algorithm::ec; },
    [](const Ed25519PublicKey&) { return Algorithm::ed25519; },
    [](const Ed25519PrivateKey&) { return Algorithm::ed25519; },
};

int bits_of(ByteView number) {
    return number.empty() ? 0 : static_cast<int>(number.size()) * 8 - std::countl_zero(number.front());
}

constexpr auto bits_of_public = Overloaded{
    [](const RsaPublicKey& key) { return bits_of(key.modulus); },
    [](const EcPublicKey& key) { return facts_of(key.curve).field_bits; },
    [](const Ed25519PublicKey&) { return 256; },
};

}  // namespace

std::string_view to_string(KeyType type) {
    return name_in(key_types, type);
}
std::string_view to_string(Algorithm algorithm) {
    return name_in(algorithms, algorithm);
}
std::string_view to_string(Curve curve) {
    return facts_of(curve).name;
}
std::optional<KeyType> key_type_from(std::string_view text) {
    return value_in(key_types, text);
}
std::optional<Algorithm> algorithm_from(std::string_view text) {
    return value_in(algorithms, text);
}

Algorithm algorithm_of(const KeyMaterial& material) {
    return std::visit(algorithm_of_key, material);
}
Algorithm algorithm_of(const PublicKey& key) {
    return std::visit(algorithm_of_key, key);
}

int size_in_bits(const KeyMaterial& material) {
    if (const auto* secret = std::get_if<SecretKey>(&material))
        return static_cast<int>(secret->octets.size()) * 8;
    return std::visit(bits_of_public, *public_half(material));
}

std::optional<PublicKey> public_half(const KeyMaterial& material) {
    return std::visit(
        [](const auto& key) -> std::optional<PublicKey> {
            using Key = std::decay_t<decltype(key)>;
            if constexpr (std::is_same_v<Key, SecretKey>)
                return std::nullopt;
            else if constexpr (requires { key.public_key; })
                return key.public_key;
            else
                return key;
        },
        material);
}

bool is_private(const KeyMaterial& material) {
    return std::holds_alternative<RsaPrivateKey>(material) ||
           std::holds_alternative<EcPrivateKey>(material) ||
           std::holds_alternative<Ed25519PrivateKey>(material);
}

}  // namespace keyward::keys
