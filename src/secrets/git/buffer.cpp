#include "secrets/git/buffer.h"

#include <algorithm>
#include <new>

namespace lr::secrets::git {
namespace {

constexpr std::size_t kLeastCapacity = 4096;

}  // namespace

bool Buffer::resize(std::size_t size) {
  size_ = 0;
  if (size > capacity_ || !bytes_) {
    const std::size_t capacity = std::max(size + size / 4, kLeastCapacity);
    bytes_.reset();
    capacity_ = 0;
    bytes_.reset(new (std::nothrow) char[capacity]);
    if (!bytes_) return false;
    capacity_ = capacity;
  }
  size_ = size;
  return true;
}

Buffer BufferPool::take(std::size_t size) {
  Buffer buffer;
  // The latest one is warm in the cache; one that is far too large is left for large objects.
  for (std::size_t i = free_.size(); i-- > 0;) {
    if (free_[i].capacity() < size) continue;
    buffer = std::move(free_[i]);
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i));
    free_bytes_ -= buffer.capacity();
    break;
  }
  if (!buffer.resize(size)) return {};
  return buffer;
}

void BufferPool::give(Buffer buffer) {
  if (buffer.capacity() == 0 || free_.size() == kBuffers) return;
  if (free_bytes_ + buffer.capacity() > kBytes) return;
  free_bytes_ += buffer.capacity();
  free_.push_back(std::move(buffer));
}

}  // namespace lr::secrets::git
