// Starting, stopping, reloading, health: what an operator relies on.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include "guard/redirect.h"
#include "guard/testing/guard_fixture.h"
#include "net/testing/rig.h"

namespace lr::guard::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OperationsTest : public GuardTest {};

TEST_F(OperationsTest, ThePipelineIsPinned) {
  const std::string path = std::string(LR_SOURCE_DIR) + "/tests/golden/pipeline.txt";
  const std::string now = explain_pipeline();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << now;
  std::ostringstream pinned;
  pinned << std::ifstream(path).rdbuf();
  EXPECT_EQ(now, pinned.str()) << "run with UPDATE_GOLDEN=1 if the change is meant";
}

TEST_F(OperationsTest, APortInUseIsOneClearError) {
  start_with("");
  GuardOptions second = options_;
  second.listen->port = upstream_->port();
  const auto failed = start_guard(second, parts_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().detail(), HasSubstr(std::to_string(upstream_->port())));
  EXPECT_THAT(failed.error().detail(), Not(HasSubstr("\n")));
  EXPECT_EQ(get("/public").status, 200);
}

TEST_F(OperationsTest, ABadContractDoesNotStart) {
  write_contract("colour: blue");
  const auto failed = start_guard(options_, parts_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().detail(), HasSubstr("colour"));
}

TEST_F(OperationsTest, MissingKeysDoNotStart) {
  std::filesystem::remove(folder_ / "jwks.json");
  write_contract();
  const auto failed = start_guard(options_, parts_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().detail(), HasSubstr("jwks.json"));
}

TEST_F(OperationsTest, ABadContractNeverReplacesAGoodOne) {
  start_with("");
  write_contract("colour: blue");
  EXPECT_FALSE(guard_->reload().has_value());
  EXPECT_EQ(admin("POST", "/reload").status, 422);
  EXPECT_EQ(get("/public").status, 200);
  EXPECT_EQ(ledger_.events().back().kind, "contract.refused");
  write_contract("guard: { hosts: [only.example] }");
  EXPECT_EQ(admin("POST", "/reload").status, 200);
  EXPECT_EQ(get("/public").status, 421);
  EXPECT_EQ(ledger_.events()[ledger_.events().size() - 2].kind, "contract.reloaded");
}

TEST_F(OperationsTest, WhatNeedsARestartIsRefusedByName) {
  const net::testing::CertificateFiles files("chat.example");
  options_.admin.reset();
  options_.workers.reset();
  const std::string same = fmt::format("guard: {{ tls: {{ certificate: {}, key: {} }}, ",
                                       files.certificate(), files.key());
  start_with(same + "workers: 1, admin: none }");
  const std::pair<const char*, const char*> changes[] = {
      {"guard.admin", "workers: 1, admin: 127.0.0.1:1 }"},
      {"guard.workers", "workers: 2, admin: none }"},
      {"guard.redirect", "workers: 1, admin: none, redirect: 127.0.0.1:1 }"},
      {"guard.ledger_key", "workers: 1, admin: none, ledger_key: file:other.key }"},
  };
  for (const auto& [name, change] : changes) {
    write_contract(same + change);
    const auto reloaded = guard_->reload();
    ASSERT_FALSE(reloaded.has_value()) << name;
    EXPECT_THAT(reloaded.error().detail(), HasSubstr(std::string(name) + " changed: restart"));
  }
  write_contract(same + "workers: 1, admin: none, drain: 1s }");
  EXPECT_TRUE(guard_->reload().has_value());
}

TEST_F(OperationsTest, ALedgerThatCannotWriteStopsPrivateRoutesUntilItCan) {
  parts_.ledger = nullptr;  // The real one.
  const std::filesystem::path state = folder_ / "state";
  const std::filesystem::path away = folder_ / "away";
  std::filesystem::create_directory(state);
  options_.state_folder = state.string();
  start_with("");
  EXPECT_EQ(get("/private", bearer()).status, 200);
  std::filesystem::rename(state, away);
  EXPECT_TRUE(eventually([&] {
    get("/private");  // A refusal to write down.
    return get("/private", bearer()).status == 503;
  }));
  EXPECT_EQ(get("/public").status, 200);
  EXPECT_EQ(admin("GET", "/livez").status, 200);
  EXPECT_THAT(admin("GET", "/readyz").body, HasSubstr("ledger"));
  std::filesystem::rename(away, state);
  EXPECT_TRUE(eventually([&] { return get("/private", bearer()).status == 200; }));
}

TEST_F(OperationsTest, APageCannotReload) {
  start_with("");
  const Reply reply =
      send_to(guard_->admin_port(),
              "POST /reload HTTP/1.1\nHost: localhost\nOrigin: https://evil.example\n\n");
  EXPECT_EQ(reply.status, 403);
  const Reply rebound =
      send_to(guard_->admin_port(), "GET /metrics HTTP/1.1\nHost: evil.example\n\n");
  EXPECT_EQ(rebound.status, 421);
}

