// Numbers in network byte order, as git's files have them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace lr::secrets::git {

inline std::uint32_t load_be32(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return std::byteswap(value);
}

inline std::uint64_t load_be64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return std::byteswap(value);
}

inline std::uint32_t load_be16(const char* at) {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return std::byteswap(value);
}

static_assert(std::endian::native == std::endian::little);

}  // namespace lr::secrets::git
