#include "domain/tls/probe.h"

#include <array>

#include "base/rng.h"
#include "net/http_client.h"

namespace lr::domain::tls {
namespace {

constexpr std::size_t kReadBytes = 16 * limits::kKiB;

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  SystemRng().fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

Reply as_reply(FlightReader& reader, bool ended) {
  Reply reply;
  reply.flight = reader.take();
  if (reply.flight.hello) {
    reply.kind = Reply::Kind::kHello;
  } else if (reply.flight.alert) {
    reply.kind = Reply::Kind::kRefused;
    reply.why = alert_name(*reply.flight.alert);
  } else if (ended) {
    reply.kind = Reply::Kind::kRefused;
    reply.silent = true;
    reply.why = "the connection was closed";
  }
  return reply;
}

}  // namespace

net::Task<std::unique_ptr<net::Stream>> connect_plain(net::EventLoop& loop, net::Endpoint endpoint,
                                                      Deadline deadline) {
  text::Url origin;
  origin.scheme = "http";
  origin.host = endpoint.ip.str();
  origin.port = endpoint.port;
  co_return co_await net::connect(loop, std::move(origin), nullptr, deadline, endpoint);
}

Reply Prober::silent(std::string why) {
  ++silences_;
  trouble_ = std::move(why);
  Reply reply;
  reply.why = trouble_;
  return reply;
}

net::Task<Reply> Prober::ask(ClientHello hello, bool whole) {
  Reply none;
  if (silences_ >= kSilences) {
    none.why = trouble_;
    co_return none;
  }
  if (handshakes_ + reserved_ >= options_.handshakes) {
    none.why = "the number of handshakes of one scan is used up";
    co_return none;
  }
  if (options_.deadline.expired(std::chrono::steady_clock::now())) {
    none.why = "the time for the scan is over";
    co_return none;
  }
  ++handshakes_;
  hello.random = random_bytes(32);
  if (hello.version == Version::kTls13) hello.session_id = random_bytes(32);
  hello.server_name = options_.server_name;
  const std::string bytes = client_hello(hello);
  LR_CO_TRY(Reply reply, co_await exchange(bytes, whole));
  if (reply.silent && handshakes_ + reserved_ < options_.handshakes &&
      !options_.deadline.expired(std::chrono::steady_clock::now())) {
    ++handshakes_;
    LR_CO_TRY(reply, co_await exchange(bytes, whole));
  }
  const bool stalled = reply.silent && reply.kind == Reply::Kind::kUnknown;
  if (stalled) co_return silent(std::move(reply.why));
  co_return reply;
}

net::Task<Reply> Prober::exchange(std::string bytes, bool whole) {
  const Deadline deadline = Deadline::after(options_.patience).sooner(options_.deadline);
  Result<std::unique_ptr<net::Stream>> stream = co_await connect_();
  if (!stream) co_return silent(stream.error().detail());
  (*stream)->expires(deadline);
  Result<> sent = co_await (*stream)->write_all(bytes);
  FlightReader reader;
  std::array<char, kReadBytes> buffer;
  std::size_t received = 0;
  bool ended = !sent;
  while (!ended && !reader.done() && (whole || !reader.flight().hello)) {
    Result<std::size_t> got = co_await (*stream)->read_some(buffer);
    if (!got && got.error().code() == Code::kDeadlineExceeded) {
      if (received > 0) co_return silent("the server stalls in the middle of its answer");
      Reply none;
      none.silent = true;
      none.why = "the server stalls: no answer to a ClientHello";
      co_return none;
    }
    ended = !got || *got == 0;
    if (ended) break;
    received += *got;
    const Result<> read = reader.feed({buffer.data(), *got});
    if (!read) {
      trouble_ = read.error().detail();
      Reply bad;
      bad.why = trouble_;
      co_return bad;
    }
  }
  (*stream)->close();
  if (ended && received > 0 && !reader.done() && !reader.flight().hello) {
    co_return silent("the server ends in the middle of its answer");
  }
  co_return as_reply(reader, ended);
}

}  // namespace lr::domain::tls
