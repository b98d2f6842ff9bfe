#pragma once

#include <cstddef>
#include <string>

namespace keyward::bench {

/// New keys as the `content` of a create-key call: base64, of PEM where the key is asymmetric.
std::string random_content(std::size_t octets);
std::string rsa_content();
std::string p256_content();

/// The body of a create-key call for the environment `production`; an empty algorithm is left out.
std::string create_body(const std::string& name, const std::string& key_type, const std::string& algorithm,
                        const std::string& content);

}  // namespace keyward::bench
