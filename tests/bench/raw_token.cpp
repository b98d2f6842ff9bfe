#include "tests/bench/raw_token.hpp"

#include <array>
#include <stdexcept>

#include <dlfcn.h>

#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::bench {
namespace {

void check(const char* call, CK_RV value) {
    if (value != CKR_OK) throw std::runtime_error(std::string(call) + " gave " + std::to_string(value));
}

constexpr CK_BBOOL yes = CK_TRUE;
constexpr CK_BBOOL no = CK_FALSE;

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t size) {
    return {type, const_cast<void*>(value), size};
}

CK_ATTRIBUTE octets(CK_ATTRIBUTE_TYPE type, ByteView value) {
    return attribute(type, value.data(), value.size());
}

CK_ATTRIBUTE flag(CK_ATTRIBUTE_TYPE type, bool value) {
    return attribute(type, value ? &yes : &no, sizeof(CK_BBOOL));
}

/// The attributes of every object of Keyward.
std::vector<CK_ATTRIBUTE> common(const CK_OBJECT_CLASS& object_class, const CK_KEY_TYPE& type,
                                 const ObjectId& id, bool is_public) {
    static const std::string label = "MyProject/a-key-of-the-benchmark";
    std::vector<CK_ATTRIBUTE> all{attribute(CKA_CLASS, &object_class, sizeof object_class),
                                  attribute(CKA_KEY_TYPE, &type, sizeof type),
                                  octets(CKA_ID, id.octets()),
                                  octets(CKA_LABEL, as_bytes(label)),
                                  flag(CKA_TOKEN, true),
                                  flag(CKA_PRIVATE, !is_public),
                                  flag(CKA_MODIFIABLE, false),
                                  flag(CKA_DERIVE, false)};
    if (!is_public) {
        all.push_back(flag(CKA_SENSITIVE, true));
        all.push_back(flag(CKA_EXTRACTABLE, false));
    }
    return all;
}

void add(std::vector<CK_ATTRIBUTE>& all, std::initializer_list<CK_ATTRIBUTE> more) {
    all.insert(all.end(), more);
}

}  // namespace

struct RawToken::State {
    void* library = nullptr;
    CK_FUNCTION_LIST* p11 = nullptr;
    std::vector<CK_SESSION_HANDLE> sessions;
    std::vector<CK_OBJECT_HANDLE>* made = nullptr;  ///< collects the handles; for one thread at a time

    CK_OBJECT_HANDLE create(std::size_t thread, std::vector<CK_ATTRIBUTE>& object) {
        CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
        check("C_CreateObject", p11->C_CreateObject(sessions[thread], object.data(), object.size(), &handle));
        if (made != nullptr) made->push_back(handle);
        return handle;
    }

    void create_aes(std::size_t thread, const ObjectId& id, const keys::SecretKey& key, bool with_trial) {
        const CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
        const CK_KEY_TYPE type = CKK_AES;
        auto object = common(object_class, type, id, false);
        add(object, {flag(CKA_ENCRYPT, true), flag(CKA_DECRYPT, true), flag(CKA_SIGN, false),
                     flag(CKA_VERIFY, false), flag(CKA_WRAP, false), flag(CKA_UNWRAP, false)});
        const std::size_t readable = object.size();
        object.push_back(octets(CKA_VALUE, key.octets.reveal()));
        const CK_OBJECT_HANDLE handle = create(thread, object);
        read_back(thread, handle, object, readable);
        if (with_trial) encrypt_zero_block(thread, handle);
    }

    void create_rsa(std::size_t thread, const ObjectId& id, const keys::RsaPrivateKey& key, bool with_trial) {
        const CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
        const CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
        const CK_KEY_TYPE type = CKK_RSA;
        auto object = common(public_class, type, id, true);
        add(object, {flag(CKA_ENCRYPT, true), flag(CKA_VERIFY, true), flag(CKA_WRAP, false),
                     octets(CKA_MODULUS, key.public_key.modulus),
                     octets(CKA_PUBLIC_EXPONENT, key.public_key.public_exponent)});
        const CK_OBJECT_HANDLE public_half = create(thread, object);
        read_back(thread, public_half, object, object.size());
        object = common(private_class, type, id, false);
        add(object, {flag(CKA_DECRYPT, true), flag(CKA_SIGN, true), flag(CKA_UNWRAP, false)});
        const std::size_t readable = object.size();
        add(object,
            {octets(CKA_MODULUS, key.public_key.modulus),
             octets(CKA_PUBLIC_EXPONENT, key.public_key.public_exponent),
             octets(CKA_PRIVATE_EXPONENT, key.private_exponent.reveal()),
             octets(CKA_PRIME_1, key.prime_1.reveal()), octets(CKA_PRIME_2, key.prime_2.reveal()),
             octets(CKA_EXPONENT_1, key.exponent_1.reveal()), octets(CKA_EXPONENT_2, key.exponent_2.reveal()),
             octets(CKA_COEFFICIENT, key.coefficient.reveal())});
        const CK_OBJECT_HANDLE private_half = create(thread, object);
        read_back(thread, private_half, object, readable);
        if (with_trial) sign(thread, private_half);
    }

    void encrypt_zero_block(std::size_t thread, CK_OBJECT_HANDLE key) {
        std::array<CK_BYTE, 16> block{};
        CK_ULONG size = block.size();
        CK_MECHANISM mechanism{CKM_AES_ECB, nullptr, 0};
        check("C_EncryptInit", p11->C_EncryptInit(sessions[thread], &mechanism, key));
        check("C_Encrypt", p11->C_Encrypt(sessions[thread], block.data(), block.size(), block.data(), &size));
    }

