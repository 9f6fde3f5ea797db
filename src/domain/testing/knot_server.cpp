#include "domain/testing/knot_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

namespace lr::domain {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;

void write_file(const path& file, const std::string& text) { std::ofstream(file) << text; }

std::string read_file(const path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// A port that is free for UDP now. Knot cannot choose one itself.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

/// Starts a program with its output in a file; -1 when that fails.
pid_t spawn(const std::vector<std::string>& words, const path& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -1;
}

std::string configuration(const path& folder, int port, const std::vector<KnotZone>& zones) {
  std::string text = fmt::format(
      "server:\n  rundir: {0}\n  listen: 127.0.0.1@{1}\n  udp-workers: 1\n  tcp-workers: 1\n"
      "  background-workers: 1\n"
      "log:\n  - target: stdout\n    any: info\n"
      "database:\n  storage: {0}\n"
      "policy:\n  - id: test\n    algorithm: ecdsap256sha256\n    single-type-signing: on\n"
      "    nsec3: off\n"
      "template:\n  - id: default\n    storage: {0}\n    zonefile-load: whole\n"
      "    zonefile-sync: -1\n"
      "zone:\n",
      folder.string(), port);
  for (const KnotZone& zone : zones) {
    text += fmt::format("  - domain: {0}\n    file: {0}.zone\n", zone.name);
    if (zone.sign) text += "    dnssec-signing: on\n    dnssec-policy: test\n";
  }
  return text;
}

/// Does the server answer a question for the SOA of `zone` with records in it?
bool answers(int port, const std::string& zone) {
  std::string question("\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  for (std::size_t at = 0; at <= zone.size();) {
    const std::size_t end = std::min(zone.find('.', at), zone.size());
    question += static_cast<char>(end - at);
    question += zone.substr(at, end - at);
    at = end + 1;
  }
  question += std::string("\x00\x00\x06\x00\x01", 5);
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const timeval patience{0, 100'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in to = loopback(port);
  ::sendto(fd, question.data(), question.size(), 0, reinterpret_cast<const sockaddr*>(&to),
           sizeof to);
  char answer[512];
  const ssize_t got = ::recv(fd, answer, sizeof answer, 0);
  ::close(fd);
  return got > 12 && (answer[3] & 0x0f) == 0 && answer[7] != 0;
}

}  // namespace

Result<std::unique_ptr<KnotServer>> KnotServer::start(const std::vector<KnotZone>& zones) {
  std::string pattern = (std::filesystem::temp_directory_path() / "lr-knot-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return fail(Code::kUnavailable, "no folder for Knot");
  const path folder = pattern;
  const int port = free_port();
  const path settings = folder / "knot.conf";
  for (const KnotZone& zone : zones) {
    write_file(folder / (zone.name + ".zone"),
               "$TTL 300\n$ORIGIN " + zone.name + ".\n" + zone.text);
  }
  write_file(settings, configuration(folder, port, zones));
  const pid_t child = spawn({"/usr/sbin/knotd", "-c", settings.string()}, folder / "knot.log");
  if (child < 0) return fail(Code::kUnavailable, "Knot DNS is not installed");
  std::unique_ptr<KnotServer> server(new KnotServer(folder, port, child));
  for (int tries = 0; tries < 100; ++tries) {
    bool all = true;
    for (const KnotZone& zone : zones) all = all && answers(port, zone.name);
    if (all) return server;
    std::this_thread::sleep_for(100ms);
  }
  return fail(Code::kUnavailable, "Knot DNS does not answer: " + read_file(folder / "knot.log"));
}

KnotServer::~KnotServer() {
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string KnotServer::address() const { return fmt::format("127.0.0.1@{}", port_); }

Result<std::string> KnotServer::trust_anchor(const std::string& zone) const {
  const path output = folder_ / "anchor.txt";
  const pid_t child =
      spawn({"/usr/sbin/keymgr", "-c", (folder_ / "knot.conf").string(), zone, "ds"}, output);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
    return fail(Code::kUnavailable, "keymgr failed: " + read_file(output));
  }
  // One line for each digest; SHA-256 (type 2) is what everybody understands.
  std::istringstream lines(read_file(output));
  for (std::string line; std::getline(lines, line);) {
    if (line.contains(" 13 2 ")) return line;
  }
  return fail(Code::kUnavailable, "keymgr knows no key of " + zone);
}

}  // namespace lr::domain
