// Archives made in memory, by code that shares nothing with the readers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lr::secrets::sources {

std::string deflate(std::string_view bytes);
std::string gzip(std::string_view bytes, std::string_view name = "");

std::string bzip2(std::string_view bytes);
/// As of `xz -0`; `lzma` is the format before xz, with an end mark.
std::string xz(std::string_view bytes);
std::string lzma(std::string_view bytes);
std::string zstd(std::string_view bytes, int window_log = 0);
/// A member of a zip archive, method 14, of what lzma() made.
std::string lzma_for_zip(std::string_view lzma);

struct ZipMember {
  std::string name;
  std::string bytes;
  std::uint16_t method = 8;  ///< 0 stored, 8 deflated; others keep the bytes as they are.
  std::uint16_t flags = 0;   ///< 1 encrypted; 8 writes the sizes behind the data only.
  std::string comment = {};
};
struct ZipShape {
  std::string in_front = {};  ///< A stub before the archive.
  bool wide = false;          ///< Zip64 fields and records everywhere.
  bool directory = true;      ///< False: cut off before the central directory.
  std::string comment = {};
};
std::string zip(const std::vector<ZipMember>& members, const ZipShape& shape = {});

struct TarMember {
  std::string name;
  std::string bytes;
  char type = '0';
  std::string link = {};
};
/// Names and links over 100 bytes get a member with a long name as GNU writes it.
std::string tar(const std::vector<TarMember>& members, bool end_mark = true);
/// Names over 15 bytes go into the table of GNU.
std::string ar(const std::vector<TarMember>& members);
/// A pax header ("27 path=…\n" records) for the member behind it.
TarMember pax(const std::vector<std::pair<std::string, std::string>>& records);

}  // namespace lr::secrets::sources
