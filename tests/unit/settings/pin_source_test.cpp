#include "settings/pin_source.hpp"

#include <cstdlib>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/files.hpp"

namespace keyward::settings {
namespace {

using testing::HasSubstr;
using testing::Not;

PinSource file_source(const std::string& path) {
    return {PinSource::Kind::file, path};
}

std::string text_of(const SecretBytes& pin) {
    return std::string{pin.reveal_text()};
}

std::string refusal_of(const PinReader& reader, const PinSource& source) {
    try {
        (void)reader.read(source);
    } catch (const PinError& error) {
        return error.what();
    }
    return "it was taken";
}

/// Sets a variable for the time of a test.
class Variable {
  public:
    Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    Variable(Variable&&) = delete;
    Variable& operator=(Variable&&) = delete;
    ~Variable() { ::unsetenv(name_); }

  private:
    const char* name_;
};

class PinFromFile : public testing::Test {
  protected:
    [[nodiscard]] std::string pin_in(std::string_view content, unsigned mode = 0600) const {
        return text_of(reader.read(file_source(folder.write("pin", content, mode))));
    }
    [[nodiscard]] std::string refusal_for(std::string_view content, unsigned mode = 0600) const {
        return refusal_of(reader, file_source(folder.write("pin", content, mode)));
    }

    test::TemporaryFolder folder;
    PinReader reader{{}};
};

TEST_F(PinFromFile, LosesItsLineEnd) {
    EXPECT_EQ(pin_in("four words"), "four words");
    EXPECT_EQ(pin_in("four words\n"), "four words");
    EXPECT_EQ(pin_in("four words\r\n"), "four words");
}

TEST_F(PinFromFile, KeepsSpacesAndUtf8) {
    EXPECT_EQ(pin_in(" caf\xc3\xa9 \n"), " caf\xc3\xa9 ");
}

TEST_F(PinFromFile, MayBe255BytesLong) {
    EXPECT_EQ(pin_in(std::string(255, 'x') + "\r\n"), std::string(255, 'x'));
    EXPECT_THAT(refusal_for(std::string(256, 'x')), HasSubstr("it is longer than 255 bytes"));
    EXPECT_THAT(refusal_for(std::string(100000, 'x')), HasSubstr("it is longer than 255 bytes"));
}

TEST_F(PinFromFile, IsRefusedWhenEmpty) {
    EXPECT_THAT(refusal_for(""), HasSubstr("it is empty"));
    EXPECT_THAT(refusal_for("\n"), HasSubstr("it is empty"));
}

TEST_F(PinFromFile, IsRefusedWithASecondLineAndNotShown) {
    const auto text = refusal_for("hidden\nagain\n");
    EXPECT_THAT(text, HasSubstr("more than one line"));
    EXPECT_THAT(text, Not(HasSubstr("hidden")));
}

TEST_F(PinFromFile, IsRefusedWhenAnyoneMayWriteIt) {
    EXPECT_THAT(refusal_for("pin", 0602), HasSubstr("every user may write the file; chmod o-w it"));
}

TEST_F(PinFromFile, IsTakenWithAWarningWhenAnyoneMayReadIt) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(pin_in("hidden", 0444), "hidden");
    const auto logged = testing::internal::GetCapturedStderr();
    EXPECT_THAT(logged, HasSubstr("\"event\":\"pin.readable_by_all\""));
    EXPECT_THAT(logged, Not(HasSubstr("hidden")));
}

TEST_F(PinFromFile, IsReadAnewEachTime) {
    const auto path = folder.write("pin", "before");
    EXPECT_EQ(text_of(reader.read(file_source(path))), "before");
    folder.write("pin", "after");
    EXPECT_EQ(text_of(reader.read(file_source(path))), "after");
}

TEST_F(PinFromFile, NamesTheFileThatIsNotThere) {
    const auto path = (folder.path() / "absent").string();
    EXPECT_EQ(refusal_of(reader, file_source(path)),
              "the PIN from file:" + path +
                  " can't be used: the file can't be opened (No such file or directory); create it with the "
                  "token's user PIN, readable only by the service's user");
}

TEST_F(PinFromFile, IsNotReadFromAFolder) {
    EXPECT_THAT(refusal_of(reader, file_source(folder.path().string())),
                HasSubstr("it is not a regular file"));
}

TEST(PinFromEnvironment, IsTakenOutOfTheEnvironmentAndOverwritten) {
    const Variable variable{"KEYWARD_TEST_PIN", "hidden"};
    const char* const place = ::getenv("KEYWARD_TEST_PIN");
    const std::vector sources{PinSource{PinSource::Kind::environment, "KEYWARD_TEST_PIN"}};
    const PinReader reader{sources};
    EXPECT_EQ(::getenv("KEYWARD_TEST_PIN"), nullptr);
    EXPECT_EQ(std::string(place, 6), std::string(6, '\0'));
    EXPECT_EQ(text_of(reader.read(sources[0])), "hidden");
    EXPECT_EQ(text_of(reader.read(sources[0])), "hidden");
}

TEST(PinFromEnvironment, MayServeTwoEnvironments) {
    const Variable variable{"KEYWARD_TEST_PIN", "shared"};
    const std::vector sources(2, PinSource{PinSource::Kind::environment, "KEYWARD_TEST_PIN"});
    const PinReader reader{sources};
    EXPECT_EQ(text_of(reader.read(sources[1])), "shared");
}

TEST(PinFromEnvironment, NamesTheVariableThatIsNotSet) {
    const std::vector sources{PinSource{PinSource::Kind::environment, "KEYWARD_TEST_ABSENT"}};
    EXPECT_EQ(refusal_of(PinReader{sources}, sources[0]),
              "the PIN from env:KEYWARD_TEST_ABSENT can't be used: the variable is not set; set it to the "
              "token's user PIN and start again");
}

TEST(PinFromEnvironment, IsRefusedWhenEmpty) {
    const Variable variable{"KEYWARD_TEST_PIN", ""};
    const std::vector sources{PinSource{PinSource::Kind::environment, "KEYWARD_TEST_PIN"}};
    EXPECT_THAT(refusal_of(PinReader{sources}, sources[0]), HasSubstr("it is empty"));
}

TEST(PinFromCredential, IsReadFromSystemdsFolder) {
    const test::TemporaryFolder folder;
    folder.write("production.pin", "hidden\n", 0400);
    const Variable variable{"CREDENTIALS_DIRECTORY", folder.path().string()};
    EXPECT_EQ(text_of(PinReader{{}}.read({PinSource::Kind::credential, "production.pin"})), "hidden");
}

TEST(PinFromCredential, SaysWhatToDoOutsideOfSystemd) {
    EXPECT_THAT(refusal_of(PinReader{{}}, {PinSource::Kind::credential, "production.pin"}),
                HasSubstr("start the service with systemd and LoadCredential=production.pin:/path"));
}

}  // namespace
}  // namespace keyward::settings
