#include "settings/request_fingerprint_secret.hpp"

#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/bytes.hpp"
#include "tests/support/files.hpp"

namespace keyward::settings {
namespace {

using testing::HasSubstr;
using testing::Not;

class RequestFingerprintSecret : public testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "idempotency.key"; }
    [[nodiscard]] std::string key() const { return to_hex(request_fingerprint_secret(path()).reveal()); }
    [[nodiscard]] std::string write(std::string_view content, unsigned mode = 0600) const {
        return folder_.write("idempotency.key", content, mode);
    }
    static std::string refusal_of(const std::filesystem::path& file) {
        try {
            const SecretBytes key = request_fingerprint_secret(file);
        } catch (const FingerprintSecretError& error) {
            return error.what();
        }
        return "it was taken";
    }
    [[nodiscard]] std::size_t files() const {
        const std::filesystem::directory_iterator all(folder_.path());
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    test::TemporaryFolder folder_;
};

TEST_F(RequestFingerprintSecret, IsMadeAtTheFirstStartForItsOwnerAlone) {
    EXPECT_EQ(key().size(), 64U);
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(status.st_size, 32);
    EXPECT_EQ(files(), 1U);
}

TEST_F(RequestFingerprintSecret, OfAnEarlierVersionIsUsedWhereNoneIsNamed) {
    EXPECT_EQ(default_fingerprint_secret_file(folder_.path()), folder_.path() / "request-fingerprint.key");
    const std::string earlier = write(std::string(32, 'q'));
    EXPECT_EQ(default_fingerprint_secret_file(folder_.path()), earlier);
}

TEST_F(RequestFingerprintSecret, IsReadAfterwards) {
    const std::string first = key();
    EXPECT_EQ(key(), first);
}

TEST_F(RequestFingerprintSecret, IsAnotherInAnotherFolder) {
    const test::TemporaryFolder elsewhere;
    EXPECT_NE(to_hex(request_fingerprint_secret(elsewhere.path() / "key").reveal()), key());
}

TEST_F(RequestFingerprintSecret, IsOneForAllWhoStartAtOnce) {
    std::vector<std::string> keys(16);
    {
        std::vector<std::jthread> replicas;
        for (std::string& each : keys)
            replicas.emplace_back([&] { each = key(); });
    }
    EXPECT_THAT(keys, testing::Each(keys.front()));
    EXPECT_EQ(files(), 1U);
}

TEST_F(RequestFingerprintSecret, OfAnotherSizeIsRefused) {
    for (const std::size_t size : {0U, 1U, 31U, 33U, 64U}) {
        const std::string text = refusal_of(write(std::string(size, 'q')));
        EXPECT_THAT(text, HasSubstr("it has " + std::to_string(size) + " octets instead of 32"));
        EXPECT_THAT(text, HasSubstr("remove it"));
        EXPECT_THAT(text, HasSubstr(path().string()));
        EXPECT_THAT(text, Not(HasSubstr("qq")));
        EXPECT_THAT(text, Not(HasSubstr("\n")));
    }
}

TEST_F(RequestFingerprintSecret, ThatOthersMayReadOrWriteIsRefused) {
    for (const unsigned mode : {0640U, 0604U, 0620U, 0602U, 0666U})
        EXPECT_THAT(refusal_of(write(std::string(32, 'q'), mode)), HasSubstr("chmod 600"));
}

TEST_F(RequestFingerprintSecret, InAFolderThatIsNotThereIsRefused) {
    const auto text = refusal_of(folder_.path() / "nowhere" / "key");
    EXPECT_THAT(text, HasSubstr("can't be created (No such file or directory)"));
    EXPECT_THAT(text, HasSubstr("create its folder"));
}

TEST_F(RequestFingerprintSecret, ThatIsAFolderIsRefused) {
    EXPECT_THAT(refusal_of(folder_.path()), HasSubstr("it is not a regular file"));
}

}  // namespace
}  // namespace keyward::settings
