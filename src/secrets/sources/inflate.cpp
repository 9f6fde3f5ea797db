#include "secrets/sources/inflate.h"

#include <libdeflate.h>

#include <algorithm>

#include "base/error.h"

namespace lr::secrets::sources {
namespace {

/// DEFLATE cannot do better than 258 bytes out of two bits.
constexpr std::uint64_t kExpansionMax = 1032;
constexpr std::uint64_t kSlack = 256;

constexpr std::uint8_t kFlagChecksum = 2;
constexpr std::uint8_t kFlagExtra = 4;
constexpr std::uint8_t kFlagName = 8;
constexpr std::uint8_t kFlagComment = 16;

/// Zeroed, and pages that are never written cost nothing.
char* reserve(std::uint64_t size) {
  return static_cast<char*>(std::calloc(static_cast<std::size_t>(size), 1));
}

}  // namespace

Inflater::Inflater() : decompressor_(libdeflate_alloc_decompressor()) {
  LR_CHECK(decompressor_ != nullptr);
}
Inflater::~Inflater() { libdeflate_free_decompressor(decompressor_); }

Inflated Inflater::inflate(std::string_view compressed, std::uint64_t guess, std::uint64_t max) {
  Inflated out;
  const std::uint64_t possible =
      std::min<std::uint64_t>(compressed.size() * kExpansionMax + kSlack, max);
  std::uint64_t capacity = guess == 0 ? compressed.size() * 4 + kSlack : guess;
  while (true) {
    capacity = std::clamp<std::uint64_t>(capacity, 1, std::max<std::uint64_t>(possible, 1));
    out.storage.reset(reserve(capacity));
    if (!out.storage) {
      out.problem = "not enough memory to unpack it";
      return out;
    }
    const libdeflate_result result = libdeflate_deflate_decompress_ex(
        decompressor_, compressed.data(), compressed.size(), out.storage.get(),
        static_cast<std::size_t>(capacity), &out.consumed, &out.size);
    out.reserved = result == LIBDEFLATE_SUCCESS ? out.size : static_cast<std::size_t>(capacity);
    if (result == LIBDEFLATE_SUCCESS) return out;
    const bool full = result == LIBDEFLATE_INSUFFICIENT_SPACE;
    if (full && capacity < possible) {
      capacity = capacity > possible / 8 ? possible : capacity * 8;
      continue;
    }
    out.problem = full ? "unpacks to more than allowed" : "damaged or cut off";
    out.size = static_cast<std::size_t>(capacity);
    while (out.size > 0 && out.storage.get()[out.size - 1] == '\0') --out.size;
    return out;
  }
}

std::optional<std::size_t> gzip_header_size(std::string_view bytes) {
  if (bytes.size() < 10 || !bytes.starts_with("\x1F\x8B\x08")) return std::nullopt;
  const auto flags = static_cast<std::uint8_t>(bytes[3]);
  std::size_t at = 10;
  if ((flags & kFlagExtra) != 0) {
    if (bytes.size() < at + 2) return std::nullopt;
    at +=
        2u + static_cast<std::uint8_t>(bytes[at]) + 256u * static_cast<std::uint8_t>(bytes[at + 1]);
  }
  for (const std::uint8_t flag : {kFlagName, kFlagComment}) {
    if ((flags & flag) == 0) continue;
    const std::size_t end = bytes.find('\0', at);
    if (end == std::string_view::npos) return std::nullopt;
    at = end + 1;
  }
  if ((flags & kFlagChecksum) != 0) at += 2;
  return at < bytes.size() ? std::optional(at) : std::nullopt;
}

}  // namespace lr::secrets::sources
