#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hsm/open_token.hpp"
#include "tests/contract/token/support/key_samples.hpp"
#include "tests/contract/token/support/softhsm.hpp"
#include "tests/fakes/fake_token.hpp"

namespace keyward::tests {

/// A module that the contract is tested with. `offers` declares what it supports; the contract expects a
/// refusal for everything else.
class TokenLab {
  public:
    TokenLab() = default;
    TokenLab(const TokenLab&) = delete;
    TokenLab& operator=(const TokenLab&) = delete;
    TokenLab(TokenLab&&) = delete;
    TokenLab& operator=(TokenLab&&) = delete;
    virtual ~TokenLab() = default;

    /// The token that the tests import into.
    virtual std::shared_ptr<Token> token() = 0;
    /// The same token, opened by another application.
    virtual std::shared_ptr<Token> token_of_others() = 0;
    [[nodiscard]] virtual bool offers(Kind kind, const KeyUsages& uses) const = 0;
    [[nodiscard]] virtual std::string label() const { return "production"; }
    /// The same token. Its next pause between two looks runs `happening` and takes no time.
    virtual std::shared_ptr<Token> token_with_pause(std::function<void()> happening) = 0;
    /// Leaves an object whose creation is never finished.
    virtual void add_incomplete() = 0;
    /// Finishes the creation of the incomplete objects.
    virtual void complete_incomplete() = 0;
};

class FakeLab final : public TokenLab {
  public:
    std::shared_ptr<Token> token() override { return token_; }
    std::shared_ptr<Token> token_of_others() override { return token_; }
    [[nodiscard]] bool offers(Kind, const KeyUsages&) const override { return true; }
    std::shared_ptr<Token> token_with_pause(std::function<void()> happening) override {
        token_->in_next_pause(std::move(happening));
        return token_;
    }
    void add_incomplete() override { token_->add_incomplete(); }
    void complete_incomplete() override { token_->complete_incomplete(); }

  private:
    std::shared_ptr<fakes::FakeToken> token_ =
        std::make_shared<fakes::FakeToken>(TokenIdentity{"production", "0001", "Keyward", "Fake"});
};

/// A lab with a real module, for tests that need one.
class ModuleLab : public TokenLab {
  public:
    std::shared_ptr<Token> token() override;
    std::shared_ptr<Token> token_of_others() override { return open(settings()); }
    /// Another token object over the same module.
    std::shared_ptr<Token> open(hsm::TokenSettings settings) {
        return hsm::open_token(modules_, std::move(settings));
    }
    [[nodiscard]] hsm::TokenSettings settings(const std::string& label = "production") const {
        return settings_for(module_path(), label);
    }
    std::shared_ptr<hsm::Module> module() { return modules_.get(module_path(), ""); }
    std::shared_ptr<Token> token_with_pause(std::function<void()> happening) override;
    /// SoftHSM2 leaves an object with CKA_TOKEN false when it is killed. This creates a session object, which
    /// has the same value and exists as long as the inspector's session.
    void add_incomplete() override;
    void complete_incomplete() override;
    /// The test's own view of the token.
    hsm::SessionPool& inspector();
    virtual void add_token(const std::string& label) = 0;

  protected:
    [[nodiscard]] virtual std::string module_path() const = 0;
    /// Ends every session while the module is still usable.
    void close();

  private:
    hsm::ModuleRegistry modules_;
    std::shared_ptr<Token> token_;
    std::unique_ptr<hsm::SessionPool> inspector_;
    std::vector<CK_OBJECT_HANDLE> incomplete_;
};

class SoftHsmLab final : public ModuleLab {
  public:
    SoftHsmLab() { softhsm_.add_token("production"); }
    SoftHsmLab(const SoftHsmLab&) = delete;
    SoftHsmLab(SoftHsmLab&&) = delete;
    SoftHsmLab& operator=(const SoftHsmLab&) = delete;
    SoftHsmLab& operator=(SoftHsmLab&&) = delete;
    ~SoftHsmLab() override { close(); }
    [[nodiscard]] bool offers(Kind, const KeyUsages&) const override { return true; }
    void add_token(const std::string& label) override { softhsm_.add_token(label); }
    [[nodiscard]] const SoftHsm& softhsm() const { return softhsm_; }

  private:
    [[nodiscard]] std::string module_path() const override { return softhsm_module; }
    SoftHsm softhsm_;
};

class P11KitLab final : public ModuleLab {
  public:
    P11KitLab() {
        softhsm_.add_token("production");
        server_ = std::make_unique<P11KitServer>(softhsm_);
    }
    P11KitLab(const P11KitLab&) = delete;
    P11KitLab(P11KitLab&&) = delete;
    P11KitLab& operator=(const P11KitLab&) = delete;
    P11KitLab& operator=(P11KitLab&&) = delete;
    ~P11KitLab() override { close(); }
    [[nodiscard]] bool offers(Kind kind, const KeyUsages& uses) const override;
    void add_token(const std::string& label) override { softhsm_.add_token(label); }
    P11KitServer& server() { return *server_; }
    [[nodiscard]] const SoftHsm& softhsm() const { return softhsm_; }

  private:
    [[nodiscard]] std::string module_path() const override { return p11_kit_module; }
    SoftHsm softhsm_;
    std::unique_ptr<P11KitServer> server_;
};

enum class LabKind { fake, softhsm, p11_kit };
std::string name_of(LabKind kind);
std::unique_ptr<TokenLab> make_lab(LabKind kind);
/// Whether such a lab's token supports the mechanism with that name in mechanism_table().
bool offers(LabKind kind, std::string_view mechanism);
std::unique_ptr<ModuleLab> make_module_lab(LabKind kind);

/// Loads OpenSSL's legacy provider, without which SoftHSM2 has no single DES, and ignores SIGPIPE as the
/// service does.
void prepare_process();

}  // namespace keyward::tests
