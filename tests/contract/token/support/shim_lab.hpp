#pragma once

#include <new>
#include <stdexcept>

#include <dlfcn.h>

#include "tests/contract/token/support/fault_shim.hpp"
#include "tests/contract/token/support/labs.hpp"

namespace keyward::tests {

/// SoftHSM2 behind the shim, with freshly initialized controls.
class ShimLab final : public ModuleLab {
  public:
    ShimLab() {
        softhsm_.add_token("production");
        library_ = dlopen(KEYWARD_FAULT_SHIM, RTLD_NOW | RTLD_LOCAL);
        if (library_ == nullptr) throw std::runtime_error("the shim can't be loaded");
        controls_ = reinterpret_cast<ShimControls* (*)()>(dlsym(library_, shim_controls_function))();
        reset();
    }
    ShimLab(const ShimLab&) = delete;
    ShimLab(ShimLab&&) = delete;
    ShimLab& operator=(const ShimLab&) = delete;
    ShimLab& operator=(ShimLab&&) = delete;
    ~ShimLab() override {
        reset();
        close();
        dlclose(library_);
    }
    ShimControls& shim() { return *controls_; }
    [[nodiscard]] bool offers(Kind, const KeyUsages&) const override { return true; }
    /// Label of the token in the first slot.
    std::string first_token() { return module()->tokens(module()->use()).found.front().identity.label; }
    void add_token(const std::string& label) override { softhsm_.add_token(label); }

  private:
    [[nodiscard]] std::string module_path() const override { return KEYWARD_FAULT_SHIM; }
    void reset() {
        new (controls_) ShimControls{};
        controls_->lie_about = CK_UNAVAILABLE_INFORMATION;
    }

    SoftHsm softhsm_;
    void* library_ = nullptr;
    ShimControls* controls_ = nullptr;
};

}  // namespace keyward::tests
