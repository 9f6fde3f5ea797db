// Memory for object contents: not zeroed before use, and used again.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lr::secrets::git {

/// Bytes of one object.
class Buffer {
 public:
  std::string_view view() const { return {bytes_.get(), size_}; }
  std::span<char> span() { return {bytes_.get(), size_}; }
  std::size_t capacity() const { return capacity_; }
  /// Contents are lost. False when there is no memory for it.
  [[nodiscard]] bool resize(std::size_t size);

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Buffers that are not in use. Fresh memory costs page faults, so contents of objects go into
/// memory that earlier objects have left.
class BufferPool {
 public:
  /// A buffer of this size, not yet filled; a buffer of size 0 when there is no memory.
  Buffer take(std::size_t size);
  void give(Buffer buffer);

  static constexpr std::size_t kBuffers = 32;
  static constexpr std::size_t kBytes = 32ul << 20;

 private:
  std::vector<Buffer> free_;
  std::size_t free_bytes_ = 0;
};

}  // namespace lr::secrets::git
