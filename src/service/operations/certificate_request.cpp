#include "service/operations/certificate_request.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/key_text.hpp"
#include "keys/public/public_operations.hpp"
#include "service/operations/usable_key.hpp"
#include "service/operations/use_request.hpp"
#include "x509/certificate_request.hpp"

namespace keyward::service {
namespace {

using RequestScheme = keys::RequestSignature::Scheme;

/// The names of a request in DER.
struct Names {
    Bytes subject;
    std::vector<Bytes> alternatives;
};

template <typename Read>
Bytes read_name(const Read& read, const std::string& text, const std::string& pointer,
                std::vector<FieldError>& mistakes) {
    try {
        return read(text);
    } catch (const x509::NameFormatError& unusable) {
        mistakes.push_back({pointer, unusable.what()});
        return {};
    }
}

/// Whether that field, or the whole body, was unreadable.
bool is_unreadable(const std::string& pointer, const std::vector<FieldError>& mistakes) {
    return std::ranges::any_of(mistakes, [&](const FieldError& mistake) {
        return mistake.pointer == pointer || mistake.pointer.empty();
    });
}

Names read_names(const CertificateRequestFields& fields, std::vector<FieldError>& mistakes) {
    Names names;
    if (!is_unreadable("/subject", mistakes))
        names.subject = read_name(x509::subject_name, fields.subject, "/subject", mistakes);
    for (std::size_t i = 0; i < fields.alternative_names.size(); ++i)
        names.alternatives.push_back(read_name(x509::general_name, fields.alternative_names[i],
                                               "/subjectAltNames/" + std::to_string(i), mistakes));
    return names;
}

/// Adds the reasons why the key cannot sign with that mechanism to the mistakes.
void check_mechanism(const Key& key, const std::string& mechanism, bool legacy_allowed,
                     std::vector<FieldError>& mistakes) {
    if (is_unreadable("/mechanism", mistakes)) return;
    if (key.type == keys::KeyType::secret) {
        mistakes.push_back({"/mechanism",
                            "can't sign a certificate request: the key is a secret key, and "
                            "only a private key can have a certificate"});
        return;
    }
    OperationFields trial;
    trial.mechanism = mechanism;
    trial.input.emplace();
    check_operation({.action = CryptoOperation::sign,
                     .key = key,
                     .deployment = nullptr,
                     .legacy_allowed = legacy_allowed},
                    std::move(trial), mistakes);
}

RequestScheme scheme_of(const Mechanism& mechanism) {
    switch (mechanism.scheme) {
        case Scheme::rsa_pkcs1_signature:
            return RequestScheme::rsa_pkcs1;
        case Scheme::rsa_pss:
            return RequestScheme::rsa_pss;
        case Scheme::ecdsa:
            return RequestScheme::ecdsa;
        case Scheme::eddsa:
            return RequestScheme::ed25519;
        case Scheme::gcm:
        case Scheme::cbc_pad:
        case Scheme::ctr:
        case Scheme::ecb:
        case Scheme::mac:
        case Scheme::rsa_oaep:
        case Scheme::rsa_pkcs1_cipher:
            break;
    }
    throw std::logic_error("the mechanism does not sign certificate requests");
}

keys::RequestSignature signature_of(const std::string& name) {
    const Mechanism& mechanism = *find_mechanism(name);
    return {scheme_of(mechanism), mechanism.digest.value_or(Digest::sha256)};
}

}  // namespace

std::string RequestCertificate::run(const Caller& caller, const Project& project,
                                    const CertificateRequestFields& fields,
                                    std::vector<FieldError> mistakes) {
    const auto key = service_context_.catalogue.keys.find_key(project.id, fields.key_name);
    if (!key || key->state == KeyState::creating) throw key_not_found(fields.key_name);
    const Names names = read_names(fields, mistakes);
    check_mechanism(*key, fields.mechanism, service_context_.policy.legacy_mechanisms, mistakes);
    if (!mistakes.empty()) throw ServiceError(std::move(mistakes));
    if (usable_environment(service_context_, caller, project, fields.environment) == nullptr)
        throw environment_not_found(fields.environment);
    const Deployment& deployment =
        usable_deployment(*key, deployment_in(*key, fields.environment), fields.environment);

    const x509::CertificateRequest request(names.subject, names.alternatives,
                                           keys::public_key_from_pem(deployment.public_key_pem),
                                           signature_of(fields.mechanism));
    const Bytes signature = sign(caller, project, fields, request.to_be_signed());
    try {
        return request.pem(signature);
    } catch (const std::runtime_error&) {
        const auto revision = service_context_.catalogue.keys.find_revision(project.id, fields.key_name);
        if (revision && revision->revision == key->revision) throw;
        throw key_changed_meanwhile(fields.key_name);
    }
}

Bytes RequestCertificate::sign(const Caller& caller, const Project& project,
                               const CertificateRequestFields& fields, ByteView to_be_signed) {
    OperationFields operation;
    operation.mechanism = fields.mechanism;
    operation.input = SecretBytes::copy_of(to_be_signed);
    UseKeyRequest request;
    request.key_name = fields.key_name;
    request.environment = fields.environment;
    request.action = CryptoOperation::sign;
    request.operations.push_back(std::move(operation));
    request.origin = fields.origin;
    return use_.run(caller, project, std::move(request), {}).at(0).signature.value();
}

}  // namespace keyward::service
