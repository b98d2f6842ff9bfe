#include "service/lifecycle/key_request.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "domain/key_purposes.hpp"

namespace keyward::service {
namespace {

using keys::Algorithm;
using keys::KeyMaterial;
using keys::KeyType;

constexpr std::size_t check_value_digits = 6;
constexpr std::size_t public_key_hash_digits = 64;

std::vector<Algorithm> algorithms_of(KeyType type) {
    switch (type) {
        case KeyType::secret:
            return {Algorithm::aes, Algorithm::des, Algorithm::desede, Algorithm::hmac};
        case KeyType::private_key:
        case KeyType::public_key:
            return {Algorithm::rsa, Algorithm::ec, Algorithm::ed25519};
        case KeyType::rsa:
            return {Algorithm::rsa};
    }
    return {};
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

MechanismList all_mechanisms() {
    MechanismList names;
    for (const Mechanism& row : mechanism_table())
        names.emplace_back(row.name);
    return names;
}

/// Reads the parts of one request in turn and collects its errors.
class Preparation {
  public:
    Preparation(const CreateKeyRequest& request, const keys::KeyPolicy& policy,
                std::vector<FieldError> mistakes, Contents contents)
        : request_(request), policy_(policy), mistakes_(std::move(mistakes)), contents_(contents) {}

    PreparedKey run() {
        if (request_.type && algorithm_fits_type())
            for (const EnvironmentEntry& entry : request_.environments)
                prepared_.entries.push_back(request_.type == KeyType::rsa ? pair_of(entry)
                                                                          : content_of(entry));
        check_one_algorithm();
        check_expected_values();
        choose_mechanisms();
        if (!mistakes_.empty()) throw ServiceError(std::move(mistakes_));
        return std::move(prepared_);
    }

  private:
    void mistake(const std::string& pointer, const std::string& message) {
        mistakes_.push_back({pointer, message});
    }

    bool algorithm_fits_type() {
        if (!request_.algorithm) return true;
        const auto fitting = algorithms_of(*request_.type);
        if (std::ranges::find(fitting, *request_.algorithm) != fitting.end()) return true;
        std::vector<std::string> names;
        names.reserve(fitting.size());
        for (const Algorithm algorithm : fitting)
            names.emplace_back(to_string(algorithm));
        mistake("/algorithm", std::string(to_string(*request_.algorithm)) + " does not go with the keyType " +
                                  std::string(to_string(*request_.type)) + "; choose from " + joined(names));
        return false;
    }

    std::shared_ptr<const KeyMaterial> decoded(const SecretBytes& content, KeyType type,
                                               std::optional<Algorithm> algorithm,
                                               const std::string& pointer) {
        if (contents_ == Contents::left_alone) return nullptr;
        try {
            return std::make_shared<const KeyMaterial>(decode_content(type, algorithm, content, policy_));
        } catch (const keys::KeyFormatError& unusable) {
            mistake(pointer, unusable.what());
            return nullptr;
        }
    }

    PreparedEntry content_of(const EnvironmentEntry& entry) {
        refuse_field(entry.private_key.has_value(), entry.pointer + "/privateKey",
                     "goes with the keyType RSA only; send the key as content");
        if (!entry.content) return {};
        return {decoded(*entry.content, *request_.type, request_.algorithm, entry.pointer + "/content"),
                "content"};
    }

    PreparedEntry pair_of(const EnvironmentEntry& entry) {
        refuse_field(entry.content.has_value(), entry.pointer + "/content",
                     "does not go with the keyType RSA; send publicKey, privateKey or both");
        if (!entry.public_key && !entry.private_key) {
            if (!entry.content) mistake(entry.pointer, "must have publicKey, privateKey or both");
            return {};
        }
        std::shared_ptr<const KeyMaterial> public_key;
        std::shared_ptr<const KeyMaterial> private_key;
        if (entry.public_key)
            public_key =
                decoded(*entry.public_key, KeyType::public_key, Algorithm::rsa, entry.pointer + "/publicKey");
        if (entry.private_key)
            private_key = decoded(*entry.private_key, KeyType::private_key, Algorithm::rsa,
                                  entry.pointer + "/privateKey");
        if (!entry.private_key) return {public_key, "publicKey"};
        if (!entry.public_key) return {private_key, "privateKey"};
        if (public_key && private_key) check_halves(entry, *private_key, *public_key);
        return {private_key, "publicKey+privateKey"};
    }

    void check_halves(const EnvironmentEntry& entry, const KeyMaterial& private_key,
                      const KeyMaterial& public_key) {
        try {
            check_pair(std::get<keys::RsaPrivateKey>(private_key), std::get<keys::RsaPublicKey>(public_key));
        } catch (const keys::KeyFormatError& unusable) {
            mistake(entry.pointer + "/publicKey", unusable.what());
        }
    }

    void refuse_field(bool is_there, const std::string& pointer, const std::string& message) {
        if (is_there) mistake(pointer, message);
    }

    void check_one_algorithm() {
        const PreparedEntry* first = nullptr;
        for (std::size_t i = 0; i < prepared_.entries.size(); ++i) {
            const PreparedEntry& entry = prepared_.entries[i];
            if (!entry.material) continue;
            const Algorithm algorithm = algorithm_of(*entry.material);
            if (first == nullptr) {
                first = &entry;
                prepared_.algorithm = algorithm;
                known_algorithm_ = true;
            } else if (algorithm != prepared_.algorithm) {
                mistake(request_.environments[i].pointer + "/content",
                        "is a key for " + std::string(to_string(algorithm)) +
                            ", but an environment before it has one for " +
                            std::string(to_string(prepared_.algorithm)) + "; all must be of one algorithm");
            }
        }
    }

    /// Checks only the form, and does not repeat the value: a key that was pasted into the wrong field must
    /// not be returned.
    void check_expected_values() {
        if (!request_.type) return;
        const std::size_t digits =
            request_.type == KeyType::secret ? check_value_digits : public_key_hash_digits;
        for (const EnvironmentEntry& entry : request_.environments) {
            const auto& value = entry.expected_check_value;
            if (value && (value->size() != digits || !std::ranges::all_of(*value, is_hex_digit)))
                mistake(entry.pointer + "/expectedKeyCheckValue",
                        "must be " + std::to_string(digits) + " hexadecimal digits");
        }
    }

    void choose_mechanisms() {
        const auto algorithm = known_algorithm_ ? std::optional(prepared_.algorithm) : request_.algorithm;
        if (request_.mechanisms) check_mechanisms(algorithm);
        if (!algorithm) return;
        const MechanismList fitting = mechanisms_for(*algorithm);
        if (!request_.mechanisms) {
            prepared_.mechanisms = default_mechanisms(*algorithm, policy_);
            return;
        }
        std::ranges::copy_if(fitting, std::back_inserter(prepared_.mechanisms),
                             [&](const std::string& name) { return contains(*request_.mechanisms, name); });
        // The stored list may be sent back unchanged as long as no object is made for it.
        if (request_.environments.empty() && prepared_.mechanisms == request_.stored_mechanisms) return;
        if (const std::string conflict = conflict_among(*algorithm, prepared_.mechanisms, policy_);
            !conflict.empty())
            mistake("/mechanisms", conflict);
    }

    /// Checks against the algorithm, or against all while it is not known.
    void check_mechanisms(std::optional<Algorithm> algorithm) {
        const MechanismList fitting = algorithm ? mechanisms_for(*algorithm) : all_mechanisms();
        const std::string what =
            algorithm ? "a mechanism of " + std::string(to_string(*algorithm)) + " keys" : "a mechanism";
        std::set<std::string> seen;
        for (std::size_t i = 0; i < request_.mechanisms->size(); ++i) {
            const std::string& name = (*request_.mechanisms)[i];
            const std::string pointer = "/mechanisms/" + std::to_string(i);
            if (!seen.insert(name).second) mistake(pointer, "stands in the list more than once");
            if (!contains(fitting, name))
                mistake(pointer, "is not " + what + "; choose from " + joined(fitting));
        }
    }

    const CreateKeyRequest& request_;
    const keys::KeyPolicy& policy_;
    std::vector<FieldError> mistakes_;
    const Contents contents_;
    PreparedKey prepared_{};
    bool known_algorithm_ = false;
};

}  // namespace

PreparedKey prepare(const CreateKeyRequest& request, const keys::KeyPolicy& policy,
                    std::vector<FieldError> mistakes, Contents contents) {
    return Preparation(request, policy, std::move(mistakes), contents).run();
}

}  // namespace keyward::service
