#include "net/poller.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "net/socket_stream.h"
#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::url_of;

struct Counter final : Poller::Entry {
  void on_ready(std::uint32_t) override { ++reports; }
  void abandon() override {}
  int reports = 0;
};

Task<> pass_time() { co_return co_await sleep_for(milliseconds(20)); }

/// A child process holds copies of the descriptors that were open when it began: an entry that was
/// removed was reported, after it had been destroyed, for as long as the child lived.
TEST(Poller, SaysNothingOfARemovedEntryWhoseDescriptorIsHeldElsewhere) {
  EventLoop loop;
  std::array<int, 2> ends;
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  Counter counter;
  ASSERT_FALSE(loop.poller().add(ends[0], counter));
  static_cast<void>(loop.block_on(pass_time()));
  const int before = counter.reports;
  EXPECT_GT(before, 0) << "it can be written to";
  const int copy = ::dup(ends[0]);
  loop.poller().remove(ends[0], counter);
  ::close(ends[0]);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  static_cast<void>(loop.block_on(pass_time()));
  EXPECT_EQ(counter.reports, before);
  ::close(copy);
  ::close(ends[1]);
}

/// Sockets of this process that a program it starts would inherit.
std::size_t sockets_for_children() {
  DIR* folder = ::opendir("/proc/self/fd");
  std::size_t count = 0;
  while (const dirent* entry = ::readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    struct stat about{};
    const bool is_socket =
        entry->d_name[0] != '.' && ::fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
    if (is_socket && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) ++count;
  }
  ::closedir(folder);
  return count;
}

Task<std::size_t> look_with_a_client_open(EventLoop& loop, std::uint16_t port) {
  const text::Url url = url_of(port);
  LR_CO_TRY(auto stream, co_await connect(loop, url, nullptr, Deadline::after(seconds(5))));
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(50)));  // The server has accepted by then.
  co_return sockets_for_children();
}

TEST(SocketStream, NoProgramStartedFromHereInheritsASocket) {
  const std::size_t before = sockets_for_children();
  testing::ServerRig rig([](ServerExchange&) -> Task<> { co_return Result<>(); });
  EventLoop loop;
  EXPECT_EQ(loop.block_on(look_with_a_client_open(loop, rig.port())).value(), before);
}

}  // namespace
}  // namespace lr::net
