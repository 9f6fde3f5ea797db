#include "net/server_connection.h"

#include <fmt/core.h>
#include <sys/socket.h>

namespace lr::net {
namespace {

constexpr std::size_t kKeptBuffer = 4 * limits::kKiB;
constexpr std::size_t kKeptBody = 16 * limits::kKiB;

/// The whole answer to a head that did not parse.
std::string default_parse_error(const Error& error) {
  const std::string body = fmt::format(R"({{"error":{{"code":"{}","message":"{}"}}}})",
                                       code_name(error.code()), public_text(error.code()));
  std::string answer;
  text::append_status_line(answer, http_status(error.code()));
  text::append_field(answer, "Content-Type", "application/json");
  text::append_field(answer, "Content-Length", std::to_string(body.size()));
  text::append_field(answer, "Connection", "close");
  return answer + "\r\n" + body;
}

}  // namespace

ServerConnection::ServerConnection(std::shared_ptr<ServerShared> shared,
                                   std::unique_ptr<Stream> stream)
    : shared_(std::move(shared)), stream_(std::move(stream)) {
  insert_before(shared_->connections);
}

ServerConnection::~ServerConnection() { unlink(); }

Task<> ServerConnection::serve() {
  while (!shared_->draining || !in_.empty()) {
    Result<bool> parsed = parse_head();
    if (!parsed) {
      co_await refuse(std::move(parsed).error());
      break;
    }
    if (!*parsed) {
      prepare_to_read();
      Result<std::size_t> got = co_await stream_->read_some(in_.space(1024));
      if (take_read(got) || ended_in_a_line(got)) continue;
      if (came_too_slowly(got)) {
        co_await refuse(Error(Code::kRequestTimeout, "the head came too slowly", Origin::kClient));
      }
      break;
    }
    Result<> handled = co_await shared_->handler(*this);
    if (complete_now(handled)) continue;
    Result<bool> keep = co_await complete(std::move(handled));
    if (!keep || !*keep) break;
  }
  if (!out_.empty() && !broken_) co_await push("");
  stream_->close();
  co_return Result<>();
}

void ServerConnection::close_if_idle() {
  if (!idle_) return;
  flush_now();
  if (out_.empty()) stream_->close();  // Else flush_now() does, when the rest has gone.
}

/// True when a whole head is there. A head that comes in drops is not parsed again at every drop:
/// only when a line has ended, the bytes have doubled or no more will come.
Result<bool> ServerConnection::parse_head() {
  const std::string_view bytes = in_.data();
  if (bytes.empty()) return false;
  const bool line_ended = bytes.substr(parsed_size_).find('\n') != std::string_view::npos;
  if (!line_ended && !input_ended_ && bytes.size() < 2 * parsed_size_) return false;
  LR_TRY(const std::size_t used, text::parse_request_head(bytes, head_, shared_->options.head));
  if (used == 0) {
    parsed_size_ = bytes.size();
    return false;
  }
  start_exchange(used);
  return true;
}

void ServerConnection::prepare_to_read() {
  reading_head_ = true;
  const ServerOptions& options = shared_->options;
  if (in_.empty()) {
    in_.shrink(kKeptBuffer);
    idle_ = true;
    const auto patience = first_request_ ? options.head_timeout : options.keep_alive_timeout;
    stream_->expires(Deadline::at(shared_->loop.now() + patience));
  } else if (!head_timer_runs_) {
    head_timer_runs_ = true;
    stream_->expires(Deadline::at(shared_->loop.now() + options.head_timeout));
  }
}

/// False when the connection ends here: in silence, or with a 408 for a head that never came.
bool ServerConnection::take_read(const Result<std::size_t>& got) {
  idle_ = reading_head_ = false;
  if (!got || *got == 0) return false;
  in_.commit(*got);
  shared_->loop.refresh_now();
  return true;
}

/// True, once, when the client ended its side behind bytes that were not looked at yet: a line over
/// the limit gets the same answer however it came.
bool ServerConnection::ended_in_a_line(const Result<std::size_t>& got) {
  if (!got || *got != 0 || in_.data().size() == parsed_size_) return false;
  input_ended_ = true;
  return true;
}

bool ServerConnection::came_too_slowly(const Result<std::size_t>& got) const {
  return !got && got.error().code() == Code::kDeadlineExceeded && !in_.empty();
}

void ServerConnection::start_exchange(std::size_t head_bytes) {
  head_bytes_ = head_bytes;
  first_request_ = false;
  head_timer_runs_ = false;
  parsed_size_ = 0;
  answer_ = Answer::kNone;
  keep_alive_ = head_.keep_alive && !shared_->draining;
  continue_pending_ = head_.expect_continue;
  body_failed_ = false;
  patience_ = shared_->options.body_idle_timeout;
  body_waited_ = nanoseconds(0);
  body_by_ = Deadline::never();
  // The body may use the free room behind the head; the head itself stays where it is.
  const std::string_view bytes = in_.data();
  const std::size_t buffered = bytes.size() - head_bytes;
  char* start = in_.tail().data() - buffered;
  body_.start(head_.framing, {start, buffered + in_.tail().size()}, buffered);
}

/// Makes the bytes behind this request the beginning of the next.
void ServerConnection::reset_exchange() {
  if (has_body()) {
    in_.assign(body_.rest());
  } else {
    in_.consume(head_bytes_);
  }
  body_.finish();
  if (whole_body_.capacity() > kKeptBody) {
    std::string().swap(whole_body_);
  } else {
    whole_body_.clear();
  }
}

Task<> ServerConnection::refuse(Error error) {
  const auto& render = shared_->options.render_parse_error;
  out_ += render ? render(error) : default_parse_error(error);
  LR_CO_TRY_VOID(co_await push(""));
  co_return co_await stream_->shutdown();
}

// The request body.

Error ServerConnection::body_error(Error error) {
  body_failed_ = true;
  keep_alive_ = false;
  switch (error.code()) {
    case Code::kDeadlineExceeded:
      return Error(Code::kRequestTimeout, "the body came too slowly", Origin::kClient);
    case Code::kUnavailable:
    case Code::kCancelled:
      broken_ = true;
      return Error(Code::kCancelled, error.detail(), Origin::kClient);
    case Code::kBadGateway:
      return Error(Code::kInvalidArgument, error.detail(), Origin::kClient);
    default:
      return Error(error.code(), error.detail(), Origin::kClient);
  }
}

Task<> ServerConnection::send_continue() {
  continue_pending_ = false;
  if (started() || !body_.rest().empty()) co_return Result<>();
  out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  co_return co_await push("");
}

void ServerConnection::spend_patience(nanoseconds waited, std::size_t before) {
  body_waited_ += waited;
  const auto come = static_cast<std::int64_t>(body_.rest().size() - before);
  patience_ = std::min<nanoseconds>(shared_->options.body_idle_timeout,
                                    patience_ - waited + come * kPatiencePerByte);
}

Task<std::string_view> ServerConnection::read_some() {
  if (body_failed_) co_return fail(Code::kCancelled, "the body is broken", Origin::kClient);
  Result<std::string_view> piece = body_.take();
  while (piece && piece->empty() && !body_.done()) {
    if (continue_pending_) {
      LR_CO_TRY_VOID(co_await send_continue());
    }
    const std::size_t before = body_.rest().size();
    const MonoTime asked = std::chrono::steady_clock::now();
    stream_->expires(Deadline::at(asked + patience_).sooner(body_by_));
    Result<> filled = co_await body_.fill(*stream_);
    const MonoTime now = std::chrono::steady_clock::now();
    // Not left to the stream: bytes that are there already are read whatever its deadline.
    if (filled && body_by_.expired(now)) filled = fail(Code::kDeadlineExceeded, "time is up");
    if (!filled) co_return std::unexpected(body_error(std::move(filled).error()));
    spend_patience(now - asked, before);
    piece = body_.take();
  }
  if (!piece) co_return std::unexpected(body_error(std::move(piece).error()));
  continue_pending_ = false;  // Who sends a body unasked does not wait: RFC 9110, 10.1.1.
  co_return piece;
}

Task<std::string_view> ServerConnection::read_all(std::size_t max) {
  const auto too_large = [max] {
    return fail(Code::kPayloadTooLarge, fmt::format("the body has more than {} bytes", max),
                Origin::kClient);
  };
  if (body_.remaining() > max) co_return too_large();
  whole_body_.clear();
  while (!body_.done() || body_failed_) {
    LR_CO_TRY(const std::string_view piece, co_await read_some());
    if (body_.done() && whole_body_.empty() && piece.size() <= max) co_return piece;
    if (piece.size() > max - whole_body_.size()) co_return too_large();
    whole_body_ += piece;
  }
  co_return std::string_view(whole_body_);
}

std::optional<std::string_view> ServerConnection::body_at_hand(std::size_t max) {
  if (body_failed_ || body_.remaining() > max) return std::nullopt;
  const std::optional<std::string_view> whole = body_.take_whole();
  if (whole) continue_pending_ = false;
  return whole;
}

Task<> ServerConnection::skip_body() {
  for (std::size_t skipped = 0; skipped <= kUnreadBodyBytes;) {
    LR_CO_TRY(const std::string_view piece, co_await read_some());
    if (body_.done()) co_return Result<>();
    skipped += piece.size();
  }
  co_return fail(Code::kPayloadTooLarge, "too much of the body was left unread");
}

// Between requests.

/// The usual end of an exchange, without another coroutine. False when there is more to do.
bool ServerConnection::complete_now(const Result<>& handled) {
  on_gone_ = nullptr;
  const bool leaves = out_.empty() || (departure_.linked() && out_.size() <= kCollect);
  if (!handled || answer_ != Answer::kEnded || !leaves || !keep_alive_ || broken_ ||
      !body_.done()) {
    return false;
  }
  watch_.unlink();
  reset_exchange();
  return true;
}

Task<bool> ServerConnection::complete(Result<> handled) {
  watch_.unlink();
  if (broken_) co_return false;
  if (!handled && !started()) {
    co_await answer_failure(handled.error());
  } else if (handled && !started()) {
    const Error silent(Code::kInternal, "the handler gave no answer");
    co_await answer_failure(silent);
  } else if (answer_ != Answer::kEnded) {
    abort();
  }
  if (!broken_ && !out_.empty()) co_await push("");
  if (broken_) co_return false;
  if (!body_.done() && keep_alive_) {
    Result<> skipped = co_await skip_body();
    if (!skipped) keep_alive_ = false;
  }
  if (!keep_alive_) {
    co_await stream_->shutdown();
    co_return false;
  }
  reset_exchange();
  co_return true;
}

/// The client's own faults keep their code; everything else is ours and says nothing.
Task<> ServerConnection::answer_failure(const Error& error) {
  const Code code = error.origin() == Origin::kClient ? error.code() : Code::kInternal;
  const std::string body = fmt::format(R"({{"error":{{"code":"{}","message":"{}"}}}})",
                                       code_name(code), public_text(code));
  text::Fields fields;
  fields.add("Content-Type", "application/json");
  co_return co_await send(http_status(code), fields, body);
}

void ServerConnection::watch_client(std::function<void()> on_gone) {
  on_gone_ = std::move(on_gone);
  if (on_gone_) shared_->loop.sweeper().watch(watch_);
}

int ServerConnection::Watch::watched_fd() const {
  return connection.on_gone_ ? connection.stream_->native_handle() : -1;
}

void ServerConnection::Watch::on_gone() {
  connection.broken_ = true;
  auto callback = std::exchange(connection.on_gone_, nullptr);
  callback();
}

void ServerConnection::abort() {
  broken_ = true;
  keep_alive_ = false;
  out_.clear();
  // A reset, so that even an answer that lasts until close does not look complete.
  const linger reset{1, 0};
  const int fd = stream_->native_handle();
  if (fd >= 0) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  stream_->close();
}

}  // namespace lr::net
