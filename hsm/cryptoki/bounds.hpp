#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// The one place where lengths, counts and texts that a module reports are believed. A module is a library of
/// somebody else's in this process: what it reports beyond the room that it was given must never be read.

/// `reported`, a number of octets or elements. Throws TokenFault::unreachable when it is more than `room`.
std::size_t bounded(std::string_view call, CK_ULONG reported, std::size_t room);

/// The same for the output of an operation, which must have `least` to `most` octets. Throws
/// TokenFault::mismatch: an output of another length is none of the key's.
std::size_t bounded_output(std::string_view call, CK_ULONG reported, std::size_t least, std::size_t most);

/// Text of a field that is padded with blanks and has no end of its own, as those of CK_TOKEN_INFO (PKCS#11
/// 2.40 section 3.1). What is no UTF-8 or a control character becomes a question mark.
std::string text_of_field(ByteView field);

/// How many elements a module's list may have; more are taken for a mistake.
inline constexpr std::size_t longest_list = 65'536;

[[noreturn]] void throw_list_keeps_growing(std::string_view call);

/// A list that is asked for twice, once for its length (PKCS#11 2.40 section 5.2). It may have grown in
/// between. `get(elements, &count)` makes the call.
template <typename Element, typename Get>
std::vector<Element> read_list(std::string_view call, const Get& get) {
    constexpr int attempts = 5;
    constexpr std::size_t spare = 1;  // p11-kit-client 0.24.1 reads one beyond the list when it filters it
    for (int attempt = 0; attempt < attempts; ++attempt) {
        CK_ULONG count = 0;
        check(call, get(nullptr, &count));
        const std::size_t room = bounded(call, count, longest_list);
        std::vector<Element> list(room + spare);
        const CK_RV value = get(list.data(), &count);
        if (value == CKR_BUFFER_TOO_SMALL) continue;
        check(call, value);
        list.resize(bounded(call, count, room));
        return list;
    }
    throw_list_keeps_growing(call);
}

}  // namespace keyward::hsm
