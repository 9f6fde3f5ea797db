#include "net/testing/rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace lr::net::testing {
namespace {

void set_time_limit(int fd) {
  const timeval limit{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

sockaddr_in address_of(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Task<> drain_server(HttpServer& server, milliseconds patience) {
  co_return co_await server.drain(Deadline::after(patience));
}

}  // namespace

Endpoint loopback(std::uint16_t port) {
  Endpoint endpoint;
  endpoint.ip = text::parse_ip("127.0.0.1").value();
  endpoint.port = port;
  return endpoint;
}

text::Url url_of(std::uint16_t port, std::string target, std::string scheme) {
  text::Url url;
  url.scheme = std::move(scheme);
  url.host = "127.0.0.1";
  url.port = port;
  url.target = std::move(target);
  return url;
}

ServerRig::ServerRig(Handler handler, ServerOptions options, std::shared_ptr<TlsServerContext> tls)
    : server_(loop_, std::move(handler), std::move(options)), scope_(loop_) {
  server_.set_tls(std::move(tls));
  server_.listen(loopback(), false).value();
  port_ = server_.local().port;
  thread_ = std::thread([this] { loop_.run(); });
}

ServerRig::~ServerRig() {
  loop_.stop();
  thread_.join();
}

void ServerRig::on_loop(std::function<void()> work) {
  std::promise<void> done;
  loop_.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void ServerRig::start_drain(milliseconds patience) {
  on_loop([this, patience] { scope_.spawn(drain_server(server_, patience)); });
}

bool ServerRig::wait_until_empty() {
  const auto end = std::chrono::steady_clock::now() + seconds(5);
  while (std::chrono::steady_clock::now() < end) {
    std::size_t left = 0;
    on_loop([&] { left = server_.connections(); });
    if (left == 0) return true;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return false;
}

RawClient RawClient::unconnected() {
  RawClient client = adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  set_time_limit(client.fd_);
  return client;
}

RawClient::RawClient(std::uint16_t port) : RawClient(unconnected()) { connect(port); }

void RawClient::connect(std::uint16_t port) {
  const sockaddr_in address = address_of(port);
  LR_CHECK(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

RawClient::~RawClient() { close(); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::fill() {
  char piece[65536];
  const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
  if (got > 0) buffer_.append(piece, static_cast<std::size_t>(got));
  return got > 0;
}

std::string RawClient::read_until(std::string_view marker) {
  std::size_t at = buffer_.find(marker);
  while (at == std::string::npos) {
    if (!fill()) return std::exchange(buffer_, {});
    at = buffer_.find(marker);
  }
  std::string result = buffer_.substr(0, at + marker.size());
  buffer_.erase(0, at + marker.size());
  return result;
}

std::string RawClient::read_bytes(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  std::string result = buffer_.substr(0, count);
  buffer_.erase(0, result.size());
  return result;
}

std::string RawClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::ended() {
  char byte;
  const ssize_t got = ::recv(fd_, &byte, 1, 0);
  return buffer_.empty() && (got == 0 || (got < 0 && errno == ECONNRESET));
}

bool RawClient::gone() const {
  pollfd entry{fd_, POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) > 0;
}

void RawClient::half_close() { ::shutdown(fd_, SHUT_WR); }

void RawClient::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void RawClient::shrink_receive_buffer() {
  const int small = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
}

ScriptedUpstream::ScriptedUpstream(std::function<void(RawClient&)> script)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = address_of(0);
  socklen_t length = sizeof address;
  LR_CHECK(::bind(fd_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  LR_CHECK(::listen(fd_, 16) == 0);
  LR_CHECK(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, script = std::move(script)] { serve(script); });
}

void ScriptedUpstream::serve(const std::function<void(RawClient&)>& script) {
  while (true) {
    const int connection = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    set_time_limit(connection);
    ++accepted_;
    RawClient client = RawClient::adopt(connection);
    set_current(connection);
    script(client);
    set_current(-1);
  }
}

void ScriptedUpstream::set_current(int connection) {
  const std::lock_guard lock(mutex_);
  current_ = connection;
}

ScriptedUpstream::~ScriptedUpstream() {
  ::shutdown(fd_, SHUT_RDWR);
  {
    const std::lock_guard lock(mutex_);
    if (current_ >= 0) ::shutdown(current_, SHUT_RDWR);
  }
  thread_.join();
  ::close(fd_);
}

CertificateFiles::CertificateFiles(const std::string& host) {
  std::string pattern = (std::filesystem::temp_directory_path() / "lr-net-XXXXXX").string();
  LR_CHECK(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  certificate_ = folder_ + "/certificate.pem";
  key_ = folder_ + "/key.pem";
  const SelfSigned made = make_self_signed(host).value();
  std::ofstream(certificate_) << made.certificate;
  std::ofstream(key_) << made.key;
}

CertificateFiles::~CertificateFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace lr::net::testing
