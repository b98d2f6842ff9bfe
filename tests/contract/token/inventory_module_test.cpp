// What a scan of a real module shows of other applications' objects, and of the remains of a killed process.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/token/support/labs.hpp"
#include "tests/support/command.hpp"
#include "tests/support/files.hpp"
#include "tests/support/polling.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::size_t more_than_a_part = 40;

TokenFault fault_of_search(const std::function<void()>& call) {
    try {
        call();
    } catch (const TokenError& error) {
        return error.fault();
    }
    throw std::logic_error("the call did not fail");
}

/// An AES key as another application creates it, with the module's defaults.
hsm::AttributeTemplate aes_of_others(bool in_token = true) {
    static const std::string octets(16, 'k');
    hsm::AttributeTemplate object;
    object.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES).flag(CKA_TOKEN, in_token);
    object.borrowed(CKA_VALUE, as_bytes(octets));
    return object;
}

std::vector<TokenObject> walked(Token& token) {
    std::vector<TokenObject> objects;
    token.scan([&](const TokenObject& object, std::size_t, std::size_t) { objects.push_back(object); });
    return objects;
}

class InventoryOfAModule : public ::testing::TestWithParam<LabKind> {
  protected:
    std::vector<TokenObject> objects_beside(hsm::AttributeTemplate object) {
        create(lab_->inspector(), std::move(object));
        return walked(*lab_->token());
    }

    void create_more_than_a_part() {
        for (std::size_t i = 0; i < more_than_a_part; ++i)
            objects_.push_back(create(lab_->inspector(), aes_of_others()));
    }

    std::unique_ptr<ModuleLab> lab_ = make_module_lab(GetParam());
    std::vector<CK_OBJECT_HANDLE> objects_;
};

INSTANTIATE_TEST_SUITE_P(Labs, InventoryOfAModule, ::testing::Values(LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(InventoryOfAModule, ObjectsOfOtherApplicationsAreShown) {
    hsm::AttributeTemplate object = aes_of_others();
    object.borrowed(CKA_ID, as_bytes("\x01\x02")).borrowed(CKA_LABEL, as_bytes("theirs"));
    EXPECT_THAT(
        objects_beside(std::move(object)),
        ElementsAre(
            AllOf(Field(&TokenObject::id, std::nullopt), Field(&TokenObject::id_hex, "0102"),
                  Field(&TokenObject::label, "theirs"), Field(&TokenObject::algorithm, keys::Algorithm::aes),
                  Field(&TokenObject::size, 128), Field(&TokenObject::incomplete, false),
                  Field(&TokenObject::uses, KeyUsages{KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}))));
}

TEST_P(InventoryOfAModule, AnObjectOfOthersWithoutNamesIsNotHalfMade) {
    EXPECT_THAT(objects_beside(aes_of_others()), ElementsAre(Field(&TokenObject::incomplete, false)));
}

TEST_P(InventoryOfAModule, LongNamesAreShownWhole) {
    const std::string id(300, '\x0A');
    const std::string label(2000, 'l');
    hsm::AttributeTemplate object = aes_of_others();
    object.borrowed(CKA_ID, as_bytes(id)).borrowed(CKA_LABEL, as_bytes(label));
    EXPECT_THAT(objects_beside(std::move(object)),
                ElementsAre(AllOf(Field(&TokenObject::id_hex, to_hex(as_bytes(id))),
                                  Field(&TokenObject::label, label))));
}

TEST_P(InventoryOfAModule, AKindThatWeDontImportIsShownWithoutAlgorithm) {
    static const std::string octets = "\x01\x02\x04\x07\x08\x0B\x0D\x0E\x10\x13\x15\x16\x19\x1A\x1C\x1F";
    hsm::AttributeTemplate object;
    object.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_DES2).flag(CKA_TOKEN, true);
    object.borrowed(CKA_LABEL, as_bytes("two keys")).borrowed(CKA_VALUE, as_bytes(octets));
    EXPECT_THAT(objects_beside(std::move(object)),
                ElementsAre(AllOf(Field(&TokenObject::label, "two keys"),
                                  Field(&TokenObject::algorithm, std::nullopt))));
}

TEST_P(InventoryOfAModule, AnHmacKeyOfOneDigestIsAnHmacKey) {
    static const std::string octets(32, 'k');
    hsm::AttributeTemplate object;
    object.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_SHA256_HMAC).flag(CKA_TOKEN, true);
    object.borrowed(CKA_VALUE, as_bytes(octets));
    EXPECT_THAT(objects_beside(std::move(object)),
                ElementsAre(AllOf(Field(&TokenObject::algorithm, keys::Algorithm::hmac),
                                  Field(&TokenObject::size, 256))));
}

