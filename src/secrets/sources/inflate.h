// DEFLATE with bounds (RFC 1951), and the gzip wrapper around it (RFC 1952).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

struct libdeflate_decompressor;

namespace lr::secrets::sources {

/// What came out of a deflate stream.
struct Inflated {
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<char, Free> storage;
  std::size_t size = 0;      ///< Bytes of output.
  std::size_t consumed = 0;  ///< Bytes of input.
  std::size_t reserved = 0;  ///< What it cost: `size`, or the memory tried on a damaged stream.
  std::string_view problem;  ///< "", or why the output is not all of it.
  std::string_view view() const { return {storage.get(), size}; }
};

class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Inflates one stream. `guess`: the size that someone claims, 0 when nobody does. At most `max`
  /// bytes of memory are used; beyond, `problem` says so and what fitted is in view(). A damaged or
  /// cut stream gives what had come out before the damage.
  Inflated inflate(std::string_view compressed, std::uint64_t guess, std::uint64_t max);

 private:
  libdeflate_decompressor* decompressor_;
};

/// Length of the gzip header at the front (RFC 1952 section 2.3); nullopt when it is none.
std::optional<std::size_t> gzip_header_size(std::string_view bytes);

}  // namespace lr::secrets::sources
