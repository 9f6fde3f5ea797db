#include "domain/smtp/sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "domain/mail/message.h"
#include "domain/smtp/line_stream.h"
#include "net/listener.h"
#include "net/tls.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr seconds kSessionTime{60};
constexpr seconds kCloseTime{5};
constexpr std::size_t kLineBytes = 4096;  ///< RFC 5321 section 4.5.3.1 asks for 512 and 1000.
constexpr std::size_t kRefusals = 20;

/// "MAIL FROM:<a@b> SIZE=1": what is between the brackets; nullopt when it is no path.
std::optional<std::string> path_of(string_view line, string_view verb) {
  if (!same_field_name(line.substr(0, verb.size()), verb)) return std::nullopt;
  line.remove_prefix(std::min(verb.size(), line.size()));
  while (line.starts_with(' ')) line.remove_prefix(1);
  const std::size_t end = line.find('>');
  if (!line.starts_with('<') || end == string_view::npos) return std::nullopt;
  return std::string(line.substr(1, end - 1));
}

bool is_verb(string_view line, string_view verb) {
  return same_field_name(line.substr(0, verb.size()), verb) &&
         (line.size() == verb.size() || line[verb.size()] == ' ');
}

}  // namespace

struct SmtpSink::State {
  explicit State(SinkSettings wanted) : settings(std::move(wanted)), listener(loop), scope(loop) {}

  SinkSettings settings;
  net::EventLoop loop;
  net::Listener listener;
  net::TaskScope scope;
  std::shared_ptr<net::TlsServerContext> tls;
  std::thread thread;

  mutable std::mutex mutex;
  std::condition_variable arrived;
  std::deque<ReceivedMail> messages;
  std::size_t taken = 0;
  std::deque<std::string> refused;

  void refuse(std::string what) {
    const std::scoped_lock lock(mutex);
    refused.push_back(std::move(what));
    if (refused.size() > kRefusals) refused.pop_front();
  }
  /// The reply to the end of the message.
  std::string keep(ReceivedMail mail) {
    const string_view header = string_view(mail.bytes).substr(0, mail.bytes.find("\r\n\r\n"));
    if (!header.contains(settings.tag)) {
      refuse("a message without the tag of this proof from " + mail.client.str());
      return "550 5.7.1 this message is not expected";
    }
    const std::scoped_lock lock(mutex);
    if (taken == kMessages) return "452 4.3.1 enough messages";
    ++taken;
    messages.push_back(std::move(mail));
    arrived.notify_all();
    return "250 2.0.0 kept";
  }
};

namespace {

/// One connection.
template <class State>
class Conversation {
 public:
  Conversation(State& sink, std::unique_ptr<net::Stream> stream)
      : sink_(sink), lines_(std::move(stream)) {
    mail_.client = lines_.stream().peer().ip;
  }

  net::Task<> run() {
    const Deadline deadline = Deadline::after(kSessionTime);
    lines_.stream().expires(deadline);
    LR_CO_TRY_VOID(co_await lines_.write("220 " + sink_.settings.name + " ESMTP\r\n"));
    for (std::size_t count = 0; count < SmtpSink::kCommands && !over_; ++count) {
      LR_CO_TRY(const std::string line, co_await lines_.read_line(kLineBytes));
      if (is_verb(line, "STARTTLS")) {
        LR_CO_TRY_VOID(co_await start_tls(deadline));
      } else if (is_verb(line, "DATA") && !mail_from_.empty() && has_recipient_) {
        LR_CO_TRY_VOID(co_await receive());
      } else {
        LR_CO_TRY_VOID(co_await lines_.write(answer(line) + "\r\n"));
      }
    }
    co_return co_await lines_.stream().shutdown();
  }

 private:
  std::string answer(string_view line) {
    if (is_verb(line, "EHLO") || is_verb(line, "HELO")) return greet(line);
    if (const auto path = path_of(line, "MAIL FROM:")) return from(*path);
    if (const auto path = path_of(line, "RCPT TO:")) return to(*path);
    if (is_verb(line, "RSET")) {
      forget();
      return "250 2.0.0 reset";
    }
    if (is_verb(line, "NOOP")) return "250 2.0.0 ok";
    if (is_verb(line, "DATA")) return "503 5.5.1 MAIL and RCPT first";
    if (is_verb(line, "QUIT")) {
      over_ = true;
      return "221 2.0.0 bye";
    }
    return "502 5.5.1 not here";
  }

  std::string greet(string_view line) {
    forget();
    mail_.helo = line.substr(std::min<std::size_t>(5, line.size()));
    if (is_verb(line, "HELO")) return "250 " + sink_.settings.name;
    return fmt::format(
        "250-{}\r\n250-SIZE {}\r\n250-8BITMIME\r\n250-PIPELINING\r\n{}250 "
        "ENHANCEDSTATUSCODES",
        sink_.settings.name, SmtpSink::kMessageBytes,
        lines_.stream().secure() ? "" : "250-STARTTLS\r\n");
  }

