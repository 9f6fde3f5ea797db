#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>

#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::RawClient;
using testing::ServerRig;

Task<> answer(ServerExchange& exchange) {
  co_return co_await exchange.send(200, text::Fields(), "ok");
}
Task<> answer_body(ServerExchange& exchange) {
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(1000));
  co_return co_await exchange.send(200, text::Fields(), body);
}

TEST(HttpServerListen, ATakenPortIsAnErrorThatNamesIt) {
  for (const bool reuse_port : {false, true}) {
    testing::ScriptedUpstream other([](RawClient&) {});
    EventLoop loop;
    HttpServer server(loop, answer);
    Result<> listening = server.listen(testing::loopback(other.port()), reuse_port);
    ASSERT_FALSE(listening);
    EXPECT_EQ(listening.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(listening.error().detail(),
              "cannot listen on 127.0.0.1:" + std::to_string(other.port()) +
                  ": address already in use; choose another address or port");
  }
}

TEST(HttpServerListen, LoopsOfOneProcessShareAPort) {
  EventLoop first_loop;
  EventLoop second_loop;
  HttpServer first(first_loop, answer);
  HttpServer second(second_loop, answer);
  ASSERT_TRUE(first.listen(testing::loopback(), true));
  EXPECT_TRUE(second.listen(first.local(), true));
}

TEST(HttpServerListen, OverItsBoundItClosesAtOnceAndRecovers) {
  ServerOptions options;
  options.connections_max = 1;
  ServerRig rig(answer_body, options);
  {
    RawClient first(rig.port());
    first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(first.read_until("\r\n\r\n"), "");
    RawClient second(rig.port());
    EXPECT_TRUE(second.ended());
  }
  EXPECT_TRUE(rig.wait_until_empty());
  RawClient third(rig.port());
  third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(third.read_until("\r\n").starts_with("HTTP/1.1 200"));
}

/// Leaves the process without a free descriptor while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// The waiting connection stays readable, so that a naive loop would spin.
TEST(HttpServerListen, OutOfDescriptorsItPausesAndGoesOn) {
  ServerRig rig(answer);
  RawClient client = RawClient::unconnected();
  {
    const NoDescriptors full;
    const std::clock_t before = std::clock();
    client.connect(rig.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    std::this_thread::sleep_for(milliseconds(250));
    EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 8);
  }
  EXPECT_TRUE(client.read_until("\r\n").starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace lr::net
