// Numbers and names of cipher suites, as data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lr::domain::tls {

struct SuiteName {
  std::uint16_t code;
  std::string_view name;  ///< "ECDHE_RSA_WITH_AES_128_GCM_SHA256"
};
/// Sorted by code.
std::span<const SuiteName> suite_names();

}  // namespace lr::domain::tls
