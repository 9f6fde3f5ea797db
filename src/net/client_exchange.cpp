#include "net/client_exchange.h"

#include <fmt/core.h>

namespace lr::net {
namespace {

constexpr int kInterimAnswers = 8;
constexpr std::size_t kKeptBuffer = 4 * limits::kKiB;

class Exchange final : public ClientExchange {
 public:
  Exchange(EventLoop& loop, std::shared_ptr<ConnectionKeeper> keeper,
           std::unique_ptr<ClientConnection> connection, ClientTimeouts timeouts, bool reused)
      : loop_(loop),
        keeper_(std::move(keeper)),
        connection_(std::move(connection)),
        timeouts_(timeouts),
        total_(Deadline::at(loop.now() + timeouts.total)),
        reused_(reused) {}
  ~Exchange() override;

  Task<> send(std::string_view head, std::string_view body) override;
  Task<> write(std::string_view bytes) override;
  Task<const text::ResponseHead*> read_head() override;
  Task<std::string_view> read_some() override;
  Task<std::string> read_all(std::size_t max) override;
  bool reused() const override { return reused_; }
  void abort() override { connection_->stream->close(); }

 private:
  void allow(milliseconds patience) {
    stream().expires(Deadline::at(loop_.now() + patience).sooner(total_));
  }
  Stream& stream() { return *connection_->stream; }
  Result<bool> parse_head();
  Task<> read_head_bytes();
  Error failed(Error error) const;
  bool reusable() const;

