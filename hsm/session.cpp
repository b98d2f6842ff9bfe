#include "hsm/session.hpp"

#include <utility>

namespace keyward::hsm {

Session::Session(const Functions& p11, CK_SLOT_ID slot) : p11_(&p11) {
    check("C_OpenSession",
          p11.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle_));
}

Session::Session(Session&& other) noexcept
    : p11_(std::exchange(other.p11_, nullptr)), handle_(other.handle_) {}

Session& Session::operator=(Session&& other) noexcept {
    if (this != &other) {
        close();
        p11_ = std::exchange(other.p11_, nullptr);
        handle_ = other.handle_;
    }
    return *this;
}

Session::~Session() {
    close();
}

void Session::close() noexcept {
    if (p11_ != nullptr) p11_->C_CloseSession(handle_);
    p11_ = nullptr;
}

Session::Health Session::health() const {
    CK_SESSION_INFO info{};
    if (p11_ == nullptr || p11_->C_GetSessionInfo(handle_, &info) != CKR_OK) return Health::lost;
    return info.state == CKS_RW_USER_FUNCTIONS ? Health::logged_in : Health::public_only;
}

}  // namespace keyward::hsm
