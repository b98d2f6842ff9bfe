#include "service/operations/use_request.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "keys/public/ecdsa_signature.hpp"
#include "keys/public/public_operations.hpp"

namespace keyward::service {
namespace {

constexpr std::size_t aes_block = 16;

std::string octets_text(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " octet" : " octets");
}

/// The length in octets of a number as long as the key: a modulus, or the order of a curve.
std::size_t whole_octets(int bits) {
    return (static_cast<std::size_t>(bits) + 7) / 8;
}

Bytes concatenated(const SecretBytes& first, const Bytes& second) {
    const ByteView octets = first.reveal();
    Bytes both(octets.begin(), octets.end());
    both.insert(both.end(), second.begin(), second.end());
    return both;
}

/// Whether the token has no private half. In the older form an environment may have only the public one.
bool is_public_alone(const UseRules& rules) {
    return rules.key.type == keys::KeyType::public_key ||
           (rules.deployment != nullptr && rules.deployment->source == "publicKey");
}

class RequestCheck {
  public:
    RequestCheck(const UseRules& rules, OperationFields& fields, std::vector<FieldError>& mistakes)
        : rules_(rules), fields_(fields), mistakes_(mistakes) {}

    CheckedRequest run() {
        checked_.operation.mechanism = mechanism();
        if (checked_.operation.mechanism == nullptr) return std::move(checked_);
        read_hash();
        read_input();
        read_iv();
        read_aad();
        read_tag();
        read_format();
        read_signature();
        return std::move(checked_);
    }

  private:
    [[nodiscard]] const Mechanism& row() const { return *checked_.operation.mechanism; }
    [[nodiscard]] std::string name() const { return std::string(row().name); }

    void mistake(std::string_view field, const std::string& message) {
        mistakes_.push_back({fields_.pointer + "/" + std::string(field), message});
    }

    void expect_size(std::string_view field, std::size_t size, std::size_t expected) {
        if (size != expected)
            mistake(field, "must have " + octets_text(expected) + ", but has " + std::to_string(size));
    }

    const Mechanism* mechanism() {
        const Mechanism* const found = find_mechanism(fields_.mechanism);
        const std::string problem = mechanism_problem(found);
        if (problem.empty()) return found;
        const std::string fitting = fitting_mechanisms(rules_);
        mistake("mechanism", problem + "; the key has " + (fitting.empty() ? "none" : fitting) + " to " +
                                 std::string(to_string(rules_.action)));
        return nullptr;
    }

    /// Empty when it may be used.
    [[nodiscard]] std::string mechanism_problem(const Mechanism* found) const {
        if (fields_.mechanism.empty()) return "is missing";
        if (found == nullptr) return "is not the name of a mechanism, in upper case with dashes";
        const std::string wanted(found->name);
        if (found->algorithm != rules_.key.algorithm)
            return "is for " + std::string(to_string(found->algorithm)) + " keys, but the key is for " +
                   std::string(to_string(rules_.key.algorithm));
        if (std::ranges::find(rules_.key.mechanisms, wanted) == rules_.key.mechanisms.end())
            return "is not among the key's mechanisms";
        if (use_of(*found) != use_of(rules_.action))
            return "does not " + std::string(to_string(rules_.action));
        if (found->legacy && !rules_.legacy_allowed)
            return "is a legacy mechanism, which the configuration does not allow "
                   "(policy.legacy_mechanisms)";
        if (is_public_alone(rules_) && !is_public(*found, rules_.action))
            return "needs the private key to " + std::string(to_string(rules_.action)) +
                   ", but the key is a public key";
        return {};
    }

    void read_hash() {
        const auto& sent = fields_.hash;
        if (!takes(row(), Parameter::hash)) {
            if (sent) mistake("hash", name() + " has a hash of its own or none");
            return;
        }
        const auto hash = digest_from(sent.value_or(""));
        if (hash)
            checked_.operation.oaep_hash = *hash;
        else
            mistake("hash", (sent ? "must be one of " : "is missing: it must be one of ") + digest_names());
    }

    static std::string digest_names() {
        std::vector<std::string> names;
        for (const Digest digest : all_digests())
            names.emplace_back(to_string(digest));
        return joined(names);
    }

    void read_input() {
        if (fields_.digest) return read_digest();
        if (!fields_.input)
            return mistake("input", takes(row(), Parameter::digest) ? "is missing: send input, or its digest"
                                                                    : "is missing");
        checked_.operation.input = *std::move(fields_.input);
        check_input_size();
    }

    void read_digest() {
        if (!takes(row(), Parameter::digest))
            return mistake("digest", name() + " takes no digest; send input");
        if (fields_.input) return mistake("digest", "can't be sent together with input");
        checked_.operation.input = SecretBytes::copy_of(*fields_.digest);
        checked_.operation.input_is_digest = true;
        expect_size("digest", fields_.digest->size(), size_of(*row().digest));
    }

