#include "domain/testing/scripted_dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace lr::domain {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMessageMost = 65'535;

std::string be16(std::size_t value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}

std::size_t read_be16(std::string_view bytes, std::size_t at) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

std::optional<ScriptedQuestion> parse(std::string_view message, bool tcp) {
  ScriptedQuestion out;
  if (message.size() < kHeader) return std::nullopt;
  out.id = message.substr(0, 2);
  out.tcp = tcp;
  std::size_t at = kHeader;
  while (at < message.size() && message[at] != 0) {
    const auto length = static_cast<unsigned char>(message[at]);
    if (length > 63 || at + 1 + length >= message.size()) return std::nullopt;
    if (!out.name.empty()) out.name += '.';
    out.name += message.substr(at + 1, length);
    at += 1U + length;
  }
  if (at + 5 > message.size()) return std::nullopt;
  std::ranges::transform(out.name, out.name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  out.type = static_cast<std::uint16_t>(read_be16(message, at + 1));
  out.section = message.substr(kHeader, at + 5 - kHeader);
  return out;
}

bool bind_to(int fd, const std::string& ip, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr) == 1 &&
         ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool read_exactly(int fd, std::string& out, std::size_t size) {
  out.resize(size);
  for (std::size_t got = 0; got < size;) {
    const ssize_t some = ::recv(fd, out.data() + got, size - got, 0);
    if (some <= 0) return false;
    got += static_cast<std::size_t>(some);
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<ScriptedDns>> ScriptedDns::start(const std::string& address,
                                                        std::uint16_t port, Script script) {
  std::unique_ptr<ScriptedDns> server(new ScriptedDns(std::move(script)));
  server->udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  server->tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!bind_to(server->udp_, address, port) || !bind_to(server->tcp_, address, port) ||
      ::listen(server->tcp_, 16) != 0) {
    return fail(Code::kUnavailable,
                "port " + std::to_string(port) + " of " + address + " is taken");
  }
  server->thread_ = std::jthread([&s = *server](std::stop_token stop) { s.serve(stop); });
  return server;
}

ScriptedDns::~ScriptedDns() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  ::close(udp_);
  ::close(tcp_);
}

void ScriptedDns::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd entries[] = {{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}};
    if (::poll(entries, 2, 50) <= 0) continue;
    if ((entries[0].revents & POLLIN) != 0) answer_datagram();
    if ((entries[1].revents & POLLIN) != 0) answer_connection();
  }
}

void ScriptedDns::answer_datagram() const {
  std::string message(kMessageMost, '\0');
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const ssize_t got = ::recvfrom(udp_, message.data(), message.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
  if (got <= 0) return;
  message.resize(static_cast<std::size_t>(got));
  const auto question = parse(message, false);
  if (!question) return;
  const std::string answer = script_(*question);
  if (answer.empty()) return;
  ::sendto(udp_, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
}

void ScriptedDns::answer_connection() {
  const int fd = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  const timeval patience{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  // Resolvers keep a connection for further questions (RFC 7766): each has a thread.
  connections_.emplace_back([this, fd] {
    std::string length, message;
    while (read_exactly(fd, length, 2) && read_exactly(fd, message, read_be16(length, 0))) {
      const auto question = parse(message, true);
      const std::string answer = question ? script_(*question) : "";
      if (answer.empty() || answer.size() > kMessageMost) break;
      const std::string framed = be16(answer.size()) + answer;
      if (::send(fd, framed.data(), framed.size(), MSG_NOSIGNAL) < 0) break;
    }
    ::close(fd);
  });
}

std::string scripted_answer(const ScriptedQuestion& question, std::string_view flags,
                            const std::vector<std::string>& records) {
  std::string out = question.id + std::string(flags) + be16(1) + be16(records.size()) +
                    std::string(4, '\0') + question.section;
  for (const std::string& record : records) out += record;
  return out;
}

std::string scripted_record(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                            std::string_view rdata) {
  return wire_name(owner) + be16(type) + be16(1) + be16(ttl >> 16) + be16(ttl & 0xffff) +
         be16(rdata.size()) + std::string(rdata);
}

std::string wire_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    out += static_cast<char>(dot);
    out += name.substr(0, dot);
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return out + '\0';
}

}  // namespace lr::domain