  EventLoop& loop_;
  std::shared_ptr<ConnectionKeeper> keeper_;
  std::unique_ptr<ClientConnection> connection_;
  ClientTimeouts timeouts_;
  Deadline total_;
  BodyReader body_;
  std::size_t head_bytes_ = 0;
  int interim_answers_ = 0;
  bool reused_;
  bool head_request_ = false;
  bool answer_began_ = false;
  bool head_read_ = false;
  bool broken_ = false;  ///< The connection cannot be used again.
  bool body_failed_ = false;
};

Exchange::~Exchange() {
  if (!reusable()) {
    connection_->stream->close();
    keeper_->drop();
    return;
  }
  connection_->in.consume(connection_->in.size());
  connection_->in.shrink(kKeptBuffer);
  connection_->stream->expires(Deadline::never());
  keeper_->give_back(std::move(connection_));
}

/// Only after a complete answer that says so, and when nothing came behind it.
bool Exchange::reusable() const {
  return !broken_ && head_read_ && body_.done() && body_.rest().empty() &&
         connection_->head.keep_alive && connection_->stream->native_handle() >= 0;
}

/// Every failure is the upstream's, and may be retried when the kept connection had simply ended.
Error Exchange::failed(Error error) const {
  const bool cancelled = error.code() == Code::kCancelled;
  const bool retry = reused_ && !answer_began_ && !cancelled;
  return Error(error.code(), error.detail(), cancelled ? Origin::kSelf : Origin::kUpstream,
               retry ? Retry::kIfConnectionWasReused : Retry::kNo);
}

Task<> Exchange::send(std::string_view head, std::string_view body) {
  head_request_ = head.starts_with("HEAD ");
  allow(timeouts_.idle);
  Result<std::size_t> sent = stream().try_write(head, body);
  if (sent && *sent == head.size() + body.size()) co_return Result<>();
  Result<> written;
  if (sent) {
    const std::size_t of_head = std::min(*sent, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(*sent - of_head);
    written = co_await stream().write_all(head, body);
    if (written) co_return written;
  }
  // The answer may have come before the request was read; read_head() can still be tried.
  broken_ = true;
  co_return std::unexpected(failed(sent ? std::move(written).error() : std::move(sent).error()));
}

Task<> Exchange::write(std::string_view bytes) {
  loop_.refresh_now();
  allow(timeouts_.idle);
  Result<> written = co_await stream().write_all(bytes);
  if (written) co_return written;
  broken_ = true;
  co_return std::unexpected(failed(std::move(written).error()));
}

/// True when a final head is there. Interim answers are taken out on the way.
Result<bool> Exchange::parse_head() {
  Buffer& in = connection_->in;
  text::ResponseHead& head = connection_->head;
  while (!in.empty()) {
    LR_TRY(const std::size_t used,
           text::parse_response_head(in.data(), head_request_ ? "HEAD" : "GET", head));
    if (used == 0) return false;
    if (head.status == 101) return fail(Code::kBadGateway, "the upstream switched protocols");
    if (head.status >= 200) {
      head_bytes_ = used;
      return true;
    }
    if (++interim_answers_ > kInterimAnswers) {
      return fail(Code::kBadGateway, "too many interim answers");
    }
    in.consume(used);
  }
  return false;
}

Task<> Exchange::read_head_bytes() {
  Buffer& in = connection_->in;
  Result<std::size_t> got = co_await stream().read_some(in.space(1024));
  loop_.refresh_now();
  if (!got) co_return std::unexpected(failed(std::move(got).error()));
  if (*got == 0) {
    Error ended(Code::kBadGateway, answer_began_ ? "the upstream closed within its answer's head"
                                                 : "the upstream closed without an answer");
    co_return std::unexpected(failed(std::move(ended)));
  }
  answer_began_ = true;
  in.commit(*got);
  co_return Result<>();
}

Task<const text::ResponseHead*> Exchange::read_head() {
  if (head_read_) co_return &connection_->head;
  loop_.refresh_now();
  allow(timeouts_.first_byte);
  while (true) {
    Result<bool> parsed = parse_head();
    if (!parsed) {
      broken_ = true;
      Error garbage(Code::kBadGateway, parsed.error().detail(), Origin::kUpstream);
      co_return std::unexpected(std::move(garbage));
    }
    if (*parsed) break;
    Result<> more = co_await read_head_bytes();
    if (!more) {
      broken_ = true;
      co_return std::unexpected(std::move(more).error());
    }
  }
  head_read_ = true;
  Buffer& in = connection_->in;
  const std::size_t buffered = in.size() - head_bytes_;
  char* start = in.tail().data() - buffered;
  body_.start(connection_->head.framing, {start, buffered + in.tail().size()}, buffered);
  co_return &connection_->head;
}

Task<std::string_view> Exchange::read_some() {
  if (body_failed_ || !head_read_) {
    co_return fail(Code::kBadGateway, "there is no answer to read from", Origin::kUpstream);
  }
  Result<std::string_view> piece = body_.take();
  while (piece && piece->empty() && !body_.done()) {
    allow(timeouts_.idle);
    Result<> filled = co_await body_.fill(stream());
    loop_.refresh_now();
    if (!filled) {
      broken_ = body_failed_ = true;
      co_return std::unexpected(failed(std::move(filled).error()));
    }
    piece = body_.take();
  }
  if (piece) co_return piece;
  broken_ = body_failed_ = true;
  co_return fail(Code::kBadGateway, piece.error().detail(), Origin::kUpstream);
}

Task<std::string> Exchange::read_all(std::size_t max) {
  std::string whole;
  if (body_.remaining() > max) {
    broken_ = true;
    co_return fail(Code::kPayloadTooLarge, fmt::format("the answer has more than {} bytes", max),
                   Origin::kUpstream);
  }
  while (!body_.done() || body_failed_) {
    LR_CO_TRY(const std::string_view piece, co_await read_some());
    if (piece.size() > max - whole.size()) {
      broken_ = true;
      co_return fail(Code::kPayloadTooLarge, fmt::format("the answer has more than {} bytes", max),
                     Origin::kUpstream);
    }
    whole += piece;
  }
  co_return whole;
}

}  // namespace

std::unique_ptr<ClientExchange> make_client_exchange(EventLoop& loop,
                                                     std::shared_ptr<ConnectionKeeper> keeper,
                                                     std::unique_ptr<ClientConnection> connection,
                                                     ClientTimeouts timeouts, bool reused) {
  return std::make_unique<Exchange>(loop, std::move(keeper), std::move(connection), timeouts,
                                    reused);
}

}  // namespace lr::net
