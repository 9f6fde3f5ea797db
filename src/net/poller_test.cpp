#include "net/poller.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

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

/// Sockets of this process that a program it starts would inherit, by proc(5): asking the
/// descriptors themselves would race with the threads that use them.
std::size_t sockets_for_children() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (!target.starts_with("socket:")) continue;
    std::ifstream info("/proc/self/fdinfo/" + entry.path().filename().string());
    std::string word;
    unsigned flags = 0;
    while (info >> word && word != "flags:") {
    }
    info >> std::oct >> flags;
    if ((flags & O_CLOEXEC) == 0) ++count;
  }
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
