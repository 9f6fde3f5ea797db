#include "net/body_reader.h"

#include <algorithm>
#include <cstring>

namespace lr::net {

using Kind = text::BodyFraming::Kind;

void BodyReader::start(text::BodyFraming framing, std::span<char> area, std::size_t buffered) {
  kind_ = framing.kind;
  remaining_ = kind_ == Kind::kLength ? framing.length : 0;
  done_ = kind_ == Kind::kNone || (kind_ == Kind::kLength && remaining_ == 0);
  filled_ = false;
  decoder_.reset();
  area_ = area;
  rest_ = std::string_view(area.data(), buffered);
}

void BodyReader::finish() {
  done_ = true;
  rest_ = {};
  area_ = {};
  block_.reset();
}

Result<std::string_view> BodyReader::take() {
  if (done_) return std::string_view();
  if (kind_ == Kind::kUntilClose) return std::exchange(rest_, {});
  if (kind_ == Kind::kLength) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest_.size()));
    const std::string_view piece = rest_.substr(0, count);
    rest_.remove_prefix(count);
    remaining_ -= count;
    done_ = remaining_ == 0;
    return piece;
  }
  while (!rest_.empty() && !decoder_.done()) {
    std::string_view piece;
    LR_TRY(const std::size_t used, decoder_.feed(rest_, piece));
    rest_.remove_prefix(used);
    if (!piece.empty()) return piece;
    if (used == 0) break;
  }
  done_ = decoder_.done();
  return std::string_view();
}

std::optional<std::string_view> BodyReader::take_whole() {
  if (kind_ != Kind::kLength || done_ || rest_.size() < remaining_) return std::nullopt;
  const std::string_view whole = rest_.substr(0, static_cast<std::size_t>(remaining_));
  rest_.remove_prefix(whole.size());
  remaining_ = 0;
  done_ = true;
  return whole;
}

/// Free memory behind what is left over (a chunk-size line that is not complete yet).
std::span<char> BodyReader::room() {
  const bool small = block_ == nullptr;
  if (small && (filled_ || area_.size() - std::min(area_.size(), rest_.size()) < kLeastRoom)) {
    block_ = std::make_unique_for_overwrite<char[]>(kBlock);
    area_ = {block_.get(), kBlock};
  }
  if (!rest_.empty() && rest_.data() != area_.data()) {
    std::memmove(area_.data(), rest_.data(), rest_.size());
    rest_ = {area_.data(), rest_.size()};
  }
  return area_.subspan(rest_.size());
}

Task<> BodyReader::fill(Stream& stream) {
  std::span<char> free = room();
  if (free.empty()) co_return fail(Code::kBadGateway, "a chunk header is too long");
  if (kind_ == Kind::kLength && remaining_ < free.size()) {
    free = free.first(static_cast<std::size_t>(remaining_));
  }
  LR_CO_TRY(const std::size_t got, co_await stream.read_some(free));
  if (got == 0) {
    done_ = true;
    if (kind_ == Kind::kUntilClose) co_return Result<>();
    co_return fail(Code::kBadGateway, "the peer closed in the middle of a body");
  }
  filled_ = got == free.size();
  rest_ = {area_.data(), rest_.size() + got};
  co_return Result<>();
}

Task<std::string_view> BodyReader::next(Stream& stream) {
  while (true) {
    Result<std::string_view> piece = take();
    if (!piece || !piece->empty() || done_) co_return piece;
    LR_CO_TRY_VOID(co_await fill(stream));
  }
}

}  // namespace lr::net
