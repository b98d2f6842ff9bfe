#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.hpp"

namespace keyward {
namespace {

/// The identity that a child of ours reported before it ended.
std::string identity_of_an_ended_child() {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe");
    const pid_t child = fork();
    if (child == 0) {
        const std::string identity = process_identity();
        _exit(write(ends[1], identity.data(), identity.size()) < 0 ? 1 : 0);
    }
    close(ends[1]);
    waitpid(child, nullptr, 0);
    std::string identity(512, '\0');
    const ssize_t size = read(ends[0], identity.data(), identity.size());
    close(ends[0]);
    identity.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return identity;
}

TEST(ProcessIdentity, IsTheSameEachTime) {
    EXPECT_EQ(process_identity(), process_identity());
}

TEST(ProcessIdentity, ThisProcessIsNotDead) {
    EXPECT_FALSE(is_known_dead(process_identity()));
}

TEST(ProcessIdentity, AProcessThatEndedIsKnownToBeDead) {
    const std::string identity = identity_of_an_ended_child();
    ASSERT_NE(identity, "");
    EXPECT_TRUE(is_known_dead(identity));
}

TEST(ProcessIdentity, AnotherProcessWithTheNumberOfADeadOneDoesNotMakeItAlive) {
    const std::string own = process_identity();
    EXPECT_TRUE(is_known_dead(own.substr(0, own.rfind('/')) + "/1"));
}

TEST(ProcessIdentity, NothingIsKnownOfAnotherMachineOrNamespace) {
    const std::string own = process_identity();
    EXPECT_FALSE(is_known_dead("another-boot" + own.substr(own.find('/'))));
    EXPECT_FALSE(is_known_dead(""));
    EXPECT_FALSE(is_known_dead(own.substr(0, own.find('/')) + "/pid:[1]/999999999/5"));
}

TEST(ProcessIdentity, WhatIsNoIdentityIsNotDead) {
    const std::string own = process_identity();
    const std::string place = own.substr(0, own.rfind('/', own.rfind('/') - 1) + 1);
    for (const std::string& rest :
         {std::string(), std::string("x/1"), std::string("12"), std::string("-5/1"), std::string("0/1")})
        EXPECT_FALSE(is_known_dead(place + rest)) << rest;
}

}  // namespace
}  // namespace keyward
