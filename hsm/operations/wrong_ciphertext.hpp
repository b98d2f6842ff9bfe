#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/mutex.hpp"
#include "domain/crypto_request.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Learns which CKR_ values a module returns for a ciphertext that can't be decrypted. PKCS#11 defines values
/// for that (CKR_ENCRYPTED_DATA_INVALID …), but SoftHSM2 returns CKR_GENERAL_ERROR, which other modules
/// return for a lost device, and a module may use a standard value for another failure. So the values are
/// learned at the first failure, once per mechanism and epoch. The test uses a session object, or the key in
/// use if the token accepts none. It decrypts a correct ciphertext before and after wrong ones, which must
/// fail. The wrong ones have a wrong tag or padding, a value beyond the modulus, or a wrong length.
/// Thread-safe; one thread learns at a time.
class WrongCiphertext {
  public:
    enum class Verdict {
        wrong,  ///< the ciphertext was wrong: the value is one of those learned, and a correct one decrypts
                ///< now
        not_wrong,  ///< another cause: the value is not one of those learned, or not even a correct
                    ///< ciphertext decrypts
        unknown,    ///< no correct ciphertext can be made here, or the mechanism has no wrong ones
    };

    /// Judges a decryption that has just failed with this value. `key` is the object in use. The lease must
    /// not be poisoned, but may be afterwards.
    Verdict judge(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key, CK_RV value);

  private:
    struct Lesson;
    using Subject = std::pair<std::string_view, Digest>;  ///< mechanism, and the hash of OAEP

    Verdict judge_by_lesson(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key, CK_RV value);
    std::shared_ptr<const Lesson> known(const Lease::Epoch& epoch, const CryptoRequest& failed);
    /// For a value that is one of the lesson's answers: whether a correct ciphertext decrypts now.
    Verdict try_right_one(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key,
                          const Lesson& lesson);
    Verdict learn(Lease& lease, const CryptoRequest& failed, CK_OBJECT_HANDLE key, CK_RV value);
    void keep_new(const Lease::Epoch& epoch, Lesson lesson);
    void keep(const Lease::Epoch& epoch, Lesson lesson);

    Mutex mutex_;     ///< guards the members below
    Mutex learning_;  ///< held during calls of the module
    Lease::Epoch epoch_ KEYWARD_GUARDED_BY(mutex_){};
    std::map<Subject, std::shared_ptr<const Lesson>> lessons_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::hsm
