// The writing half of ServerConnection. Small pieces are collected and sent when the handler's
// coroutine lets the loop turn, so that head, body and last chunk usually leave in one system call
// and yet nothing waits: an event written by a handler that then sleeps is on its way at once.
#include <ctime>

#include "net/server_connection.h"

namespace lr::net {
namespace {

constexpr std::size_t kWritePiece = 128 * limits::kKiB;
constexpr std::size_t kKeptOut = 1024;

/// These belong to the connection; a handler that passes them on by mistake must not be able to
/// split an answer.
bool is_framing_field(std::string_view name) {
  using text::equals_ignoring_case;
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "Date");
    case 7:
      return equals_ignoring_case(name, "Trailer") || equals_ignoring_case(name, "Upgrade");
    case 10:
      return equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Keep-Alive");
    case 14:
      return equals_ignoring_case(name, "Content-Length");
    case 17:
      return equals_ignoring_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  char* end = digits + sizeof digits;
  char* at = end;
  do {
    *--at = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  out.append(at, end);
}

}  // namespace

const std::string& ServerShared::date_line() {
  const MonoTime now = loop.now();
  if (now < date_until_) return date_;
  date_until_ = now + milliseconds(500);
  const std::time_t seconds_now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&seconds_now, &parts);
  char text[64];
  const std::size_t length =
      std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  date_.assign(text, length);
  return date_;
}

