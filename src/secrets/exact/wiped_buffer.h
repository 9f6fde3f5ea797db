// Memory for secrets: outside the heap, left out of core dumps, kept off the swap when the system
// allows it, and overwritten when it dies. It never grows, so no copy stays behind.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace lr::secrets {

class WipedBuffer {
 public:
  WipedBuffer() = default;
  /// Aborts when the system has no memory, as operator new would end the program.
  explicit WipedBuffer(std::size_t capacity);
  WipedBuffer(WipedBuffer&& other) noexcept;
  WipedBuffer& operator=(WipedBuffer&& other) noexcept;
  WipedBuffer(const WipedBuffer&) = delete;
  WipedBuffer& operator=(const WipedBuffer&) = delete;
  ~WipedBuffer() { release(); }

  /// Neither may go past the capacity: a bug of ours, checked.
  void append(std::string_view bytes);
  void append(char byte) {
    LR_CHECK(size_ < capacity_);
    data_[size_++] = byte;
  }
  /// Forgets the first `bytes` and moves the rest to the front; the freed end is overwritten.
  void drop_front(std::size_t bytes);
  /// Keeps the first `bytes` only; the rest is overwritten.
  void truncate(std::size_t bytes);

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_, size_}; }

 private:
  void release() noexcept;
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  ///< Whole pages.
};

}  // namespace lr::secrets