TEST_F(OperationsTest, ReloadsUnderLoadDropNothing) {
  start_with("");
  std::atomic<bool> stop{false};
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      while (!stop.load()) (get("/private", bearer()).status == 200 ? good : bad).fetch_add(1);
    });
  }
  for (int i = 0; i < 10; ++i) {
    const int before = good.load();
    write_contract(i % 2 == 0 ? "headers: { hsts: 1d }" : "");
    EXPECT_TRUE(guard_->reload().has_value());
    EXPECT_TRUE(eventually([&] { return good.load() > before + 3; }));
  }
  stop.store(true);
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(bad.load(), 0);
}

TEST_F(OperationsTest, DrainLetsRunningRequestsEnd) {
  start_with("");
  Wire wire(guard_->port());
  wire.send("GET /public?answer=late HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(upstream_->wait_for_requests(1));
  std::thread stopping([&] { guard_->stop(); });
  EXPECT_TRUE(eventually([&] { return admin("GET", "/readyz").status == 503; }));
  EXPECT_THAT(admin("GET", "/readyz").body, HasSubstr("draining"));
  upstream_->release();
  EXPECT_EQ(parse_reply(wire.read_all()).status, 200);
  stopping.join();
  Wire late(guard_->port());
  EXPECT_EQ(late.read_all(), "");
}

TEST_F(OperationsTest, HealthTellsTheTruthAboutTheUpstream) {
  start_with("");
  EXPECT_EQ(admin("GET", "/livez").status, 200);
  EXPECT_EQ(admin("GET", "/readyz").status, 200);
  upstream_.reset();
  EXPECT_TRUE(eventually([&] { return admin("GET", "/readyz").status == 503; }));
  EXPECT_EQ(admin("GET", "/livez").status, 200);
  EXPECT_EQ(admin("GET", "/secrets").status, 404);
}

TEST_F(OperationsTest, MetricsCountByTemplateAndNameNobody) {
  start_with("");
  get("/notes/n-alice", bearer());
  get("/notes/n-bob", bearer());
  get("/private");
  get("/.env");
  const std::string text = admin("GET", "/metrics").body;
  EXPECT_THAT(text, HasSubstr("launchready_requests_total{route=\"/notes/{note}\",method=\"GET\","
                              "status=\"2xx\"} 1"));
  EXPECT_THAT(text, HasSubstr("launchready_requests_total{route=\"/notes/{note}\",method=\"GET\","
                              "status=\"4xx\"} 1"));
  EXPECT_THAT(text, HasSubstr("launchready_refused_total{reason=\"not_owner\"} 1"));
  EXPECT_THAT(text, HasSubstr("launchready_refused_total{reason=\"no_credential\"} 1"));
  EXPECT_THAT(text, HasSubstr("launchready_refused_total{reason=\"no_such_route\"} 1"));
  EXPECT_THAT(text, HasSubstr("launchready_request_duration_seconds_bucket{route=\"/private\""));
  EXPECT_THAT(text, Not(HasSubstr("alice")));
  EXPECT_THAT(text, Not(HasSubstr(".env")));
}

TEST_F(OperationsTest, TheLogHoldsNoSecret) {
  const std::string path = (folder_ / "log.json").string();
  auto log = Log::to_file(path);
  ASSERT_TRUE(log.has_value());
  parts_.log = log->get();
  options_.quiet = false;
  start_with("");
  const std::string secret_token = token({.user = "alice@mail.example"});
  const Reply reply = post(
      "/private?q=query-secret",
      "Cookie: sid=cookie-secret\nAuthorization: Bearer " + secret_token + "\n", "body-secret");
  EXPECT_EQ(reply.status, 200);
  get("/.env?raw-path-secret");
  guard_->stop();
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("\"request_id\":\"" + reply.field("X-Request-Id") + "\""));
  EXPECT_THAT(text.str(), HasSubstr("\"route\":\"/private\",\"status\":200"));
  for (const std::string& secret :
       {secret_token, std::string("query-secret"), std::string("cookie-secret"),
        std::string("body-secret"), std::string("raw-path-secret"), std::string("mail.example")}) {
    EXPECT_THAT(text.str(), Not(HasSubstr(secret)));
  }
}

TEST_F(OperationsTest, SeveralWorkersShareOnePort) {
  options_.workers = 3;
  start_with("");
  for (int i = 0; i < 12; ++i) EXPECT_EQ(get("/limited-by-ip").status, i == 0 ? 200 : 429);
}

TEST(RedirectTarget, StaysOnTheSameHost) {
  const RedirectRule rule{.hosts = {"chat.example"}, .public_authority = "", .port = 8443};
  EXPECT_EQ(redirect_target(rule, "chat.example", "/a?b=c"), "https://chat.example:8443/a?b=c");
  EXPECT_EQ(redirect_target(rule, "Chat.Example:80", "/"), "https://Chat.Example:8443/");
  EXPECT_EQ(redirect_target(rule, "evil.example", "/"), "");
  EXPECT_EQ(redirect_target(rule, "chat.example@evil.example", "/"), "");
  EXPECT_EQ(redirect_target(rule, "chat.example", "//evil.example/"), "");
  const RedirectRule product{.hosts = {}, .public_authority = "chat.example", .port = 8443};
  EXPECT_EQ(redirect_target(product, "chat.example", "/x"), "https://chat.example/x");
  EXPECT_EQ(redirect_target(product, "other.example", "/x"), "");
}

}  // namespace
}  // namespace lr::guard::testing
