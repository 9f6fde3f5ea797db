#include "secrets/sources/container.h"

#include <array>
#include <bit>
#include <utility>

#include "secrets/sources/tar_header.h"

namespace lr::secrets::sources {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array<std::pair<std::string_view, Format>, 16> kMagics = {{
    {"PK\x03\x04"sv, Format::kZip},
    {"PK\x05\x06"sv, Format::kZip},  // No members.
    {"PK\x07\x08"sv, Format::kZip},  // Split, in one piece.
    {"\x1F\x8B\x08"sv, Format::kGzip},
    {"\xFD\x37zXZ\x00"sv, Format::kXz},
    {"!<arch>\n"sv, Format::kAr},
    {"\x04\x22\x4D\x18"sv, Format::kLz4},
    {"7z\xBC\xAF\x27\x1C"sv, Format::kSevenZip},
    {"Rar!\x1A\x07"sv, Format::kRar},
    {"LZIP\x01"sv, Format::kLzip},
    {"\x1F\x9D"sv, Format::kCompress},
    {"\xED\xAB\xEE\xDB"sv, Format::kRpm},
    {"MSCF\x00\x00\x00\x00"sv, Format::kCabinet},
    // Outside of a repository: inside, the git source reads packs.
    {"# v2 git bundle\n"sv, Format::kGitBundle},
    {"# v3 git bundle\n"sv, Format::kGitBundle},
    {"PACK\x00\x00\x00\x02"sv, Format::kGitPack},
}};

bool is_bzip2(std::string_view head) {
  return head.size() >= 10 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
         head.substr(4, 6) == "1AY&SY";
}

/// The first version of LZMA has no magic: properties as every program writes them, a dictionary of
/// 2^n or 3·2^n bytes, and a size that is unknown or below 256 GiB.
bool is_lzma(std::string_view head) {
  if (head.size() < 14 || head[0] != '\x5D' || head[13] != '\0') return false;
  std::uint64_t numbers[2] = {0, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    numbers[0] |= std::uint64_t{static_cast<std::uint8_t>(head[1 + i])} << (8 * i);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    numbers[1] |= std::uint64_t{static_cast<std::uint8_t>(head[5 + i])} << (8 * i);
  }
  const auto& [dictionary, size] = numbers;
  const bool usual = std::has_single_bit(dictionary) ||
                     (dictionary % 3 == 0 && std::has_single_bit(dictionary / 3));
  return usual && dictionary >= 4096 && (size == ~0ull || size < 1ull << 38);
}

/// "hsqs" and the only version that there is.
bool is_squashfs(std::string_view head) {
  return head.size() >= 32 && head.starts_with("hsqs") && head.substr(28, 4) == "\4\0\0\0"sv;
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
    case Format::kAr:
      return "ar";
    case Format::kLzma:
      return "lzma";
    case Format::kZstd:
      return "zstd";
    case Format::kLzip:
      return "lzip";
    case Format::kCompress:
      return "compress";
    case Format::kRpm:
      return "rpm";
    case Format::kCabinet:
      return "cab";
    case Format::kSquashfs:
      return "squashfs";
    case Format::kGitBundle:
      return "git bundle";
    case Format::kGitPack:
      return "git pack";
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
  if (is_zstd(head)) return Format::kZstd;
  if (is_bzip2(head)) return Format::kBzip2;
  if (is_lzma(head)) return Format::kLzma;
  if (is_squashfs(head)) return Format::kSquashfs;
  return is_tar_header(head) ? Format::kTar : Format::kPlain;
}

bool is_zstd(std::string_view bytes) {
  if (bytes.starts_with("\x28\xB5\x2F\xFD"sv)) return true;
  return bytes.size() >= 8 && (bytes[0] & '\xF0') == '\x50' &&
         bytes.substr(1).starts_with("\x2A\x4D\x18"sv);
}

bool ends_like_zip(std::string_view tail) {
  return tail.size() == kZipTail && tail.starts_with("PK\x05\x06"sv) && tail.ends_with("\0\0"sv) &&
         tail.substr(8, 2) != "\0\0"sv;
}

}  // namespace lr::secrets::sources
