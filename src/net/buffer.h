// Bytes read but not yet used. Starts empty, grows by doubling up to what the caller asks for, and
// never initialises memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace lr::net {

class Buffer {
 public:
  std::string_view data() const { return {bytes_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  std::size_t capacity() const { return capacity_; }

  /// Room for at least `min` more bytes. Views into data() die.
  std::span<char> space(std::size_t min) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (capacity_ - end_ < min) make_room(min);
    return {bytes_.get() + end_, capacity_ - end_};
  }
  /// What is free behind data() without moving anything.
  std::span<char> tail() { return {bytes_.get() + end_, capacity_ - end_}; }
  void commit(std::size_t count) { end_ += count; }
  void consume(std::size_t count) { begin_ += count; }

  /// Makes `bytes` (which may be a view into this buffer) the only content.
  void assign(std::string_view bytes) {
    if (bytes.size() <= capacity_) {
      if (!bytes.empty()) std::memmove(bytes_.get(), bytes.data(), bytes.size());
      begin_ = 0;
      end_ = bytes.size();
      return;
    }
    auto fresh = std::make_unique_for_overwrite<char[]>(bytes.size());
    std::memcpy(fresh.get(), bytes.data(), bytes.size());
    bytes_ = std::move(fresh);
    capacity_ = bytes.size();
    begin_ = 0;
    end_ = bytes.size();
  }
  /// Gives memory above `keep` bytes back when there is nothing in it.
  void shrink(std::size_t keep) {
    if (!empty() || capacity_ <= keep) return;
    bytes_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  static constexpr std::size_t kInitial = 4096;

  void make_room(std::size_t min) {
    const std::size_t used = size();
    if (capacity_ - used >= min) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    } else {
      const std::size_t wanted = std::max({kInitial, capacity_ * 2, used + min});
      auto fresh = std::make_unique_for_overwrite<char[]>(wanted);
      if (used != 0) std::memcpy(fresh.get(), bytes_.get() + begin_, used);
      bytes_ = std::move(fresh);
      capacity_ = wanted;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lr::net