TEST_P(InventoryOfAModule, WhatIsNoKeyIsNotShown) {
    hsm::AttributeTemplate object;
    object.number(CKA_CLASS, CKO_DATA).flag(CKA_TOKEN, true).borrowed(CKA_VALUE, as_bytes("data"));
    EXPECT_THAT(objects_beside(std::move(object)), IsEmpty());
}

TEST_P(InventoryOfAModule, AWholeSessionObjectIsNotShown) {
    EXPECT_THAT(objects_beside(aes_of_others(false)), IsEmpty());
}

TEST_P(InventoryOfAModule, EachWeakenedProtectionIsNamed) {
    hsm::AttributeTemplate object = aes_of_others();
    object.flag(CKA_PRIVATE, false).flag(CKA_MODIFIABLE, true).flag(CKA_SENSITIVE, false);
    object.flag(CKA_EXTRACTABLE, true).flag(CKA_WRAP, true).flag(CKA_UNWRAP, true).flag(CKA_DERIVE, true);
    const std::vector<TokenObject> objects = objects_beside(std::move(object));
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_THAT(objects.front().weakened_protection,
                UnorderedElementsAre("CKA_PRIVATE is false", "CKA_MODIFIABLE is true",
                                     "CKA_SENSITIVE is false", "CKA_EXTRACTABLE is true", "CKA_WRAP is true",
                                     "CKA_UNWRAP is true", "CKA_DERIVE is true"));
}

TEST_P(InventoryOfAModule, AWalkGoesThroughMoreThanOnePart) {
    create_more_than_a_part();
    EXPECT_EQ(walked(*lab_->token()).size(), more_than_a_part);
}

TEST_P(InventoryOfAModule, AnObjectThatVanishesDuringAWalkIsPassedOver) {
    create_more_than_a_part();
    const auto token = lab_->token();
    std::size_t shown = 0;
    token->scan([&](const TokenObject&, std::size_t place, std::size_t) {
        ++shown;
        if (place != 1) return;
        const hsm::Lease lease = lab_->inspector().lease();
        for (const CK_OBJECT_HANDLE object : objects_)
            hsm::check("C_DestroyObject", lease.p11().C_DestroyObject(lease.session(), object));
    });
    EXPECT_LT(shown, more_than_a_part);
    EXPECT_GE(shown, 1U);
}

TEST_P(InventoryOfAModule, AWalkWhoseSessionsAreLostFails) {
    create_more_than_a_part();
    const auto token = lab_->token();
    EXPECT_EQ(fault_of_search([&] {
                  token->scan([&](const TokenObject&, std::size_t place, std::size_t) {
                      if (place == 1) lose_sessions(lab_->inspector());
                  });
              }),
              TokenFault::unreachable);
}

TEST_P(InventoryOfAModule, AWalkLeavesTheOnlySessionToOthersInBetween) {
    create(lab_->inspector(), aes_of_others());
    hsm::TokenSettings settings = lab_->settings();
    settings.sessions = 1;
    settings.session_wait = 1ms;
    const auto token = lab_->open(settings);
    EXPECT_NO_THROW(token->scan([&](const TokenObject&, std::size_t, std::size_t) {
        static_cast<void>(token->count(ObjectId::random()));
    }));
}

TEST_P(InventoryOfAModule, NothingIsDestroyedWhenTheSessionsWereLostBetweenTheLooks) {
    lab_->add_incomplete();
    const auto token = lab_->token_with_pause([&] { lose_sessions(lab_->inspector()); });
    EXPECT_EQ(fault_of_search([&] { token->destroy_incomplete(0ms); }), TokenFault::unreachable);
}

