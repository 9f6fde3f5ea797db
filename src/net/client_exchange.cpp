#include "net/client_exchange.h"

#include <fmt/core.h>

#include "net/outbox.h"

namespace lr::net {
namespace {

constexpr int kInterimAnswers = 8;
/// Requests up to this size are sent at the end of the loop's turn, all in one.
constexpr std::size_t kLeavesAtOnce = 16 * limits::kKiB;
constexpr std::size_t kKeptBuffer = 4 * limits::kKiB;

class Exchange final : public ClientExchange, private Outbox::Entry {
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
  Task<const text::ResponseHead*> request(std::string_view head, std::string_view body) override;
  Task<const text::ResponseHead*> read_head() override;
  Task<std::string_view> read_some() override;
  Task<std::string> read_all(std::size_t max) override;
  std::optional<std::string_view> body_at_hand() override;
  bool reused() const override { return reused_; }
  void abort() override { connection_->stream->close(); }

 private:
  Task<> send_rest(std::string_view head, std::string_view body, Result<std::size_t> sent);
  void depart() override;
  void allow(milliseconds patience) {
    stream().expires(Deadline::at(loop_.now() + patience).sooner(total_));
  }
  Stream& stream() { return *connection_->stream; }
  Result<bool> parse_head();
  Result<bool> parse_more();
  Result<> take_read(Result<std::size_t> got);
  const text::ResponseHead* begin_body();
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
  std::string_view unsent_head_;  ///< Of request(): leaves at the end of the turn.
  std::string_view unsent_body_;
  Result<std::size_t> sent_ = std::size_t{0};  ///< What became of it.
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
         connection_->head.keep_alive && connection_->stream->native_handle() >= 0 &&
         !connection_->stream->holds_input();
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
  co_return co_await send_rest(head, body, std::move(sent));
}

/// After a first try that sent `sent` bytes of both, or failed.
Task<> Exchange::send_rest(std::string_view head, std::string_view body, Result<std::size_t> sent) {
  allow(timeouts_.idle);
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
  // Not left to the stream: a peer that takes every piece soon never meets its deadline.
  loop_.refresh_now();
  if (written && total_.expired(loop_.now())) {
    written = fail(Code::kDeadlineExceeded, "the time for the whole exchange is up");
  }
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

/// parse_head() with what its failure means for the connection.
Result<bool> Exchange::parse_more() {
  Result<bool> parsed = parse_head();
  if (parsed) return parsed;
  broken_ = true;
  return fail(Code::kBadGateway, parsed.error().detail(), Origin::kUpstream);
}

/// Bytes of the head have come, or none ever will.
Result<> Exchange::take_read(Result<std::size_t> got) {
  loop_.refresh_now();
  if (got && *got > 0) {
    answer_began_ = true;
    connection_->in.commit(*got);
    return {};
  }
  broken_ = true;
  if (!got) return std::unexpected(failed(std::move(got).error()));
  return std::unexpected(
      failed(Error(Code::kBadGateway, answer_began_ ? "the upstream closed within its answer's head"
                                                    : "the upstream closed without an answer")));
}

const text::ResponseHead* Exchange::begin_body() {
  head_read_ = true;
  Buffer& in = connection_->in;
  const std::size_t buffered = in.size() - head_bytes_;
  char* start = in.tail().data() - buffered;
  body_.start(connection_->head.framing, {start, buffered + in.tail().size()}, buffered);
  return &connection_->head;
}

Task<const text::ResponseHead*> Exchange::read_head() {
  if (head_read_) co_return &connection_->head;
  allow(timeouts_.first_byte);
  while (true) {
    LR_CO_TRY(const bool complete, parse_more());
    if (complete) co_return begin_body();
    Result<std::size_t> got = co_await stream().read_some(connection_->in.space(1024));
    LR_CO_TRY_VOID(take_read(std::move(got)));
  }
}

Task<const text::ResponseHead*> Exchange::request(std::string_view head, std::string_view body) {
  if (head.size() + body.size() > kLeavesAtOnce) {
    LR_CO_TRY_VOID(co_await send(head, body));
    co_return co_await read_head();
  }
  head_request_ = head.starts_with("HEAD ");
  unsent_head_ = head;
  unsent_body_ = body;
  allow(timeouts_.first_byte);
  loop_.outbox().add(*this);
  Result<std::size_t> got = co_await stream().read_some(connection_->in.space(1024));
  if (linked() && got)
    got = fail(Code::kBadGateway, "the upstream ended or spoke before it was asked");
  if (linked()) {
    unlink();
  } else if (!unsent_head_.empty()) {
    broken_ = true;  // Unless the answer came first all the same, the rest has to be sent.
    if (!got) {
      LR_CO_TRY_VOID(co_await send_rest(head, body, std::move(sent_)));
      broken_ = false;
      allow(timeouts_.first_byte);
      got = co_await stream().read_some(connection_->in.space(1024));
    }
  }
  while (true) {
    LR_CO_TRY_VOID(take_read(std::move(got)));
    LR_CO_TRY(const bool complete, parse_more());
    if (complete) co_return begin_body();
    got = co_await stream().read_some(connection_->in.space(1024));
  }
}

/// A rest, or a failure, is the business of request(), which is waiting for the answer: its wait
/// ends at the next tick of the sweeper.
void Exchange::depart() {
  sent_ = stream().try_write(unsent_head_, unsent_body_);
  if (sent_ && *sent_ == unsent_head_.size() + unsent_body_.size()) {
    unsent_head_ = {};
  } else {
    stream().expires(Deadline::at(loop_.now()));
  }
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

std::optional<std::string_view> Exchange::body_at_hand() {
  if (body_failed_ || !head_read_) return std::nullopt;
  return body_.take_whole();
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
