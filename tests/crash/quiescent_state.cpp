#include "tests/crash/quiescent_state.hpp"

#include <algorithm>

#include "tests/e2e/support/http_client.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

/// Recovery holds a lease on the tombstones that it works on until the end of its pass. It keeps a tombstone
/// for a time when it found no object.
bool is_at_rest(const CatalogueState& catalogue) {
    return catalogue.intents == 0 && std::ranges::none_of(catalogue.tombstones, [](const auto& each) {
               return each.second.keep_until == 0 || each.second.lease_until > now_ms();
           });
}

bool holds_what_must_go(const HeldMap& held, const CatalogueState& catalogue) {
    return std::ranges::any_of(held, [&](const auto& token) {
        return std::ranges::any_of(
            token.second, [&](const HeldObject& object) { return catalogue.tombstones.contains(object.id); });
    });
}

}  // namespace

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::optional<QuiescentState> await_quiescence(const Home& home, const std::vector<std::string>& environments,
                                               std::chrono::milliseconds limit) {
    HttpClient client(home.port());
    std::optional<QuiescentState> still;
    const auto has_come = [&] {
        if (client.send({.path = "/health/ready"}).status != 200) return false;
        CatalogueState catalogue = catalogue_state(home);
        if (!is_at_rest(catalogue)) return false;
        HeldMap held = held_objects(home, environments);
        if (holds_what_must_go(held, catalogue)) return false;
        still = QuiescentState{std::move(catalogue), std::move(held)};
        return true;
    };
    return test::comes_true(has_come, limit) ? std::move(still) : std::nullopt;
}

}  // namespace keyward::e2e
