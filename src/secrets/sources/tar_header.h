// One 512-byte header of a tar archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lr::secrets::sources {

inline constexpr std::size_t kTarBlock = 512;

struct TarHeader {
  std::string name;  ///< Prefix and name joined.
  std::uint64_t size = 0;
  char type = '0';
  std::string link;              ///< What a hard or symbolic link points to.
  bool sparse_extended = false;  ///< GNU old sparse: blocks of map follow.
};

/// A block whose checksum is right: what tar itself trusts, and what no other format has.
bool is_tar_header(std::string_view block);
/// Nullopt when the checksum is wrong or the size unreadable.
std::optional<TarHeader> parse_tar_header(std::string_view block);

}  // namespace lr::secrets::sources
