#include "crypto/digest.hpp"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

namespace keyward {
namespace {

using Function = unsigned char* (*)(const unsigned char*, std::size_t, unsigned char*);

struct Row {
    Digest digest;
    std::string_view name;
    std::size_t size;
    Function function;
};

constexpr std::array rows{
    Row{Digest::sha1, "SHA-1", 20, SHA1},      Row{Digest::sha224, "SHA224", 28, SHA224},
    Row{Digest::sha256, "SHA256", 32, SHA256}, Row{Digest::sha384, "SHA384", 48, SHA384},
    Row{Digest::sha512, "SHA512", 64, SHA512},
};

constexpr std::array all{Digest::sha1, Digest::sha224, Digest::sha256, Digest::sha384, Digest::sha512};

const Row& row_of(Digest digest) {
    return *std::ranges::find(rows, digest, &Row::digest);
}

}  // namespace

std::span<const Digest> all_digests() {
    return all;
}

std::string_view to_string(Digest digest) {
    return row_of(digest).name;
}

std::optional<Digest> digest_from(std::string_view text) {
    const auto* const row = std::ranges::find(rows, text, &Row::name);
    if (row == rows.end()) return std::nullopt;
    return row->digest;
}

std::size_t size_of(Digest digest) {
    return row_of(digest).size;
}

Bytes digest_of(Digest digest, ByteView message) {
    const Row& row = row_of(digest);
    Bytes value(row.size);
    row.function(message.data(), message.size(), value.data());
    return value;
}

}  // namespace keyward
