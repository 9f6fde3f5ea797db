// A connection without a socket: what the client sends is given, what it receives is kept.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "net/stream.h"

namespace lr::fuzz {

class MemoryStream final : public net::Stream {
 public:
  /// Every read gives at most `step` bytes of `input`, then the end. `output` outlives the stream.
  MemoryStream(std::string_view input, std::size_t step, std::string& output)
      : input_(input), step_(step), output_(output) {}

  net::Task<std::size_t> read_some(std::span<char> out) override {
    if (closed_) co_return fail(Code::kCancelled, "closed");
    const std::size_t count = std::min({out.size(), step_, input_.size()});
    std::memcpy(out.data(), input_.data(), count);
    input_.remove_prefix(count);
    co_return count;
  }
  Result<std::size_t> try_write(std::string_view first, std::string_view second) override {
    if (closed_) return fail(Code::kCancelled, "closed");
    output_.append(first).append(second);
    return first.size() + second.size();
  }
  net::Task<> write_all(std::string_view bytes) override { co_return write_now(bytes, {}); }
  net::Task<> write_all(std::string_view first, std::string_view second) override {
    co_return write_now(first, second);
  }
  void expires(Deadline /*deadline*/) override {}
  bool peer_closed() const override { return closed_ || input_.empty(); }
  void close() override { closed_ = true; }
  net::Task<> shutdown() override {
    closed_ = true;
    co_return Result<>();
  }
  net::Endpoint peer() const override { return {*text::parse_ip("127.0.0.1"), 40'000}; }
  bool secure() const override { return false; }
  int native_handle() const override { return -1; }

 private:
  Result<> write_now(std::string_view first, std::string_view second) {
    LR_TRY_VOID(try_write(first, second));
    return {};
  }

  std::string_view input_;
  std::size_t step_;
  std::string& output_;
  bool closed_ = false;
};

}  // namespace lr::fuzz
