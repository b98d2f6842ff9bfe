#include "hsm/session/session.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/mutex.hpp"

namespace keyward::hsm {
namespace {

/// Maps a module's session number to the opening in this process that it belongs to. A module that has closed
/// a session by itself may give its number to the next session, which must not be closed in place of the
/// first.
class SessionNumbers {
  public:
    std::uint64_t add(const Functions* p11, CK_SESSION_HANDLE handle) {
        const Lock lock(mutex_);
        openings_[{p11, handle}] = ++last_;
        return last_;
    }

    /// Whether the module has not given the number to a newer session.
    bool is_current(const Functions* p11, CK_SESSION_HANDLE handle, std::uint64_t opening) {
        const Lock lock(mutex_);
        const auto found = openings_.find({p11, handle});
        return found != openings_.end() && found->second == opening;
    }

    /// Returns false when the number belongs to a newer session.
    bool remove(const Functions* p11, CK_SESSION_HANDLE handle, std::uint64_t opening) {
        const Lock lock(mutex_);
        const auto found = openings_.find({p11, handle});
        if (found == openings_.end() || found->second != opening) return false;
        openings_.erase(found);
        return true;
    }

  private:
    Mutex mutex_;
    std::map<std::pair<const Functions*, CK_SESSION_HANDLE>, std::uint64_t> openings_
        KEYWARD_GUARDED_BY(mutex_);
    std::uint64_t last_ KEYWARD_GUARDED_BY(mutex_) = 0;
};

SessionNumbers& numbers() {
    static auto* const all = new SessionNumbers;  // never destroyed: sessions may outlive static objects
    return *all;
}

CK_RV open(const Functions& p11, CK_SLOT_ID slot, CK_SESSION_HANDLE& handle) {
    const CK_RV value =
        p11.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle);
    return value == CKR_OK && handle == CK_INVALID_HANDLE ? CKR_SESSION_HANDLE_INVALID : value;
}

}  // namespace

Session::Session(const Functions& p11, CK_SLOT_ID slot) : p11_(&p11), slot_(slot) {
    check("C_OpenSession", open(p11, slot, handle_));
    opening_ = numbers().add(p11_, handle_);
}

Session::Session(const Functions& p11, CK_SLOT_ID slot, CK_SESSION_HANDLE handle)
    : p11_(&p11), slot_(slot), handle_(handle), opening_(numbers().add(p11_, handle)) {}

Session::Session(Session&& other) noexcept
    : p11_(std::exchange(other.p11_, nullptr)),
      slot_(other.slot_),
      handle_(other.handle_),
      opening_(other.opening_) {}

Session& Session::operator=(Session&& other) noexcept {
    if (this != &other) {
        close();
        p11_ = std::exchange(other.p11_, nullptr);
        slot_ = other.slot_;
        handle_ = other.handle_;
        opening_ = other.opening_;
    }
    return *this;
}

Session::~Session() {
    close();
}

void Session::close() noexcept {
    const Functions* const p11 = std::exchange(p11_, nullptr);
    if (p11 != nullptr && numbers().remove(p11, handle_, opening_)) p11->C_CloseSession(handle_);
}

void Session::forget() noexcept {
    const Functions* const p11 = std::exchange(p11_, nullptr);
    if (p11 != nullptr) numbers().remove(p11, handle_, opening_);
}

Session::Health Session::health() const {
    // A session whose number a newer one has is not there any more: both would share one operation.
    if (p11_ == nullptr || !numbers().is_current(p11_, handle_, opening_)) return Health::lost;
    CK_SESSION_INFO info{};
    if (p11_->C_GetSessionInfo(handle_, &info) != CKR_OK) return Health::lost;
    return info.state == CKS_RW_USER_FUNCTIONS ? Health::logged_in : Health::public_only;
}

OpenedSession open_session(const Functions& p11, CK_SLOT_ID slot) {
    CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
    const CK_RV value = open(p11, slot, handle);
    if (value != CKR_OK) return {.value = value, .session = std::nullopt};
    return {.value = value, .session = Session(p11, slot, handle)};
}

std::size_t session_limit(const Functions& p11, CK_SLOT_ID slot, std::size_t configured) {
    CK_TOKEN_INFO info{};
    check("C_GetTokenInfo", p11.C_GetTokenInfo(slot, &info));
    std::size_t limit = configured;
    for (const CK_ULONG told : {info.ulMaxSessionCount, info.ulMaxRwSessionCount})
        if (told != CK_EFFECTIVELY_INFINITE && told != CK_UNAVAILABLE_INFORMATION)
            limit = std::min<std::size_t>(limit, told);
    return std::max<std::size_t>(limit, 1);
}

bool may_be_too_many_sessions(CK_RV value) {
    return value == CKR_SESSION_COUNT || value == CKR_ARGUMENTS_BAD || value == CKR_DEVICE_MEMORY ||
           value == CKR_HOST_MEMORY;
}

}  // namespace keyward::hsm
