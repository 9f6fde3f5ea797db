// zlib streams (RFC 1950) of a known size.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/error.h"

struct libdeflate_decompressor;

namespace lr::secrets::git {

/// For one thread.
class Inflater {
 public:
  Inflater();

  /// Inflates the stream that `in` begins with; it must hold exactly out.size() bytes.
  /// kInvalidArgument when it is truncated or corrupt (the Adler-32 is checked), or holds another
  /// number of bytes.
  Result<> inflate(std::string_view in, std::span<char> out);
  /// Inflates a stream of unknown size, of at most `bytes_max` bytes (else kPayloadTooLarge).
  Result<std::string> inflate_all(std::string_view in, std::size_t bytes_max);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

}  // namespace lr::secrets::git
