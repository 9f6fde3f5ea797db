#include "secrets/exact/wiped_buffer.h"

#include <string.h>
#include <sys/mman.h>

#include <utility>

namespace lr::secrets {

namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

WipedBuffer::WipedBuffer(std::size_t capacity) : capacity_((capacity + kPage - 1) / kPage * kPage) {
  if (capacity_ == 0) return;
  void* memory =
      mmap(nullptr, capacity_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  LR_CHECK(memory != MAP_FAILED);
  data_ = static_cast<char*>(memory);
  // Best effort: the limit on locked memory may be small, and nothing else depends on it.
  static_cast<void>(madvise(memory, capacity_, MADV_DONTDUMP));
  static_cast<void>(mlock2(memory, capacity_, MLOCK_ONFAULT));
}

WipedBuffer::WipedBuffer(WipedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

WipedBuffer& WipedBuffer::operator=(WipedBuffer&& other) noexcept {
  if (this == &other) return *this;
  release();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void WipedBuffer::append(std::string_view bytes) {
  LR_CHECK(bytes.size() <= capacity_ - size_);
  if (bytes.empty()) return;
  memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void WipedBuffer::drop_front(std::size_t bytes) {
  LR_CHECK(bytes <= size_);
  if (bytes == 0) return;
  memmove(data_, data_ + bytes, size_ - bytes);
  truncate(size_ - bytes);
}

void WipedBuffer::truncate(std::size_t bytes) {
  LR_CHECK(bytes <= size_);
  if (bytes < size_) explicit_bzero(data_ + bytes, size_ - bytes);
  size_ = bytes;
}

void WipedBuffer::release() noexcept {
  if (data_ == nullptr) return;
  explicit_bzero(data_, capacity_);
  munmap(data_, capacity_);
  data_ = nullptr;
}

}  // namespace lr::secrets
