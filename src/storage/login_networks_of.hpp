#pragma once

#include "domain/catalogue.hpp"
#include "domain/login_networks.hpp"

namespace keyward::storage {

/// The login networks of a catalogue that `open_catalogue` has opened. Valid as long as the catalogue.
LoginNetworks& login_networks_of(Catalogue& catalogue);

}  // namespace keyward::storage
