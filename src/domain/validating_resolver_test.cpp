#include "domain/validating_resolver.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "domain/testing/knot_server.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;

constexpr const char* kZone =
    "@ SOA ns hostmaster 1 3600 600 86400 300\n"
    "@ NS ns\n"
    "ns A 127.0.0.1\n"
    "@ A 192.0.2.1\n"
    "www CNAME @\n"
    "old CNAME gone\n"
    "bare CNAME ns\n"
    "@ MX 10 mail\n"
    "@ TXT \"v=spf1 \" \"-all\"\n"
    "@ CAA 0 issue \"ca.example\"\n";

/// One server for all tests: it takes a second to start.
class ValidatingResolverTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = KnotServer::start({{.name = "signed.test", .text = kZone, .sign = true},
                                      {.name = "plain.test", .text = kZone, .sign = false}});
    ASSERT_TRUE(started) << started.error().detail();
    server_ = std::move(*started);
  }
  static void TearDownTestSuite() { server_.reset(); }
  static ResolverSettings settings() {
    return {.forwarders = {},
            .stubs = {{"signed.test", server_->address()}, {"plain.test", server_->address()}},
            .trust_anchors = {*server_->trust_anchor("signed.test")},
            .patience = 5s};
  }
  static std::unique_ptr<ValidatingResolver> make(const ResolverSettings& settings) {
    auto resolver = ValidatingResolver::make(settings);
    EXPECT_TRUE(resolver) << resolver.error().detail();
    return resolver ? std::move(*resolver) : nullptr;
  }

  static inline std::unique_ptr<KnotServer> server_;
};

TEST_F(ValidatingResolverTest, SignedAnswersAreSecureAlsoWhenTheySayNo) {
  const auto resolver = make(settings());
  const Answer text = resolver->query("signed.test", RecordType::kTxt);
  EXPECT_EQ(text.outcome, Outcome::kAnswer) << text.why;
  EXPECT_EQ(text.trust, Trust::kSecure);
  EXPECT_EQ(text.all<Text>().at(0).joined(), "v=spf1 -all");
  const Answer nothing = resolver->query("nothing.signed.test", RecordType::kA);
  EXPECT_EQ(nothing.outcome, Outcome::kNxDomain);
  EXPECT_EQ(nothing.trust, Trust::kSecure);
  EXPECT_EQ(resolver->query("signed.test", RecordType::kAaaa).outcome, Outcome::kNoData);
}

TEST_F(ValidatingResolverTest, ReadsEveryKindOfRecord) {
  const auto resolver = make(settings());
  const Answer alias = resolver->query("www.plain.test", RecordType::kA);
  EXPECT_EQ(alias.trust, Trust::kInsecure);
  EXPECT_EQ(alias.aliases, (std::vector<std::string>{"plain.test"}));
  EXPECT_EQ(alias.all<text::IpAddress>().at(0).str(), "192.0.2.1");
  EXPECT_EQ(resolver->query("plain.test", RecordType::kMx).all<MailExchange>().at(0).host,
            "mail.plain.test");
  EXPECT_EQ(resolver->query("plain.test", RecordType::kCaa).all<CertificateAuthority>().at(0).value,
            "ca.example");
  EXPECT_EQ(resolver->query("plain.test", RecordType::kSoa).all<StartOfAuthority>().at(0).retry,
            600u);
  EXPECT_EQ(resolver->query("signed.test", RecordType::kDnskey).all<DnsKey>().at(0).algorithm, 13);
}

TEST_F(ValidatingResolverTest, AnAliasOfNothingIsStillAnAlias) {
  const auto resolver = make(settings());
  for (const std::string zone : {"signed.test", "plain.test"}) {
    const Answer gone = resolver->query("old." + zone, RecordType::kA);
    EXPECT_EQ(gone.outcome, Outcome::kNxDomain);
    EXPECT_EQ(gone.aliases, std::vector<std::string>{"gone." + zone});
    const Answer bare = resolver->query("bare." + zone, RecordType::kTxt);
    EXPECT_EQ(bare.outcome, Outcome::kNoData);
    EXPECT_EQ(bare.aliases, std::vector<std::string>{"ns." + zone});
  }
}