  std::string from(const std::string& path) {
    forget();
    mail_from_ = "<" + path + ">";
    mail_.mail_from = path;
    return "250 2.1.0 ok";
  }

  std::string to(const std::string& path) {
    if (mail_from_.empty()) return "503 5.5.1 MAIL first";
    if (!same_field_name(path, sink_.settings.recipient)) {
      sink_.refuse("a recipient that is not the probe's from " + mail_.client.str());
      return "550 5.7.1 nothing is relayed here";
    }
    has_recipient_ = true;
    return "250 2.1.5 ok";
  }

  void forget() {
    mail_from_.clear();
    has_recipient_ = false;
  }

  net::Task<> start_tls(Deadline deadline) {
    if (lines_.stream().secure()) co_return co_await lines_.write("503 5.5.1 TLS is on\r\n");
    // What came behind STARTTLS in the clear must not be obeyed under TLS.
    if (!lines_.buffered().empty()) {
      co_return fail(Code::kBadGateway, "commands behind STARTTLS");
    }
    LR_CO_TRY_VOID(co_await lines_.write("220 2.0.0 go ahead\r\n"));
    LR_CO_TRY(const net::TlsSession session, co_await lines_.start_tls_server(sink_.tls, deadline));
    mail_.tls = session.version + " " + session.suite;
    forget();
    co_return Result<>();
  }

  net::Task<> receive() {
    LR_CO_TRY_VOID(co_await lines_.write("354 end with a dot\r\n"));
    mail_.bytes.clear();
    bool too_big = false;
    while (true) {
      LR_CO_TRY(const std::string line, co_await lines_.read_line(SmtpSink::kMessageBytes));
      if (line == ".") break;
      too_big = too_big || mail_.bytes.size() + line.size() > SmtpSink::kMessageBytes;
      if (too_big) continue;
      mail_.bytes.append(line.starts_with('.') ? string_view(line).substr(1) : line).append("\r\n");
    }
    mail_.when = SystemClock().wall();
    const std::string reply = too_big ? "552 5.3.4 too big" : sink_.keep(mail_);
    forget();
    co_return co_await lines_.write(reply + "\r\n");
  }

  State& sink_;
  LineStream lines_;
  ReceivedMail mail_;
  std::string mail_from_;  ///< With brackets, so that the null sender is not "none yet".
  bool has_recipient_ = false;
  bool over_ = false;
};

template <class State>
net::Task<> converse(State& sink, net::Socket socket) {
  Conversation<State> conversation(
      sink, std::make_unique<net::SocketStream>(sink.loop, std::move(socket)));
  co_return co_await conversation.run();
}

template <class State>
net::Task<> accept_all(State& sink) {
  while (true) {
    LR_CO_TRY(net::Socket socket, co_await sink.listener.accept());
    // One of them is the accepting task itself. A peer beyond the limit is hung up on.
    if (sink.scope.running() <= SmtpSink::kConnections) {
      sink.scope.spawn(converse(sink, std::move(socket)));
    }
  }
}

template <class State>
net::Task<> close_all(State& sink) {
  sink.listener.close();
  Result<> ended = co_await sink.scope.close(Deadline::after(kCloseTime));
  sink.loop.stop();
  co_return ended;
}

}  // namespace

Result<std::unique_ptr<SmtpSink>> SmtpSink::start(const SinkSettings& settings) {
  auto state = std::make_unique<State>(settings);
  LR_TRY(const net::SelfSigned identity, net::make_self_signed(settings.name));
  LR_TRY(state->tls, net::TlsServerContext::from_pem(identity.certificate, identity.key));
  LR_TRY_VOID(state->listener.open(settings.listen, false));
  state->scope.spawn(accept_all(*state));
  State& running = *state;
  state->thread = std::thread([&running] { running.loop.run(); });
  return std::unique_ptr<SmtpSink>(new SmtpSink(std::move(state)));
}

SmtpSink::SmtpSink(std::unique_ptr<State> state) : state_(std::move(state)) {}

SmtpSink::~SmtpSink() {
  net::TaskScope closing(state_->loop);
  State& state = *state_;
  state.loop.post([&closing, &state] { closing.spawn(close_all(state)); });
  state.thread.join();
}

net::Endpoint SmtpSink::local() const { return state_->listener.local(); }

std::optional<ReceivedMail> SmtpSink::wait(Deadline deadline) {
  std::unique_lock lock(state_->mutex);
  const auto here = [&] { return !state_->messages.empty(); };
  if (!state_->arrived.wait_until(lock, deadline.when(), here)) return std::nullopt;
  ReceivedMail mail = std::move(state_->messages.front());
  state_->messages.pop_front();
  return mail;
}

std::string SmtpSink::refusals() const {
  const std::scoped_lock lock(state_->mutex);
  std::string out;
  for (const std::string& one : state_->refused) out += (out.empty() ? "" : "; ") + one;
  return out;
}

}  // namespace lr::domain