    void sign(std::size_t thread, CK_OBJECT_HANDLE key) {
        std::array<CK_BYTE, 32> message{};
        std::array<CK_BYTE, 512> signature{};
        CK_ULONG size = signature.size();
        CK_MECHANISM mechanism{CKM_SHA256_RSA_PKCS, nullptr, 0};
        check("C_SignInit", p11->C_SignInit(sessions[thread], &mechanism, key));
        check("C_Sign",
              p11->C_Sign(sessions[thread], message.data(), message.size(), signature.data(), &size));
    }

    /// All attributes that were set, except the sensitive ones.
    void read_back(std::size_t thread, CK_OBJECT_HANDLE handle, const std::vector<CK_ATTRIBUTE>& object,
                   std::size_t count) {
        std::array<std::array<std::uint8_t, 600>, 24> room{};
        std::vector<CK_ATTRIBUTE> query;
        for (std::size_t i = 0; i < count; ++i)
            query.push_back({object[i].type, room.at(i).data(), room.at(i).size()});
        check("C_GetAttributeValue",
              p11->C_GetAttributeValue(sessions[thread], handle, query.data(), query.size()));
    }
};

RawToken::RawToken(const std::string& module, const std::string& label, const std::string& pin,
                   std::size_t threads)
    : state_(std::make_unique<State>()) {
    state_->library = dlopen(module.c_str(), RTLD_NOW);
    if (state_->library == nullptr) throw std::runtime_error("the module can't be loaded");
    const auto list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(state_->library, "C_GetFunctionList"));
    check("C_GetFunctionList", list(&state_->p11));
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    check("C_Initialize", state_->p11->C_Initialize(&arguments));
    std::array<CK_SLOT_ID, 16> slots{};
    CK_ULONG count = slots.size();
    check("C_GetSlotList", state_->p11->C_GetSlotList(CK_TRUE, slots.data(), &count));
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_TOKEN_INFO info{};
        check("C_GetTokenInfo", state_->p11->C_GetTokenInfo(slots.at(i), &info));
        if (!std::string_view(reinterpret_cast<const char*>(info.label), sizeof info.label)
                 .starts_with(label + " "))
            continue;
        state_->sessions.resize(threads);
        for (auto& session : state_->sessions)
            check("C_OpenSession",
                  state_->p11->C_OpenSession(slots.at(i), CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr,
                                             nullptr, &session));
        std::string text = pin;
        check("C_Login", state_->p11->C_Login(state_->sessions[0], CKU_USER,
                                              reinterpret_cast<CK_UTF8CHAR*>(text.data()), text.size()));
        return;
    }
    throw std::runtime_error("there is no token " + label);
}

void RawToken::create_and_destroy(std::size_t thread, const keys::KeyMaterial& material) {
    std::vector<CK_OBJECT_HANDLE> made;
    state_->made = &made;
    create(thread, material, false);
    state_->made = nullptr;
    for (const CK_OBJECT_HANDLE object : made)
        check("C_DestroyObject", state_->p11->C_DestroyObject(state_->sessions[thread], object));
}

std::uint64_t RawToken::find(const std::string& label) {
    for (const CK_OBJECT_CLASS object_class : {CKO_PRIVATE_KEY, CKO_SECRET_KEY}) {
        std::vector<CK_ATTRIBUTE> wanted{octets(CKA_LABEL, as_bytes(label)),
                                         attribute(CKA_CLASS, &object_class, sizeof object_class)};
        const CK_SESSION_HANDLE session = state_->sessions[0];
        check("C_FindObjectsInit", state_->p11->C_FindObjectsInit(session, wanted.data(), wanted.size()));
        CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
        CK_ULONG count = 0;
        check("C_FindObjects", state_->p11->C_FindObjects(session, &handle, 1, &count));
        check("C_FindObjectsFinal", state_->p11->C_FindObjectsFinal(session));
        if (count == 1) return handle;
    }
    throw std::runtime_error("the token has no key " + label);
}

void RawToken::sign(std::size_t thread, std::uint64_t key, std::uint64_t mechanism, ByteView input) {
    std::array<CK_BYTE, 512> signature;
    CK_ULONG size = signature.size();
    CK_MECHANISM chosen{mechanism, nullptr, 0};
    check("C_SignInit", state_->p11->C_SignInit(state_->sessions[thread], &chosen, key));
    check("C_Sign", state_->p11->C_Sign(state_->sessions[thread], const_cast<CK_BYTE*>(input.data()),
                                        input.size(), signature.data(), &size));
}

void RawToken::encrypt_gcm(std::size_t thread, std::uint64_t key, ByteView input) {
    SecretBytes iv = random_secret(12);
    CK_GCM_PARAMS parameters{iv.writable().data(), iv.size(), 8 * iv.size(), nullptr, 0, 128};
    CK_MECHANISM chosen{CKM_AES_GCM, &parameters, sizeof parameters};
    std::array<CK_BYTE, 2048> output;
    CK_ULONG size = output.size();
    check("C_EncryptInit", state_->p11->C_EncryptInit(state_->sessions[thread], &chosen, key));
    check("C_Encrypt", state_->p11->C_Encrypt(state_->sessions[thread], const_cast<CK_BYTE*>(input.data()),
                                              input.size(), output.data(), &size));
}

RawToken::~RawToken() {
    state_->p11->C_Finalize(nullptr);
    dlclose(state_->library);
}

void RawToken::create(std::size_t thread, const keys::KeyMaterial& material, bool with_trial) {
    const ObjectId id = ObjectId::random();
    if (const auto* secret = std::get_if<keys::SecretKey>(&material))
        state_->create_aes(thread, id, *secret, with_trial);
    else
        state_->create_rsa(thread, id, std::get<keys::RsaPrivateKey>(material), with_trial);
}

}  // namespace keyward::bench
