#include "domain/testing/free_port.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace lr::domain {
namespace {

/// Two servers of one laboratory with the same port each had the settings of the last one.
TEST(FreePort, IsGivenAwayOnce) {
  constexpr std::size_t kMany = 300;
  int first_of_clients = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first_of_clients;
  std::set<std::uint16_t> ports;
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::uint16_t port = free_port();
    EXPECT_NE(port, 0);
    if (first_of_clients > 20'000) EXPECT_LT(port, first_of_clients);
    ports.insert(port);
  }
  EXPECT_EQ(ports.size(), kMany);
  // Nor to another program.
  const pid_t other = ::fork();
  if (other == 0) {
    for (std::size_t i = 0; i < kMany; ++i) {
      if (ports.contains(free_port())) ::_exit(1);
    }
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(other, &status, 0), other);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lr::domain
