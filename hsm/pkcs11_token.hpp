#pragma once

#include "domain/token.hpp"
#include "hsm/import/create.hpp"
#include "hsm/objects/allowed_mechanisms.hpp"
#include "hsm/objects/inventory.hpp"
#include "hsm/objects/object_access_lock.hpp"
#include "hsm/objects/object_handle_cache.hpp"
#include "hsm/operations/mechanism_info_cache.hpp"
#include "hsm/operations/oaep_probe.hpp"
#include "hsm/operations/wrong_ciphertext.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Token over a PKCS#11 module. Thread safety, blocking and errors are as documented for the port.
class Pkcs11Token final : public Token {
  public:
    /// How a call sleeps; replaceable in tests.
    using Pause = std::function<void(std::chrono::milliseconds)>;

    Pkcs11Token(std::shared_ptr<Module> module, PoolSettings settings, Pause pause = sleep);

    ImportResult import(const ImportRequest& request) override;
    std::size_t destroy(const ObjectId& id) override;
    std::size_t count(const ObjectId& id) override;
    void scan(
        const std::function<void(const TokenObject&, std::size_t place, std::size_t total)>& each) override;
    std::size_t destroy_incomplete(std::chrono::milliseconds pause) override;
    std::vector<CryptoResult> operate(const ObjectId& id, CryptoOperation action,
                                      std::span<const CryptoRequest> operations) override;
    void ping() override;
    std::set<std::string> mechanisms() override;
    std::set<Digest> oaep_hashes() override;
    TokenIdentity identity() override;
    bool refresh() override;
    void reload_pin() override;
    [[nodiscard]] std::uint64_t epoch() const override { return pool_.epoch(); }

  private:
    static void sleep(std::chrono::milliseconds pause);
    /// Result of a search, and the epoch in which its handles are valid.
    struct Search {
        Lease::Epoch epoch;
        std::vector<FoundKey> keys;
        std::vector<FoundKey> incomplete;
    };

    template <typename Work>
    auto with_session(const Work& work);
    /// Same as `with_session`, but throws TokenFault::unreachable when handles of that epoch are no longer
    /// valid.
    template <typename Work>
    auto with_session_of(const Lease::Epoch& epoch, const Work& work);
    Search search();
    /// Returns those incomplete keys of a search that are still incomplete.
    std::vector<FoundKey> incomplete_after(const Search& found, std::chrono::milliseconds pause);
    /// Both set `begun` before they create anything in the token.
    ImportResult import_in_attempts(const ImportRequest& request, bool& begun);
    ImportResult try_import(const ImportRequest& request, bool& begun);
    /// Destroys what a failed attempt left behind. Returns false on failure.
    bool take_back(const ObjectId& id);
    ImportResult import_in(Lease& lease, const ImportRequest& request);
    /// `allowed` limits the mechanisms of the objects; empty means no limit.
    ImportResult make(Lease& lease, const ImportRequest& request, const MechanismCodes& allowed);

    /// Handles of a key as a search found it, and the epoch in which they are valid.
    struct FoundHandles {
        Lease::Epoch epoch;
        KeyHandles handles;
    };
    /// Searches the whole token. Finding nothing is not an error. With a hash, looks for the public object of
    /// that key.
    FoundHandles look_for(const ObjectId& id, const std::string& public_key_sha256);
    /// Appends the results of the operations that have none yet. Returns false when the objects of the
    /// handles no longer exist.
    bool go_on(Lease& lease, const ObjectId& id, const KeyHandles& handles, CryptoOperation action,
               std::span<const CryptoRequest> operations, std::vector<CryptoResult>& outcomes);

    SessionPool pool_;
    HmacPadding padding_;
    MechanismLimits limits_;
    ObjectHandleCache handles_;
    MechanismInfoCache mechanism_infos_;
    ProvedHashes proved_hashes_;
    WrongCiphertext wrong_ciphertext_;
    ObjectAccessLock object_access_;
    const Pause pause_;
};

}  // namespace keyward::hsm
