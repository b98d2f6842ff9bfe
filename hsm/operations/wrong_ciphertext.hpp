#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "domain/crypto_request.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Which CKR_ values a module gives for a ciphertext that can't be opened. PKCS#11 has names for that
/// (CKR_ENCRYPTED_DATA_INVALID …), but SoftHSM2 says CKR_GENERAL_ERROR, which is what others say of a lost
/// device, and a name may stand for something else in another module. So it is learnt, once for each
/// mechanism and epoch, at the first failure: with a session object, or with the key in use where the token
/// takes none, a right ciphertext is opened before and after wrong ones, which are not. These have a wrong
/// tag or padding, a value beyond the modulus, or a wrong length. Any thread may call; one
/// learns at a time.
class WrongCiphertext {
  public:
    enum class Verdict {
        wrong,      ///< the ciphertext was wrong: the value is one of those learnt, and a right one opens now
        not_wrong,  ///< the value has another cause: it is none of those, or not even a right one opens
        unknown,    ///< no right ciphertext can be made here, or the mechanism has no wrong ones
    };

    /// On a decryption that has just failed with this value. `key` is the object in use. May leave the lease
    /// poisoned, and gets it unspoilt.
    Verdict judge(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key, CK_RV value);

  private:
    struct Lesson;
    using Subject = std::pair<std::string_view, Digest>;  ///< mechanism, and the hash of OAEP

    Verdict judge_by_lesson(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key, CK_RV value);
    std::shared_ptr<const Lesson> known(const Lease::Epoch& epoch, const CryptoRequest& failed);
    /// On a value that is one of the lesson's answers: whether a right ciphertext opens now.
    Verdict try_right_one(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key,
                          const Lesson& lesson);
    Verdict learn(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key, CK_RV value);
    void keep_new(const Lease::Epoch& epoch, Lesson lesson);
    void keep(const Lease::Epoch& epoch, Lesson lesson);

    std::mutex mutex_;     ///< guards what follows
    std::mutex learning_;  ///< held across calls of the module
    Lease::Epoch epoch_{};
    std::map<Subject, std::shared_ptr<const Lesson>> lessons_;
};

}  // namespace keyward::hsm