// SoftHSM2 reports neither length nor check value of an unwrapped key.
TEST(InventoryOfSoftHsm, AnUnwrappedKeyWithoutNamesIsNotHalfMade) {
    prepare_process();
    SoftHsmLab lab;
    {
        const CK_OBJECT_HANDLE wrapping = create(lab.inspector(), [] {
            hsm::AttributeTemplate object = aes_of_others(false);
            object.flag(CKA_WRAP, true).flag(CKA_UNWRAP, true).flag(CKA_EXTRACTABLE, true);
            object.flag(CKA_SENSITIVE, false);
            return object;
        }());
        const hsm::Lease lease = lab.inspector().lease();
        CK_MECHANISM mechanism{CKM_AES_KEY_WRAP, nullptr, 0};
        std::array<CK_BYTE, 64> wrapped{};
        CK_ULONG size = wrapped.size();
        hsm::check("C_WrapKey", lease.p11().C_WrapKey(lease.session(), &mechanism, wrapping, wrapping,
                                                      wrapped.data(), &size));
        hsm::AttributeTemplate wanted;
        wanted.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES).flag(CKA_TOKEN, true);
        CK_OBJECT_HANDLE unwrapped = CK_INVALID_HANDLE;
        hsm::check("C_UnwrapKey",
                   lease.p11().C_UnwrapKey(lease.session(), &mechanism, wrapping, wrapped.data(), size,
                                           wanted.data(), wanted.size(), &unwrapped));
    }
    EXPECT_THAT(walked(*lab.token()),
                ElementsAre(AllOf(Field(&TokenObject::incomplete, false), Field(&TokenObject::size, 0),
                                  Field(&TokenObject::key_check_value, ""))));
    EXPECT_EQ(lab.token()->destroy_incomplete(0ms), 0U);
    EXPECT_EQ(walked(*lab.token()).size(), 1U);
}

/// The object files in SoftHSM2's token folder.
std::set<std::filesystem::path> object_files(const SoftHsm& softhsm) {
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(softhsm.folder() / "tokens"))
        if (entry.path().extension() == ".object") files.insert(entry.path());
    return files;
}

/// Whether an object is half-written. SoftHSM2 rewrites its file for each attribute: first about twenty of
/// its own, the class among the first of them, then the requested ones.
bool is_half_written(const SoftHsm& softhsm, const std::set<std::filesystem::path>& whole) {
    constexpr std::uintmax_t with_class = 200;
    for (const auto& file : object_files(softhsm)) {
        std::error_code gone;
        if (!whole.contains(file) && std::filesystem::file_size(file, gone) >= with_class && !gone)
            return true;
    }
    return false;
}

/// The variables of a program that uses the tokens.
std::vector<std::string> environment_of(const SoftHsm& softhsm) {
    return {"SOFTHSM2_CONF=" + softhsm.configuration(), std::string("KEYWARD_TEST_PIN=") + test_pin};
}

/// Starts another process that creates an AES key, and kills it as soon as its object is half-written. The
/// other process has a lower priority than this one, so that on a busy machine it does not finish before this
/// one notices.
void kill_while_making_a_key(const SoftHsm& softhsm) {
    const auto before = object_files(softhsm);
    const test::ChildProcess maker({"nice", "-n", "19", "pkcs11-tool", "--module", softhsm_module,
                                    "--token-label", "production", "--login", "--pin", "env:KEYWARD_TEST_PIN",
                                    "--keygen", "--key-type", "AES:32", "--label", "killed", "--id", "4b"},
                                   environment_of(softhsm));
    if (!test::comes_true([&] { return is_half_written(softhsm, before); }, 60s, 0s))
        throw std::runtime_error("pkcs11-tool did not make a key");
}

void write(const std::filesystem::path& file, const std::string& octets) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << octets;
}

