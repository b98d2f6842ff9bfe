#include "tests/contract/token/support/softhsm.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "hsm/objects/objects.hpp"
#include "tests/support/command.hpp"
#include "tests/support/polling.hpp"
#include "tests/support/sockets.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;

}  // namespace

SoftHsm::SoftHsm() {
    std::filesystem::create_directory(folder_.path() / "tokens");
    std::ofstream(configuration())
        << "directories.tokendir = " << (folder_.path() / "tokens").string()
        << "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
    setenv("SOFTHSM2_CONF", configuration().c_str(), 1);
}

void SoftHsm::add_token(const std::string& label) const {
    test::output_of({"softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "so-4711-test",
                     "--pin", test_pin},
                    {"SOFTHSM2_CONF=" + configuration()});
}

void SoftHsm::take_tokens() const {
    std::filesystem::rename(folder_.path() / "tokens", folder_.path() / "taken");
    std::filesystem::create_directory(folder_.path() / "tokens");
}

void SoftHsm::put_tokens_back() const {
    std::filesystem::remove_all(folder_.path() / "tokens");
    std::filesystem::rename(folder_.path() / "taken", folder_.path() / "tokens");
}

P11KitServer::P11KitServer(const SoftHsm& softhsm)
    : softhsm_(softhsm), socket_(softhsm.folder() / "p11-kit.socket") {
    setenv("P11_KIT_SERVER_ADDRESS", ("unix:path=" + socket_.string()).c_str(), 1);
    start();
}

void P11KitServer::start() {
    process_ = std::make_unique<test::ChildProcess>(
        std::vector<std::string>{"p11-kit", "server", "--foreground", "--provider", softhsm_module, "--name",
                                 socket_, "pkcs11:"},
        std::vector<std::string>{"SOFTHSM2_CONF=" + softhsm_.configuration()});
    if (!test::comes_true([&] { return test::accepts_connections(socket_); }))
        throw std::runtime_error("the p11-kit server did not start");
}

void P11KitServer::stop() {
    for (const pid_t connection : process_->children())
        kill(connection, SIGKILL);
    process_.reset();
    std::filesystem::remove(socket_);
}

hsm::TokenSettings settings_for(const std::string& module, const std::string& label) {
    hsm::TokenSettings settings;
    settings.module = module;
    settings.label = label;
    settings.pin = [] { return SecretBytes::copy_of(as_bytes(test_pin)); };
    settings.sessions = 8;
    settings.session_wait = 10s;
    return settings;
}

hsm::PoolSettings pool_settings_for(const std::string& label) {
    return {.label = label,
            .serial = {},
            .pin = [] { return SecretBytes::copy_of(as_bytes(test_pin)); },
            .sessions = 3,
            .wait = 10s};
}

std::vector<ObjectFacts> inspect(hsm::SessionPool& pool, const ObjectId& id,
                                 const std::vector<CK_ATTRIBUTE_TYPE>& asked) {
    hsm::Lease lease = pool.lease();
    std::vector<ObjectFacts> all;
    for (const CK_OBJECT_HANDLE object : hsm::find_objects(lease, id)) {
        ObjectFacts facts{};
        std::array<char, 256> label{};
        std::array<CK_ATTRIBUTE, 3> query{
            CK_ATTRIBUTE{CKA_CLASS, &facts.object_class, sizeof facts.object_class},
            CK_ATTRIBUTE{CKA_KEY_TYPE, &facts.key_type, sizeof facts.key_type},
            CK_ATTRIBUTE{CKA_LABEL, label.data(), label.size()}};
        hsm::check("C_GetAttributeValue",
                   lease.p11().C_GetAttributeValue(lease.session(), object, query.data(), query.size()));
        facts.label.assign(label.data(), query[2].ulValueLen);
        for (const CK_ATTRIBUTE_TYPE type : asked) {
            CK_BBOOL value = CK_FALSE;
            CK_ATTRIBUTE one{type, &value, sizeof value};
            if (lease.p11().C_GetAttributeValue(lease.session(), object, &one, 1) == CKR_OK &&
                value != CK_FALSE)
                facts.granted.push_back(type);
        }
        all.push_back(std::move(facts));
    }
    return all;
}

CK_OBJECT_HANDLE create(hsm::SessionPool& pool, hsm::AttributeTemplate object) {
    const hsm::Lease lease = pool.lease();
    CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
    hsm::check("C_CreateObject",
               lease.p11().C_CreateObject(lease.session(), object.data(), object.size(), &handle));
    return handle;
}

void lose_sessions(hsm::SessionPool& pool) {
    const CK_SLOT_ID slot = pool.token().slot;
    hsm::Lease lease = pool.lease();
    hsm::check("C_CloseAllSessions", lease.p11().C_CloseAllSessions(slot));
    lease.lost();
}

}  // namespace keyward::tests
