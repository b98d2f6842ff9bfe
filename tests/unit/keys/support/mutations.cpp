#include "tests/unit/keys/support/mutations.hpp"

#include <cstdint>
#include <string_view>

namespace keyward::keys::testing {

const std::vector<Mutation>& mutations() {
    static const std::vector<Mutation> all{
        [](std::string& text, Dice& dice) {
            if (text.empty()) return;
            char& changed = text[dice.below(text.size())];
            changed = static_cast<char>(static_cast<std::uint8_t>(changed) ^ (1U << dice.below(8)));
        },
        [](std::string& text, Dice& dice) {
            if (!text.empty()) text[dice.below(text.size())] = static_cast<char>(dice.below(256));
        },
        [](std::string& text, Dice& dice) {
            text.insert(dice.below(text.size() + 1), 1, static_cast<char>(dice.below(256)));
        },
        [](std::string& text, Dice& dice) { text.erase(dice.below(text.size() + 1), 1 + dice.below(8)); },
        [](std::string& text, Dice& dice) { text.resize(dice.below(text.size() + 1)); },
        [](std::string& text, Dice& dice) {
            const std::size_t at = dice.below(text.size() + 1);
            text.insert(dice.below(text.size() + 1), text.substr(at, dice.below(64)));
        },
        [](std::string& text, Dice& dice) {
            static constexpr std::string_view edges("\x00\x01\x7F\x80\x81\x82\x84\xFF\x30\x02\x03\x04", 12);
            if (!text.empty()) text[dice.below(text.size())] = edges[dice.below(edges.size())];
        },
    };
    return all;
}

std::string mutated(const std::vector<std::string>& texts, Dice& dice) {
    std::string text = texts[dice.below(texts.size())];
    for (std::size_t times = 1 + dice.below(4); times > 0; --times)
        mutations()[dice.below(mutations().size())](text, dice);
    return text;
}

}  // namespace keyward::keys::testing