/// An object that another process has begun to write. Its file holds, in big-endian octets, the number of
/// writes, then type, kind and value of CKA_CLASS secret key, CKA_KEY_TYPE AES, CKA_TOKEN false
/// (ObjectFile.cpp and File.cpp in src/lib/object_store of SoftHSM2 2.6.1).
const std::string begun_object = [] {
    std::string octets;
    const auto add = [&](std::uint64_t value) {
        for (int shift = 56; shift >= 0; shift -= 8)
            octets += static_cast<char>((value >> shift) & 0xff);
    };
    for (const std::uint64_t value : {1, 0x0, 2, 4, 0x100, 2, 0x1f, 0x1, 1})
        add(value);
    return octets + '\0';
}();

/// A token with one key and an object that another process has begun to write. SoftHSM2 looks for files only
/// once, so they exist before it is initialized.
class BegunObject : public ::testing::Test {
  protected:
    BegunObject() {
        prepare_process();
        test::output_of(
            {"pkcs11-tool", "--module", softhsm_module, "--token-label", "production", "--login", "--pin",
             "env:KEYWARD_TEST_PIN", "--keygen", "--key-type", "AES:32", "--label", "whole", "--id", "4b"},
            environment_of(lab_.softhsm()));
        for (const auto& file : object_files(lab_.softhsm()))
            if (file.filename() != "token.object") file_ = file;
        whole_ = test::read_file(file_);
        file_.replace_filename("00000000-0000-0000-0000-000000000001.object");
        write(file_, begun_object);
    }

    SoftHsmLab lab_;
    std::string whole_;           ///< contents of the key's file
    std::filesystem::path file_;  ///< of the object that was begun
};

// SoftHSM2 writes to such an object when its attributes are read.
TEST_F(BegunObject, IsNotReadBeforeItsMakerHadTimeToFinishIt) {
    std::string in_pause;
    const auto token = lab_.token_with_pause([&] { in_pause = test::read_file(file_); });
    EXPECT_THAT(walked(*token), UnorderedElementsAre(Field(&TokenObject::incomplete, false),
                                                     Field(&TokenObject::incomplete, true)));
    EXPECT_EQ(in_pause, begun_object);
}

TEST_F(BegunObject, StaysAsItsMakerFinishedItInThePause) {
    const auto token = lab_.token_with_pause([&] { write(file_, whole_); });
    EXPECT_THAT(walked(*token), ElementsAre(Field(&TokenObject::label, "whole")));
    EXPECT_EQ(test::read_file(file_), whole_);
    EXPECT_THAT(walked(*token),
                ElementsAre(Field(&TokenObject::label, "whole"), Field(&TokenObject::label, "whole")));
}

TEST_F(BegunObject, IsNotDestroyedWhenItsMakerFinishedItInThePause) {
    const auto token = lab_.token_with_pause([&] { write(file_, whole_); });
    EXPECT_EQ(token->destroy_incomplete(0ms), 0U);
    EXPECT_EQ(test::read_file(file_), whole_);
}

TEST_F(BegunObject, IsDestroyedWhenNobodyGoesOn) {
    EXPECT_EQ(lab_.token_with_pause([] {})->destroy_incomplete(0ms), 1U);
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST(InventoryOfSoftHsm, WhatAKilledProcessLeavesIsRecognisedAndDestroyed) {
    prepare_process();
    SoftHsmLab lab;
    const keys::KeyMaterial material = make_key(Kind::aes128);
    const ObjectId id = ObjectId::random();
    lab.token()->import(
        {id, "ours", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, std::nullopt});
    const auto remains = [&] {
        return static_cast<std::size_t>(
            std::ranges::count_if(walked(*lab.token()), &TokenObject::incomplete));
    };
    // Some processes die before the object has a class, and such an object is never shown.
    constexpr int enough = 600;
    for (int killed = 0; killed < enough && remains() == 0; ++killed)
        kill_while_making_a_key(lab.softhsm());

    EXPECT_EQ(remains(), 1U);
    EXPECT_EQ(lab.token()->destroy_incomplete(0ms), 1U);
    EXPECT_EQ(remains(), 0U);
    EXPECT_EQ(lab.token()->count(id), 1U);
}

}  // namespace
}  // namespace keyward::tests
