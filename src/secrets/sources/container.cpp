#include "secrets/sources/container.h"

#include <array>
#include <utility>

#include "secrets/sources/tar_header.h"

namespace lr::secrets::sources {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array<std::pair<std::string_view, Format>, 9> kMagics = {{
    {"PK\x03\x04"sv, Format::kZip},
    {"PK\x05\x06"sv, Format::kZip},  // No members.
    {"PK\x07\x08"sv, Format::kZip},  // Split, in one piece.
    {"\x1F\x8B\x08"sv, Format::kGzip},
    {"\xFD\x37zXZ\x00"sv, Format::kXz},
    {"\x28\xB5\x2F\xFD"sv, Format::kZstd},
    {"\x04\x22\x4D\x18"sv, Format::kLz4},
    {"7z\xBC\xAF\x27\x1C"sv, Format::kSevenZip},
    {"Rar!\x1A\x07"sv, Format::kRar},
}};

bool is_bzip2(std::string_view head) {
  return head.size() >= 10 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
         head.substr(4, 6) == "1AY&SY";
}

}  // namespace

std::string_view format_name(Format format) {
  switch (format) {
    case Format::kPlain:
      return "plain";
    case Format::kZip:
      return "zip";
    case Format::kTar:
      return "tar";
    case Format::kGzip:
      return "gzip";
    case Format::kBzip2:
      return "bzip2";
    case Format::kXz:
      return "xz";
    case Format::kZstd:
      return "zstd";
    case Format::kLz4:
      return "lz4";
    case Format::kSevenZip:
      return "7z";
    case Format::kRar:
      return "rar";
  }
  return "plain";
}

Format recognise(std::string_view head) {
  for (const auto& [magic, format] : kMagics) {
    if (head.starts_with(magic)) return format;
  }
  if (is_bzip2(head)) return Format::kBzip2;
  return is_tar_header(head) ? Format::kTar : Format::kPlain;
}

}  // namespace lr::secrets::sources
