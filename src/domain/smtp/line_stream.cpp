#include "domain/smtp/line_stream.h"

#include <fmt/format.h>

namespace lr::domain {
namespace {

constexpr std::size_t kReadBytes = 4096;

}  // namespace

net::Task<> LineStream::fill() {
  if (!stream_) co_return fail(Code::kUnavailable, "the connection is gone", Origin::kUpstream);
  const std::span<char> space = buffer_.space(kReadBytes);
  LR_CO_TRY(const std::size_t count, co_await stream_->read_some(space));
  if (count == 0) {
    co_return fail(Code::kUnavailable, stream_->peer().str() + " closed the connection",
                   Origin::kUpstream);
  }
  buffer_.commit(count);
  co_return Result<>();
}

net::Task<std::string> LineStream::read_line(std::size_t most) {
  while (true) {
    const std::size_t end = buffer_.data().find('\n');
    if (std::min(end, buffer_.size()) > most) {
      co_return fail(Code::kPayloadTooLarge, fmt::format("a line of more than {} bytes", most),
                     Origin::kUpstream);
    }
    if (end != std::string_view::npos) {
      std::string line(buffer_.data().substr(0, end));
      buffer_.consume(end + 1);
      if (line.ends_with('\r')) line.pop_back();
      co_return line;
    }
    LR_CO_TRY_VOID(co_await fill());
  }
}

net::Task<std::string> LineStream::read_bytes(std::size_t count) {
  std::string out;
  while (out.size() < count) {
    if (buffer_.empty()) {
      LR_CO_TRY_VOID(co_await fill());
    }
    const std::string_view part = buffer_.data().substr(0, count - out.size());
    out += part;
    buffer_.consume(part.size());
  }
  co_return out;
}

net::Task<> LineStream::write(std::string bytes) {
  if (!stream_) co_return fail(Code::kUnavailable, "the connection is gone", Origin::kUpstream);
  co_return co_await stream_->write_all(bytes);
}

Result<> LineStream::refuse_early_bytes() const {
  if (!stream_) return fail(Code::kUnavailable, "the connection is gone", Origin::kUpstream);
  if (buffer_.empty()) return {};
  return fail(Code::kBadGateway,
              fmt::format("{} sent {} bytes in the clear behind its last word before TLS",
                          stream_->peer().str(), buffer_.size()),
              Origin::kUpstream);
}

Result<std::unique_ptr<net::Stream>> LineStream::release() {
  LR_TRY_VOID(refuse_early_bytes());
  return std::move(stream_);
}

net::Task<net::TlsSession> LineStream::start_tls_client(
    std::shared_ptr<net::TlsClientContext> context, net::TlsUpgrade options, Deadline deadline) {
  Result<> clean = refuse_early_bytes();
  if (!clean) co_return std::unexpected(std::move(clean).error());
  LR_CO_TRY(net::UpgradedStream upgraded,
            co_await net::upgrade_client(std::move(stream_), std::move(context), std::move(options),
                                         deadline));
  stream_ = std::move(upgraded.stream);
  co_return std::move(upgraded.session);
}

net::Task<net::TlsSession> LineStream::start_tls_server(
    std::shared_ptr<net::TlsServerContext> context, Deadline deadline) {
  Result<> clean = refuse_early_bytes();
  if (!clean) co_return std::unexpected(std::move(clean).error());
  LR_CO_TRY(net::UpgradedStream upgraded,
            co_await net::upgrade_server(std::move(stream_), std::move(context), deadline));
  stream_ = std::move(upgraded.stream);
  co_return std::move(upgraded.session);
}

}  // namespace lr::domain
