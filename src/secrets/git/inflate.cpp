#include "secrets/git/inflate.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>

namespace lr::secrets::git {
namespace {

/// DEFLATE (RFC 1951) cannot expand further than this.
constexpr std::size_t kExpansionMax = 1032;

}  // namespace

void Inflater::Free::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

Inflater::Inflater() : decompressor_(libdeflate_alloc_decompressor()) {
  LR_CHECK(decompressor_ != nullptr);
}

Result<> Inflater::inflate(std::string_view in, std::span<char> out) {
  char nothing;
  std::size_t used = 0;
  std::size_t got = 0;
  const libdeflate_result result =
      libdeflate_zlib_decompress_ex(decompressor_.get(), in.data(), in.size(),
                                    out.empty() ? &nothing : out.data(), out.size(), &used, &got);
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
    return fail(Code::kInvalidArgument, "zlib stream holds more than its declared size");
  }
  if (result != LIBDEFLATE_SUCCESS) {
    return fail(Code::kInvalidArgument, "zlib stream is truncated or corrupt");
  }
  if (got != out.size()) {
    return fail(Code::kInvalidArgument, "zlib stream holds less than its declared size");
  }
  return {};
}

Result<std::string> Inflater::inflate_all(std::string_view in, std::size_t bytes_max) {
  // libdeflate cannot continue into a second piece of output, so guess and guess higher.
  const std::size_t ceiling = std::min(bytes_max, in.size() * kExpansionMax + 64);
  std::string out;
  for (std::size_t size = std::min(ceiling, in.size() * 4 + 4096);; size *= 4) {
    size = std::min(size, ceiling);
    out.resize_and_overwrite(size, [](char*, std::size_t n) { return n; });
    std::size_t used = 0;
    std::size_t got = 0;
    const libdeflate_result result = libdeflate_zlib_decompress_ex(
        decompressor_.get(), in.data(), in.size(), out.data(), out.size(), &used, &got);
    if (result == LIBDEFLATE_SUCCESS) {
      out.resize(got);
      return out;
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
      return fail(Code::kInvalidArgument, "zlib stream is truncated or corrupt");
    }
    if (size == ceiling) {
      return fail(Code::kPayloadTooLarge,
                  fmt::format("zlib stream inflates to more than {} bytes", ceiling));
    }
  }
}

}  // namespace lr::secrets::git