/// Status line, the handler's fields and Date; on error nothing is appended.
Result<> ServerConnection::append_head(int status, const text::Fields& fields) {
  if (started()) return fail(Code::kInternal, "an answer was already begun");
  if (status < 200 || status > 599) return fail(Code::kInternal, "not a final status");
  for (const text::Field& field : fields) {
    if (!text::is_token(field.name) || !text::is_field_value(field.value)) {
      return fail(Code::kInternal, "an answer field has characters that are not allowed");
    }
  }
  const bool client_may_wait = continue_pending_ && !body_.done();
  if (client_may_wait || body_.remaining() > kUnreadBodyBytes || shared_->draining) {
    keep_alive_ = false;
  }
  text::append_status_line(out_, status);
  for (const text::Field& field : fields) {
    if (is_framing_field(field.name)) continue;
    out_.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  out_ += shared_->date_line();
  return {};
}

/// Content-Length or Transfer-Encoding, Connection, and the empty line; sets answer_.
void ServerConnection::append_framing(int status, std::optional<std::uint64_t> length) {
  const bool bare = status == 204 || status == 304;
  if (length && !bare) {
    out_ += "Content-Length: ";
    append_number(out_, *length);
    out_ += "\r\n";
    answer_ = Answer::kLength;
    left_to_write_ = *length;
  } else if (!bare && head_.minor_version >= 1) {
    out_ += "Transfer-Encoding: chunked\r\n";
    answer_ = Answer::kChunked;
  } else if (!bare) {
    keep_alive_ = false;
    answer_ = Answer::kUntilClose;
  }
  if (bare || head_.method == "HEAD") answer_ = Answer::kNoBody;
  if (!keep_alive_) {
    out_ += "Connection: close\r\n";
  } else if (head_.minor_version == 0) {
    out_ += "Connection: keep-alive\r\n";
  }
  out_ += "\r\n";
}

Task<> ServerConnection::send(int status, const text::Fields& fields, std::string_view body) {
  if (broken_) co_return fail(Code::kCancelled, "the client has gone", Origin::kClient);
  LR_CO_TRY_VOID(append_head(status, fields));
  append_framing(status, body.size());
  if (answer_ == Answer::kNoBody) body = {};
  answer_ = Answer::kEnded;
  co_return co_await push(body);
}

Result<> ServerConnection::answer(int status, const text::Fields& fields, std::string_view body) {
  if (broken_) return fail(Code::kCancelled, "the client has gone", Origin::kClient);
  LR_TRY_VOID(append_head(status, fields));
  append_framing(status, body.size());
  if (answer_ == Answer::kNoBody) body = {};
  answer_ = Answer::kEnded;
  if (out_.size() + body.size() <= kCollect) {
    out_ += body;
    schedule_flush();
    return {};
  }
  allow_write_time();
  const Result<std::size_t> sent = stream_->try_write(out_, body);
  if (!sent) return std::unexpected(broken(sent.error()));
  const std::size_t of_head = std::min(*sent, out_.size());
  body.remove_prefix(*sent - of_head);
  out_.erase(0, of_head);
  out_ += body;  // complete() waits until it is gone.
  return {};
}

Task<> ServerConnection::begin(int status, const text::Fields& fields,
                               std::optional<std::uint64_t> length) {
  if (broken_) co_return fail(Code::kCancelled, "the client has gone", Origin::kClient);
  LR_CO_TRY_VOID(append_head(status, fields));
  append_framing(status, length);
  schedule_flush();
  co_return Result<>();
}

Task<> ServerConnection::write(std::string_view bytes) {
  if (broken_) co_return fail(Code::kCancelled, "the client has gone", Origin::kClient);
  if (answer_ == Answer::kNoBody || bytes.empty()) co_return Result<>();
  if (answer_ == Answer::kNone || answer_ == Answer::kEnded) {
    co_return fail(Code::kInternal, "write() outside of begin() and end()");
  }
  if (answer_ == Answer::kLength) {
    if (bytes.size() > left_to_write_) co_return fail(Code::kInternal, "more than was announced");
    left_to_write_ -= bytes.size();
  }
  const bool small = out_.size() + bytes.size() < kCollect;
  if (small) {
    if (answer_ == Answer::kChunked) {
      text::append_chunk(out_, bytes);
    } else {
      out_ += bytes;
    }
    schedule_flush();
    co_return Result<>();
  }
  if (answer_ != Answer::kChunked) co_return co_await push(bytes);
  char size_line[24];
  const int length = std::snprintf(size_line, sizeof size_line, "%zx\r\n", bytes.size());
  out_.append(size_line, static_cast<std::size_t>(length));
  LR_CO_TRY_VOID(co_await push(bytes));
  out_ += "\r\n";
  schedule_flush();
  co_return Result<>();
}

Task<> ServerConnection::end() {
  if (broken_) co_return fail(Code::kCancelled, "the client has gone", Origin::kClient);
  if (answer_ == Answer::kNone || answer_ == Answer::kEnded) {
    co_return fail(Code::kInternal, "end() without begin()");
  }
  if (answer_ == Answer::kLength && left_to_write_ != 0) {
    abort();
    co_return fail(Code::kInternal, "less than was announced");
  }
  if (answer_ == Answer::kChunked) text::append_last_chunk(out_);
  answer_ = Answer::kEnded;
  if (out_.empty()) co_return Result<>();
  co_return co_await push("");
}

Error ServerConnection::broken(const Error& error) {
  broken_ = true;
  writing_ = false;
  out_.clear();
  return Error(Code::kCancelled, "the client has gone: " + error.detail(), Origin::kClient);
}

void ServerConnection::allow_write_time() {
  stream_->expires(Deadline::at(shared_->loop.now() + shared_->options.write_timeout));
}

/// Sends what was collected and then `bytes`.
Task<> ServerConnection::push(std::string_view bytes) {
  allow_write_time();
  Result<std::size_t> sent = stream_->try_write(out_, bytes);
  if (!sent) co_return std::unexpected(broken(sent.error()));
  if (*sent == out_.size() + bytes.size()) {
    out_.clear();
    co_return Result<>();
  }
  std::string_view first = std::string_view(out_).substr(std::min(*sent, out_.size()));
  bytes.remove_prefix(*sent - std::min(*sent, out_.size()));
  writing_ = true;
  while (!first.empty() || !bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kWritePiece);
    stream_->expires(Deadline::after(shared_->options.write_timeout));
    Result<> written = co_await stream_->write_all(first, piece);
    if (!written) co_return std::unexpected(broken(written.error()));
    first = {};
    bytes.remove_prefix(piece.size());
  }
  writing_ = false;
  out_.clear();
  co_return Result<>();
}

void ServerConnection::schedule_flush() { shared_->loop.outbox().add(departure_); }

void ServerConnection::flush_now() {
  if (out_.empty() || writing_ || broken_) return;
  if (!reading_head_) allow_write_time();
  Result<std::size_t> sent = stream_->try_write(out_, {});
  if (!sent) {
    broken_ = true;  // The handler learns of it when it writes next.
    out_.clear();
    return;
  }
  out_.erase(0, *sent);
  if (out_.empty() && out_.capacity() > kKeptOut) std::string().swap(out_);
  if (out_.empty() && idle_ && shared_->draining) stream_->close();
  // The socket is full: the sweeper tries again, unless the handler writes first.
  if (!out_.empty() && !watch_.linked()) shared_->loop.sweeper().watch(watch_);
}

}  // namespace lr::net
