// For tests: a server on a thread of its own, a plain blocking client, and an upstream that says
// exactly what a test wants.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "net/http_client.h"
#include "net/http_server.h"

namespace lr::net::testing {

Endpoint loopback(std::uint16_t port = 0);
text::Url url_of(std::uint16_t port, std::string target = "/", std::string scheme = "http");

/// Runs a server until the test is over.
class ServerRig {
 public:
  explicit ServerRig(Handler handler, ServerOptions options = {},
                     std::shared_ptr<TlsServerContext> tls = nullptr);
  ~ServerRig();
  std::uint16_t port() const { return port_; }
  EventLoop& loop() { return loop_; }
  HttpServer& server() { return server_; }
  /// Runs `work` on the loop's thread and waits for it.
  void on_loop(std::function<void()> work);
  /// Starts a drain on the loop; returns at once.
  void start_drain(milliseconds patience);
  /// Waits until no connection is left; false after five seconds.
  bool wait_until_empty();

 private:
  EventLoop loop_;
  HttpServer server_;
  TaskScope scope_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// A blocking TCP client. Every read gives up after five seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  /// For connect() later.
  static RawClient unconnected();
  void connect(std::uint16_t port);
  /// Takes over a connected socket.
  static RawClient adopt(int fd) { return RawClient(fd, Adopt()); }
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient();
  void send(std::string_view bytes);
  /// Until `marker` has come (it is part of the result), or the end.
  std::string read_until(std::string_view marker);
  /// Exactly `count` bytes unless the end comes first.
  std::string read_bytes(std::size_t count);
  std::string read_to_end();
  /// True when the peer ends the connection within the time limit without sending a byte.
  bool ended();
  /// The peer has closed or reset by now; does not wait.
  bool gone() const;
  void half_close();
  void close();
  /// Closes with a reset.
  void reset();
  void shrink_receive_buffer();

 private:
  struct Adopt {};
  RawClient(int fd, Adopt) : fd_(fd) {}
  bool fill();
  int fd_ = -1;
  std::string buffer_;
};

/// Accepts connections one after the other and lets `script` treat each.
class ScriptedUpstream {
 public:
  explicit ScriptedUpstream(std::function<void(RawClient&)> script);
  ~ScriptedUpstream();
  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  void serve(const std::function<void(RawClient&)>& script);
  void set_current(int connection);
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;
  int current_ = -1;  ///< The connection the script is busy with.
  std::thread thread_;
};

/// A certificate for `host` in files that vanish with it.
class CertificateFiles {
 public:
  explicit CertificateFiles(const std::string& host);
  ~CertificateFiles();
  CertificateFiles(const CertificateFiles&) = delete;
  CertificateFiles& operator=(const CertificateFiles&) = delete;
  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }

 private:
  std::string folder_;
  std::string certificate_;
  std::string key_;
};

}  // namespace lr::net::testing
