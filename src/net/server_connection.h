// One connection of the server: reads heads, runs the handler, writes answers in order.
#pragma once

#include <memory>
#include <string>

#include "net/body_reader.h"
#include "net/http_server.h"
#include "net/outbox.h"
#include "net/sweeper.h"

namespace lr::net {

/// What the connections of one server share.
struct ServerShared {
  ServerShared(EventLoop& owner, Handler handle, ServerOptions settings)
      : loop(owner), handler(std::move(handle)), options(std::move(settings)) {}
  /// "Date: …\r\n", made once per second.
  const std::string& date_line();

  EventLoop& loop;
  Handler handler;
  ServerOptions options;
  bool draining = false;
  WheelLink connections;  ///< Of ServerConnection::Member.

 private:
  std::string date_;
  MonoTime date_until_{};
};

/// Small pieces of an answer are collected up to this many bytes.
inline constexpr std::size_t kCollect = 16 * limits::kKiB;
/// Body bytes that a handler left unread are skipped up to this many; beyond, the connection ends.
inline constexpr std::size_t kUnreadBodyBytes = 64 * limits::kKiB;
/// A body may keep us waiting for `body_idle_timeout`; its bytes win the time back at this rate. So
/// whoever sends a byte now and then is not waited for longer than who sends none.
inline constexpr std::chrono::nanoseconds kPatiencePerByte = std::chrono::milliseconds(2);

class ServerConnection final : public ServerExchange, public WheelLink {
 public:
  ServerConnection(std::shared_ptr<ServerShared> shared, std::unique_ptr<Stream> stream);
  ~ServerConnection() override;

  /// Serves until the connection ends.
  Task<> serve();
  /// For drain(): ends the connection if no request is under way.
  void close_if_idle();

  const text::RequestHead& head() const override { return head_; }
  Endpoint peer() const override { return stream_->peer(); }
  bool secure() const override { return stream_->secure(); }
  EventLoop& loop() override { return shared_->loop; }
  bool has_body() const override { return head_.framing.kind != text::BodyFraming::Kind::kNone; }
  Task<std::string_view> read_some() override;
  Task<std::string_view> read_all(std::size_t max) override;
  std::optional<std::string_view> body_at_hand(std::size_t max) override;
  void body_by(Deadline deadline) override { body_by_ = deadline; }
  nanoseconds body_waited() const override { return body_waited_; }
  Task<> send(int status, const text::Fields& fields, std::string_view body) override;
  Result<> answer(int status, const text::Fields& fields, std::string_view body) override;
  Task<> begin(int status, const text::Fields& fields,
               std::optional<std::uint64_t> length) override;
  Task<> write(std::string_view bytes) override;
  Task<> end() override;
  bool started() const override { return answer_ != Answer::kNone; }
  void abort() override;
  void close_after() override { keep_alive_ = false; }
  void watch_client(std::function<void()> on_gone) override;

 private:
  enum class Answer : std::uint8_t { kNone, kLength, kChunked, kUntilClose, kNoBody, kEnded };
  /// Looks after the client while the handler waits elsewhere, and after bytes that did not fit.
  struct Watch final : Sweeper::Watch {
    explicit Watch(ServerConnection& owner) : connection(owner) {}
    int watched_fd() const override;
    void on_gone() override;
    void on_tick() override { connection.flush_now(); }
    ServerConnection& connection;
  };
  struct Departure final : Outbox::Entry {
    explicit Departure(ServerConnection& owner) : connection(owner) {}
    ServerConnection& connection;
    void depart() override { connection.flush_now(); }
  };

  // Reading.
  Result<bool> parse_head();
  void prepare_to_read();
  bool take_read(const Result<std::size_t>& got);
  bool ended_in_a_line(const Result<std::size_t>& got);
  bool came_too_slowly(const Result<std::size_t>& got) const;
  void start_exchange(std::size_t head_bytes);
  Task<> send_continue();
  void spend_patience(nanoseconds waited, std::size_t before);
  Error body_error(Error error);
  // Writing.
  Result<> append_head(int status, const text::Fields& fields);
  void append_framing(int status, std::optional<std::uint64_t> length);
  void allow_write_time();
  Task<> push(std::string_view bytes);
  Error broken(const Error& error);
  void schedule_flush();
  void flush_now();
  // Between requests.
  bool complete_now(const Result<>& handled);
  Task<bool> complete(Result<> handled);
  Task<> answer_failure(const Error& error);
  Task<> skip_body();
  Task<> refuse(Error error);
  void reset_exchange();

  std::shared_ptr<ServerShared> shared_;
  std::unique_ptr<Stream> stream_;
  Buffer in_;
  text::RequestHead head_;
  BodyReader body_;
  std::string whole_body_;
  std::string out_;  ///< Not sent yet.
  std::function<void()> on_gone_;
  Watch watch_{*this};
  Departure departure_{*this};
  std::size_t parsed_size_ = 0;  ///< Size of in_ when it was last parsed in vain.
  std::size_t head_bytes_ = 0;
  nanoseconds patience_{};  ///< Left for the body.
  nanoseconds body_waited_{};
  Deadline body_by_ = Deadline::never();
  std::uint64_t left_to_write_ = 0;  ///< For Answer::kLength.
  Answer answer_ = Answer::kNone;
  bool first_request_ = true;
  bool head_timer_runs_ = false;
  bool reading_head_ = false;  ///< The deadline of the stream is that of the next head.
  bool idle_ = false;          ///< … of which nothing has come yet.
  bool keep_alive_ = true;
  bool input_ended_ = false;
  bool continue_pending_ = false;
  bool body_failed_ = false;
  bool writing_ = false;  ///< A coroutine is sending out_; nobody else may touch it.
  bool broken_ = false;   ///< Nothing can be sent any more.
};

}  // namespace lr::net
