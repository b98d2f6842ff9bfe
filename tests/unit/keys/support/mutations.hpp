#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace keyward::keys::testing {

/// The same sequence everywhere: only the engine's raw numbers are used.
class Dice {
  public:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : engine_() % limit; }

  private:
    std::mt19937_64 engine_{20260131};  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable on purpose
};

using Mutation = std::function<void(std::string&, Dice&)>;

const std::vector<Mutation>& mutations();

/// One of the texts, changed in up to four places.
std::string mutated(const std::vector<std::string>& texts, Dice& dice);

}  // namespace keyward::keys::testing
