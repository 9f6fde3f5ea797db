#include "domain/testing/free_port.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <fstream>
#include <random>

namespace lr::domain {
namespace {

constexpr std::uint16_t kLowest = 10'240;
constexpr std::uint16_t kUsualFirstOfClients = 32'768;
constexpr int kTries = 2'000;

/// Where the ports begin that the kernel gives to clients.
std::uint16_t first_of_clients() {
  int first = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first;
  const bool room = first > kLowest + kTries && first <= 65'535;
  return room ? static_cast<std::uint16_t>(first) : kUsualFirstOfClients;
}

bool is_free(int kind, std::uint16_t port) {
  const int fd = ::socket(AF_INET, kind | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

/// An abstract name that one program at a time can have; it goes with the program.
bool reserve(std::uint16_t port) {
  const std::string name = fmt::format("launch-ready-test-port-{}", port);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0) return true;
  ::close(fd);
  return false;
}

}  // namespace

std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> ports(kLowest, first_of_clients() - 1);
  for (int tries = 0; tries < kTries; ++tries) {
    const std::uint16_t port = ports(random);
    if (is_free(SOCK_STREAM, port) && is_free(SOCK_DGRAM, port) && reserve(port)) return port;
  }
  return 0;
}

}  // namespace lr::domain