TEST_F(ValidatingResolverTest, AWrongAnchorMakesAnswersBogusAndSaysWhy) {
  ResolverSettings wrong = settings();
  wrong.trust_anchors = {"signed.test. DS 12345 13 2 " + std::string(64, 'a')};
  const Answer answer = make(wrong)->query("signed.test", RecordType::kTxt);
  EXPECT_EQ(answer.outcome, Outcome::kFailed);
  EXPECT_EQ(answer.trust, Trust::kBogus);
  EXPECT_NE(answer.why, "");
}

TEST_F(ValidatingResolverTest, SilenceEndsInTimeAndIsNotAnAnswer) {
  ResolverSettings silent = settings();
  silent.stubs.push_back({"silent.test", "127.0.0.1@9"});
  silent.patience = 300ms;
  const auto resolver = make(silent);
  const auto before = std::chrono::steady_clock::now();
  const Answer answer = resolver->query("silent.test", RecordType::kA);
  EXPECT_TRUE(answer.failed());
  EXPECT_NE(answer.why, "");
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST_F(ValidatingResolverTest, ManyThreadsMayAsk) {
  const auto resolver = make(settings());
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 20; ++n) {
          right += resolver->query("signed.test", RecordType::kMx).trust == Trust::kSecure ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, 160);
}

std::set<std::string> threads_of_this_process() {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    out.insert(entry.path().string());
  }
  return out;
}

/// proc_pid_status(5), SigBlk.
bool blocks(const std::string& task, int signal) {
  std::ifstream status(task + "/status");
  std::string line;
  while (std::getline(status, line) && !line.starts_with("SigBlk:")) {
  }
  return !line.empty() && (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1U) != 0;
}

TEST_F(ValidatingResolverTest, AServerThatClosesAConnectionEndsNoProgram) {
  const auto resolver = make(settings());
  const std::set<std::string> before = threads_of_this_process();
  EXPECT_FALSE(resolver->query("plain.test", RecordType::kA).failed());
  std::size_t fresh = 0;
  for (const std::string& task : threads_of_this_process()) {
    if (before.contains(task)) continue;
    ++fresh;
    EXPECT_TRUE(blocks(task, SIGPIPE)) << "libunbound writes to sockets in this thread";
  }
  EXPECT_GE(fresh, 1U);
  EXPECT_FALSE(blocks("/proc/thread-self", SIGPIPE));
}

TEST_F(ValidatingResolverTest, TheBudgetOfQuestionsIsKept) {
  ResolverSettings few = settings();
  few.questions_max = 2;
  const auto resolver = make(few);
  EXPECT_FALSE(resolver->query("plain.test", RecordType::kA).failed());
  EXPECT_FALSE(resolver->query("plain.test", RecordType::kMx).failed());
  EXPECT_EQ(resolver->query("plain.test", RecordType::kTxt).why, "more than 2 questions");
}

TEST(ValidatingResolver, NamesThatCannotBeAskedDoNotExist) {
  auto resolver = ValidatingResolver::make(
      {.forwarders = {"127.0.0.1@9"}, .stubs = {}, .trust_anchors = {}, .trust_anchor_file = ""});
  ASSERT_TRUE(resolver);
  EXPECT_EQ((*resolver)->query(std::string(64, 'a') + ".test", RecordType::kA).outcome,
            Outcome::kNxDomain);
  EXPECT_EQ((*resolver)->query("a..test", RecordType::kA).outcome, Outcome::kNxDomain);
}

TEST(ValidatingResolver, ASettingThatIsWrongIsNamed) {
  const auto resolver = ValidatingResolver::make({.forwarders = {"not an address"},
                                                  .stubs = {},
                                                  .trust_anchors = {},
                                                  .trust_anchor_file = ""});
  ASSERT_FALSE(resolver);
  EXPECT_NE(resolver.error().detail().find("not an address"), std::string::npos);
}

}  // namespace
}  // namespace lr::domain
