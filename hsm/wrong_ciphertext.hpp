#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "hsm/session_pool.hpp"
#include "service/operation.hpp"

namespace keyward::hsm {

/// Which CKR_ values a module gives for a ciphertext that can't be opened. PKCS#11 has names for that
/// (CKR_ENCRYPTED_DATA_INVALID …), but SoftHSM2 says CKR_GENERAL_ERROR, which is what others say of a lost
/// device. So it is learnt, once for each mechanism and era, at the first failure that its value does not
/// explain: with a session object, or with the key in use where the token takes none, a right ciphertext is
/// opened and wrong ones are not. Any thread may call; one learns at a time.
class WrongCiphertext {
  public:
    /// Whether a decryption that has just failed with this value was given a wrong ciphertext: the value is
    /// one of those learnt, and a right ciphertext opens now. False when it can't be learnt or the token
    /// fails. `key` is the object in use. May leave the lease spoilt, and gets it unspoilt.
    bool explains(Lease& lease, const service::Operation& failed, CK_OBJECT_HANDLE key, CK_RV value);

  private:
    struct Lesson;
    using Subject = std::pair<std::string_view, keys::Digest>;  ///< mechanism, and the hash of OAEP

    bool was_learnt(Lease& lease, const service::Operation& failed, CK_OBJECT_HANDLE key, CK_RV value);
    std::shared_ptr<const Lesson> known(const Lease::Era& era, const Subject& subject);
    std::shared_ptr<const Lesson> learn(Lease& lease, const service::Operation& failed, CK_OBJECT_HANDLE key);

    std::mutex mutex_;     ///< guards what follows
    std::mutex learning_;  ///< held across calls of the module
    Lease::Era era_{};
    std::map<Subject, std::shared_ptr<const Lesson>> lessons_;
};

}  // namespace keyward::hsm
