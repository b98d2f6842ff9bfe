#pragma once

#include "hsm/create.hpp"
#include "hsm/hmac_padding.hpp"
#include "hsm/object_gate.hpp"
#include "hsm/session_pool.hpp"
#include "service/token.hpp"

namespace keyward::hsm {

/// service::Token over a PKCS#11 module. Threads, blocking and errors are as the port says.
class Pkcs11Token final : public service::Token {
  public:
    Pkcs11Token(std::shared_ptr<Module> module, PoolSettings settings);

    service::ImportReceipt import(const service::ImportOrder& order) override;
    std::size_t destroy(const ObjectId& id) override;
    std::size_t count(const ObjectId& id) override;
    void ping() override;
    std::set<std::string> mechanisms() override;
    service::TokenIdentity identity() override;
    void reload_pin() override;

  private:
    template <typename Work>
    auto with_session(const Work& work);
    service::ImportReceipt try_import(const service::ImportOrder& order);
    service::ImportReceipt import_in(Lease& lease, const service::ImportOrder& order);

    SessionPool pool_;
    HmacPadding padding_;
    ObjectGate gate_;
};

}  // namespace keyward::hsm
