#pragma once

#include "hsm/module.hpp"

namespace keyward::hsm {

/// Finds the one token with this label and, unless `serial` is empty, this serial number. The slot's number
/// is never a criterion: it changes. Throws TokenFault::unreachable when there is none, and when there are
/// several.
FoundToken bind_token(Module& module, const Module::Use& use, const std::string& label,
                      const std::string& serial);

}  // namespace keyward::hsm
