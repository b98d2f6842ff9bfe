#pragma once

#include "domain/catalogue.hpp"
#include "domain/login_networks.hpp"

namespace keyward::storage {

/// The networks of logins in a catalogue that `open_catalogue` has opened; as long as that lives.
LoginNetworks& login_networks_of(Catalogue& catalogue);

}  // namespace keyward::storage
