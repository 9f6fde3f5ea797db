// Bytes that can be read anywhere: in memory, in a file too large to hold, or a part of either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::secrets::sources {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// The bytes from `offset`: `length` of them, fewer only at the end. The view lives until the
  /// next call on this source or on one that shares its bytes. Errors: what the disk says.
  virtual Result<std::string_view> view(std::uint64_t offset, std::size_t length) = 0;
};

/// Bytes that someone else holds.
class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::string_view> view(std::uint64_t offset, std::size_t length) override {
    return offset >= bytes_.size() ? std::string_view() : bytes_.substr(offset, length);
  }

 private:
  std::string_view bytes_;
};

/// An open file (not owned), read with pread as asked for: no mapping, so that a file that shrinks
/// meanwhile is a short read and no signal.
class FileBytes final : public ByteSource {
 public:
  FileBytes(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::string_view> view(std::uint64_t offset, std::size_t length) override;

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string buffer_;
  std::uint64_t buffered_at_ = 0;
};

/// A part of another source, which outlives it.
class SliceBytes final : public ByteSource {
 public:
  SliceBytes(ByteSource& whole, std::uint64_t offset, std::uint64_t size);
  std::uint64_t size() const override { return size_; }
  Result<std::string_view> view(std::uint64_t offset, std::size_t length) override;

 private:
  ByteSource& whole_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

/// Reads a descriptor at `offset` until `size` bytes or the end; returns how many came.
Result<std::size_t> read_fully(int descriptor, char* out, std::size_t size, std::uint64_t offset);

}  // namespace lr::secrets::sources
