#include "domain/testing/knot_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "domain/testing/free_port.h"
#include "domain/testing/zone_signer.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 30s;  // A machine under load, with the sanitizers.

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  int family() const { return bytes.ss_family; }
};

SocketAddress endpoint(const std::string& ip, std::uint16_t port) {
  SocketAddress out;
  if (ip.contains(':')) {
    auto& six = reinterpret_cast<sockaddr_in6&>(out.bytes);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    ::inet_pton(AF_INET6, ip.c_str(), &six.sin6_addr);
    out.size = sizeof six;
  } else {
    auto& four = reinterpret_cast<sockaddr_in&>(out.bytes);
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    ::inet_pton(AF_INET, ip.c_str(), &four.sin_addr);
    out.size = sizeof four;
  }
  return out;
}

/// Knot takes no file named after the root.
std::string file_name(const KnotZone& zone) {
  return (zone.name == "." ? "root" : zone.name) + ".zone";
}

std::string configuration(const std::filesystem::path& folder, const KnotSettings& settings,
                          const std::vector<KnotZone>& zones) {
  std::string text = fmt::format("server:\n  rundir: {}\n", folder.string());
  for (const std::string& address : settings.addresses) {
    text += fmt::format("  listen: {}@{}\n", address, settings.port);
  }
  text += fmt::format(
      "  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n"
      "log:\n  - target: stdout\n    any: info\n"
      "database:\n  storage: {0}\n"
      "policy:\n  - id: test\n    algorithm: ecdsap256sha256\n    single-type-signing: on\n"
      "    nsec3: off\n"
      "template:\n  - id: default\n    storage: {0}\n    zonefile-load: whole\n"
      "    zonefile-sync: -1\n    journal-content: none\n{1}zone:\n",
      folder.string(), settings.sections);
  for (const KnotZone& zone : zones) {
    text +=
        fmt::format("  - domain: {}\n    file: {}\n", absolute_name(zone.name), file_name(zone));
    if (zone.sign) text += "    dnssec-signing: on\n    dnssec-policy: test\n";
    if (!zone.settings.empty()) text += "    " + zone.settings + "\n";
  }
  return text;
}

/// Does the server answer a question for the SOA of `zone` with records in it?
bool answers(const SocketAddress& to, const std::string& zone) {
  std::string question("\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  for (std::size_t at = 0; zone != "." && at <= zone.size();) {
    const std::size_t end = std::min(zone.find('.', at), zone.size());
    question += static_cast<char>(end - at);
    question += zone.substr(at, end - at);
    at = end + 1;
  }
  question += std::string("\x00\x00\x06\x00\x01", 5);
  const int fd = ::socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const timeval patience{0, 100'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::sendto(fd, question.data(), question.size(), 0, reinterpret_cast<const sockaddr*>(&to.bytes),
           to.size);
  char answer[512];
  const ssize_t got = ::recv(fd, answer, sizeof answer, 0);
  ::close(fd);
  return got > 12 && (answer[3] & 0x0f) == 0 && answer[7] != 0;
}

}  // namespace

Result<std::unique_ptr<KnotServer>> KnotServer::start(const std::vector<KnotZone>& zones,
                                                      const KnotSettings& settings) {
  LR_TRY(auto folder, ScratchFolder::make());
  std::unique_ptr<KnotServer> server(new KnotServer(std::move(folder), settings));
  if (server->settings_.port == 0) server->settings_.port = free_port();
  LR_TRY_VOID(server->launch(zones));
  return server;
}

Result<> KnotServer::launch(const std::vector<KnotZone>& zones) {
  for (const KnotZone& zone : zones) {
    folder_->write(file_name(zone),
                   "$TTL 300\n$ORIGIN " + absolute_name(zone.name) + "\n" + zone.text);
  }
  const auto file = folder_->write("knot.conf", configuration(folder_->path(), settings_, zones));
  LR_TRY(child_, ChildProcess::start({"/usr/sbin/knotd", "-c", file.string()},
                                     folder_->path() / "knot.log"));
  const SocketAddress to = endpoint(settings_.addresses.front(), settings_.port);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (child_->running() && std::chrono::steady_clock::now() < until) {
    bool all = true;
    for (const KnotZone& zone : zones) all = all && answers(to, zone.name);
    if (all) return {};
    std::this_thread::sleep_for(20ms);
  }
  return fail(Code::kUnavailable, "Knot DNS does not answer: " + child_->output());
}

std::string KnotServer::address() const {
  return fmt::format("{}@{}", settings_.addresses.front(), settings_.port);
}

Result<std::string> KnotServer::trust_anchor(const std::string& zone) const {
  LR_TRY(const std::string printed,
         run_program(
             {"/usr/sbin/keymgr", "-c", (folder_->path() / "knot.conf").string(), zone, "ds"}));
  // One line for each digest; SHA-256 (type 2) is what everybody understands.
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    if (line.contains(" 13 2 ")) return line;
  }
  return fail(Code::kUnavailable, "keymgr knows no key of " + zone);
}

}  // namespace lr::domain