    void check_input_size() {
        const std::size_t size = checked_.operation.input.size();
        const bool decrypts = rules_.action == CryptoOperation::decrypt;
        switch (row().scheme) {
            case Scheme::ecb:
                return expect_blocks(size, aes_block);
            case Scheme::cbc_pad:
                if (decrypts) expect_blocks(size, row().iv_size);
                return;
            case Scheme::rsa_oaep:
            case Scheme::rsa_pkcs1_cipher:
                return check_rsa_input(size);
            case Scheme::gcm:
            case Scheme::ctr:
            case Scheme::mac:
            case Scheme::rsa_pkcs1_signature:
            case Scheme::rsa_pss:
            case Scheme::ecdsa:
            case Scheme::eddsa:
                return;
        }
    }

    void expect_blocks(std::size_t size, std::size_t block) {
        if (size == 0 || size % block != 0)
            mistake("input", "must have whole blocks of " + octets_text(block) + ", at least one, but has " +
                                 octets_text(size));
    }

    void check_rsa_input(std::size_t size) {
        if (rules_.deployment == nullptr) return;
        const int bits = rules_.deployment->size;
        if (rules_.action == CryptoOperation::decrypt) return expect_size("input", size, whole_octets(bits));
        const std::size_t most = row().scheme == Scheme::rsa_oaep
                                     ? keys::longest_oaep_message(bits, checked_.operation.oaep_hash)
                                     : keys::longest_pkcs1_message(bits);
        if (size > most)
            mistake("input", "must have at most " + octets_text(most) + " with this key, but has " +
                                 std::to_string(size));
    }

    void read_iv() {
        const std::size_t size = row().iv_size;
        if (size == 0) {
            if (fields_.iv) mistake("iv", name() + " takes none");
        } else if (fields_.iv) {
            expect_size("iv", fields_.iv->size(), size);
            checked_.operation.iv = *std::move(fields_.iv);
        } else if (rules_.action == CryptoOperation::decrypt) {
            mistake("iv", "is missing: send the one that the encryption answered");
        } else {
            const SecretBytes made = random_secret(size);
            checked_.operation.iv.assign(made.reveal().begin(), made.reveal().end());
        }
    }

    void read_aad() {
        if (!fields_.aad) return;
        if (!takes(row(), Parameter::aad))
            return mistake("aad", name() + " takes none: it authenticates nothing");
        checked_.operation.aad = *std::move(fields_.aad);
    }

    void read_tag() {
        const bool needed = takes(row(), Parameter::tag) && rules_.action == CryptoOperation::decrypt;
        if (needed && !fields_.tag)
            mistake("tag", "is missing: send the one that the encryption answered");
        else if (needed)
            append_tag();
        else if (fields_.tag)
            mistake("tag",
                    takes(row(), Parameter::tag) ? "is made by the encryption" : name() + " takes none");
    }

    void append_tag() {
        expect_size("tag", fields_.tag->size(), gcm_tag_size);
        checked_.operation.input = SecretBytes::copy_of(concatenated(checked_.operation.input, *fields_.tag));
    }

    void read_format() {
        const auto& format = fields_.format;
        if (!takes(row(), Parameter::format)) {
            if (format) mistake("format", name() + " has one form only");
            return;
        }
        if (format && *format != "der" && *format != "raw") return mistake("format", "must be der or raw");
        checked_.form = format == "raw" ? SignatureForm::as_it_is : SignatureForm::der;
    }

    void read_signature() {
        if (rules_.action != CryptoOperation::verify) {
            if (fields_.signature) mistake("signature", "is for verify; this call does not read one");
        } else if (!fields_.signature) {
            mistake("signature", "is missing");
        } else {
            checked_.operation.signature = *std::move(fields_.signature);
            if (row().scheme == Scheme::ecdsa && rules_.deployment != nullptr) bring_into_raw_form();
        }
    }

    /// An invalid signature is replaced by a wrong one of the right length, so that the token does the same
    /// work for it as for any other.
    void bring_into_raw_form() {
        Bytes& signature = checked_.operation.signature;
        const std::size_t half = whole_octets(rules_.deployment->size);
        if (checked_.form == SignatureForm::der)
            signature = keys::ecdsa_raw_from_der(signature, half).value_or(Bytes{});
        if (signature.size() != 2 * half) signature.assign(2 * half, 0x01);
    }

    const UseRules& rules_;
    OperationFields& fields_;
    std::vector<FieldError>& mistakes_;
    CheckedRequest checked_;
};

}  // namespace

CheckedRequest check_operation(const UseRules& rules, OperationFields fields,
                               std::vector<FieldError>& mistakes) {
    return RequestCheck(rules, fields, mistakes).run();
}

std::string fitting_mechanisms(const UseRules& rules) {
    std::vector<std::string> names;
    for (const std::string& name : rules.key.mechanisms) {
        const Mechanism* const row = find_mechanism(name);
        if (row == nullptr || use_of(*row) != use_of(rules.action)) continue;
        if (row->legacy && !rules.legacy_allowed) continue;
        if (is_public_alone(rules) && !is_public(*row, rules.action)) continue;
        names.push_back(name);
    }
    return joined(names);
}

}  // namespace keyward::service
