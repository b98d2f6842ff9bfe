#include "tests/contract/token/support/labs.hpp"

#include <csignal>
#include <set>
#include <stdexcept>

#include <openssl/provider.h>

#include "hsm/pkcs11_token.hpp"

namespace keyward::tests {
namespace {

/// Unloads the provider at the end of the process, which would otherwise leak the provider's library context.
class LoadedProvider {
  public:
    explicit LoadedProvider(const char* name) : provider_(OSSL_PROVIDER_load(nullptr, name)) {
        if (provider_ == nullptr)
            throw std::runtime_error("OpenSSL's provider " + std::string(name) + " is missing");
    }
    LoadedProvider(const LoadedProvider&) = delete;
    LoadedProvider(LoadedProvider&&) = delete;
    LoadedProvider& operator=(const LoadedProvider&) = delete;
    LoadedProvider& operator=(LoadedProvider&&) = delete;
    ~LoadedProvider() { OSSL_PROVIDER_unload(provider_); }

  private:
    OSSL_PROVIDER* provider_;
};

}  // namespace

std::shared_ptr<Token> ModuleLab::token() {
    if (!token_) token_ = open(settings());
    return token_;
}

hsm::SessionPool& ModuleLab::inspector() {
    if (!inspector_) inspector_ = std::make_unique<hsm::SessionPool>(module(), pool_settings_for(label()));
    return *inspector_;
}

std::shared_ptr<Token> ModuleLab::token_with_pause(std::function<void()> happening) {
    return std::make_shared<hsm::Pkcs11Token>(
        module(), pool_settings_for(label()),
        [happening = std::move(happening)](std::chrono::milliseconds) { happening(); });
}

void ModuleLab::add_incomplete() {
    hsm::AttributeTemplate object;
    object.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES).flag(CKA_TOKEN, false);
    object.borrowed(CKA_VALUE, {});
    incomplete_.push_back(create(inspector(), std::move(object)));
}

void ModuleLab::complete_incomplete() {
    const hsm::Lease lease = inspector().lease();
    hsm::AttributeTemplate names;
    names.borrowed(CKA_LABEL, as_bytes("complete"));
    for (const CK_OBJECT_HANDLE object : incomplete_)
        hsm::check("C_SetAttributeValue",
                   lease.p11().C_SetAttributeValue(lease.session(), object, names.data(), names.size()));
}

void ModuleLab::close() {
    inspector_.reset();
    token_.reset();
}

// p11-kit 0.24.1 passes on only mechanisms whose parameters it can serialize, and its server has no legacy
// provider.
bool P11KitLab::offers(Kind kind, const KeyUsages& uses) const {
    switch (kind) {
        case Kind::ed25519:
        case Kind::ed25519_public:
            return false;
        case Kind::aes128:
        case Kind::aes192:
        case Kind::aes256:
            return uses.contains(KeyUsage::encrypt_decrypt);
        default:
            return true;
    }
}

std::string name_of(LabKind kind) {
    switch (kind) {
        case LabKind::fake:
            return "Fake";
        case LabKind::softhsm:
            return "SoftHsm";
        case LabKind::p11_kit:
            return "P11Kit";
    }
    return "Unknown";
}

std::unique_ptr<ModuleLab> make_module_lab(LabKind kind) {
    prepare_process();
    if (kind == LabKind::softhsm) return std::make_unique<SoftHsmLab>();
    if (kind == LabKind::p11_kit) return std::make_unique<P11KitLab>();
    throw std::logic_error("no module");
}

std::unique_ptr<TokenLab> make_lab(LabKind kind) {
    prepare_process();
    if (kind == LabKind::fake) return std::make_unique<FakeLab>();
    return make_module_lab(kind);
}

bool offers(LabKind kind, std::string_view mechanism) {
    static const std::set<std::string_view> not_by_p11_kit{"AES-GCM",     "AES-CBC-PAD", "AES-CTR",
                                                           "AES-CMAC",    "DES-CBC-PAD", "DES3-CBC-PAD",
                                                           "SHA224-HMAC", "EDDSA"};
    return kind != LabKind::p11_kit || !not_by_p11_kit.contains(mechanism);
}

void prepare_process() {
    static const LoadedProvider standard("default");
    static const LoadedProvider legacy("legacy");
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

}  // namespace keyward::tests
