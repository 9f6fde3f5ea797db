#include "domain/dns/server_query.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "domain/dns/server_survey.h"
#include "domain/rdata_text.h"
#include "domain/rdata_wire.h"
#include "domain/testing/knot_server.h"

namespace lr::domain {
namespace {

std::string zone_text() {
  std::string text =
      "@ SOA ns hostmaster 7 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n@ MX 10 mail\n"
      "_sip._tcp SRV 1 2 5060 mail\n";
  for (int i = 0; i < 40; ++i) {
    text += "big TXT \"" + std::string(100, 'x') + std::to_string(i) + "\"\n";
  }
  return text;
}

class ServerQueryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = KnotServer::start(
        {{.name = "open.test", .text = zone_text(), .sign = true, .settings = "acl: open"},
         {.name = "shut.test", .text = zone_text()}},
        {.sections = "acl:\n  - id: open\n    address: 0.0.0.0/0\n    action: transfer\n"});
    ASSERT_TRUE(started) << started.error().detail();
    server_ = std::move(*started);
  }
  static void TearDownTestSuite() { server_.reset(); }
  static net::Endpoint endpoint() { return {*text::parse_ip("127.0.0.1"), server_->port()}; }
  static inline std::unique_ptr<KnotServer> server_;
};

TEST_F(ServerQueryTest, ReadsHeaderSectionsAndCompressedNames) {
  const auto answer = ask_server(endpoint(), {.name = "Open.TEST", .type = RecordType::kMx});
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_TRUE(answer->authoritative);
  EXPECT_FALSE(answer->recursion_available);
  EXPECT_TRUE(answer->edns);
  EXPECT_EQ(answer->rcode, Rcode::kNoError);
  ASSERT_EQ(answer->answer.size(), 2u);  // With its signature, because DO was set.
  EXPECT_EQ(std::get<MailExchange>(answer->answer[0].data).host, "mail.open.test");
  ASSERT_EQ(answer->answer[1].type, RecordType::kRrsig);
  const auto signature = parse_signature(std::get<Opaque>(answer->answer[1].data).wire);
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->covered, RecordType::kMx);
  EXPECT_EQ(signature->algorithm, 13);
  EXPECT_EQ(signature->signer, "open.test");
  EXPECT_GT(signature->expiration, signature->inception);
}

TEST_F(ServerQueryTest, AForeignNameIsRefused) {
  const auto answer = ask_server(endpoint(), {.name = "elsewhere.example", .recursion = true});
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_EQ(answer->rcode, Rcode::kRefused);
}

TEST_F(ServerQueryTest, ACutAnswerIsAskedForAgainOverTcp) {
  const Question question{.name = "big.shut.test", .type = RecordType::kTxt};
  const auto cut = ask_server(endpoint(), question, Transport::kUdpOnly);
  ASSERT_TRUE(cut) << cut.error().detail();
  EXPECT_TRUE(cut->truncated);
  const auto whole = ask_server(endpoint(), question);
  ASSERT_TRUE(whole) << whole.error().detail();
  EXPECT_EQ(whole->answer.size(), 40u);
}

TEST_F(ServerQueryTest, AZoneThatIsHandedOutIsSeen) {
  const auto open = try_transfer(endpoint(), "open.test");
  ASSERT_TRUE(open) << open.error().detail();
  EXPECT_TRUE(open->open);
  EXPECT_GT(open->records, 40u);
  EXPECT_THAT(open->first_names, ::testing::HasSubstr("big.open.test"));
  const auto shut = try_transfer(endpoint(), "shut.test");
  ASSERT_TRUE(shut) << shut.error().detail();
  EXPECT_FALSE(shut->open);
}

/// A UDP server that answers every question with what `answer` makes of it.
class OddServer {
 public:
  explicit OddServer(std::function<std::vector<std::string>(std::string)> answer)
      : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread(
        [this, answer = std::move(answer)](const std::stop_token& stop) { serve(stop, answer); });
  }
  ~OddServer() {
    thread_.request_stop();
    thread_.join();
    ::close(fd_);
  }
  net::Endpoint endpoint() const { return {*text::parse_ip("127.0.0.1"), port_}; }

 private:
  void serve(const std::stop_token& stop,
             const std::function<std::vector<std::string>(std::string)>& answer) const {
    const timeval patience{0, 20'000};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (!stop.stop_requested()) {
      std::string question(600, '\0');
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got = ::recvfrom(fd_, question.data(), question.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) continue;
      question.resize(static_cast<std::size_t>(got));
      for (const std::string& out : answer(question)) {
        ::sendto(fd_, out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
      }
    }
  }

  int fd_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

std::string reply_to(std::string question) {
  question[2] = static_cast<char>(0x84);
  return question;
}

TEST(ServerQuery, AnswersWithAnotherIdAreDropped) {
  const OddServer server([](std::string question) {
    std::string forged = reply_to(question);
    forged[0] = static_cast<char>(forged[0] ^ 1);
    return std::vector<std::string>{forged, "", "x", reply_to(question)};
  });
  const auto answer = ask_server(server.endpoint(), {.name = "a.test"});
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_TRUE(answer->authoritative);
}

TEST(ServerQuery, ALotOfForgeriesEnds) {
  const OddServer server(
      [](const std::string&) { return std::vector<std::string>(100, "forged"); });
  const auto answer = ask_server(server.endpoint(), {.name = "a.test"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Code::kResourceExhausted);
}

TEST(ServerQuery, AnotherQuestionsAnswerIsNone) {
  const OddServer server([](std::string question) {
    question[13] = 'b';
    return std::vector<std::string>{reply_to(question)};
  });
  const auto answer =
      ask_server(server.endpoint(), {.name = "a.test"}, Transport::kUdp, milliseconds(300));
  EXPECT_FALSE(answer);
}

TEST(ServerQuery, SilenceAndAClosedPortEndInTime) {
  const OddServer silent([](const std::string&) { return std::vector<std::string>{}; });
  const auto late =
      ask_server(silent.endpoint(), {.name = "a.test"}, Transport::kUdp, milliseconds(100));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Code::kDeadlineExceeded);
  const net::Endpoint closed{*text::parse_ip("127.0.0.1"), 9};
  const auto refused = ask_server(closed, {.name = "a.test"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kUnavailable);
  const net::Endpoint both[] = {closed, silent.endpoint()};
  EXPECT_EQ(ask_servers(both, {.name = "a.test"}).error().code(), Code::kDeadlineExceeded);
}

TEST(ServerSurvey, AServerWithoutTcpIsSeen) {
  const OddServer server(
      [](std::string question) { return std::vector<std::string>{reply_to(question)}; });
  class Nobody final : public Resolver {
    Answer query(std::string_view /*name*/, RecordType /*type*/) override { return {}; }
  } nobody;
  const Network network{.resolver = nobody, .ports = {{53, server.endpoint().port}}};
  const auto reports = survey_servers(network, "a.test",
                                      {{"ns.a.test", {.all = {server.endpoint().ip}, .why = {}}}});
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].authority.state, Observation::State::kBad);
  EXPECT_EQ(reports[0].tcp.state, Observation::State::kBad);
  EXPECT_EQ(reports[0].transfer.state, Observation::State::kUnknown);
}

std::string message(std::string_view body, int answers) {
  std::string out("\0\1\x84\0\0\0\0", 7);
  out += static_cast<char>(answers);
  out += std::string(4, '\0');
  return out + std::string(body);
}

TEST(DnsMessage, WhatIsNoneIsRefusedWithTheReason) {
  const std::string record("\1a\0\0\1\0\1\0\0\0\5\0\4\300\0\2\1", 17);
  EXPECT_TRUE(parse_message(message(record, 1)));
  const std::pair<std::string, const char*> cases[] = {
      {"", "is cut off"},
      {message(record.substr(0, 16), 1), "is cut off"},
      {message(record + "x", 1), "goes on after its end"},
      {message(record, 2), "is cut off"},
      {message("\xc0\x0c", 1), "does not lead backwards"},
      {message("\1a\xc0\x0c", 1), "does not lead backwards"},
      {message("\xff", 1), "is cut off"},
      {message("\x40", 1), "a label of an unknown kind"},
      {message(std::string("\0\0\2\0\1\0\0\0\5\0\1\1a\0", 14), 1), "longer than it says"},
      {message(std::string("\0\0\1\0\1\0\0\0\5\0\3abc", 14), 1), "cut off"},
  };
  for (const auto& [wire, why] : cases) {
    const auto parsed = parse_message(wire);
    ASSERT_FALSE(parsed) << why;
    EXPECT_THAT(parsed.error().detail(), ::testing::HasSubstr(why));
  }
  std::string many = message("", 0);
  many[7] = '\x20';
  many[6] = '\x20';
  EXPECT_THAT(parse_message(many).error().detail(), ::testing::HasSubstr("too many records"));
}

TEST(DnsMessage, ALongChainOfPointersEndsAtTheLongestName) {
  std::string wire = message("", 1);
  wire[5] = 1;  // A question whose name points back and back.
  std::string body;
  std::size_t before = 0;
  for (int i = 0; i < 200; ++i) {
    const std::size_t here = wire.size() + body.size();
    body += "\1a";
    if (i == 0) {
      body += '\0';
    } else {
      body += static_cast<char>(0xc0 | before >> 8);
      body += static_cast<char>(before & 0xff);
    }
    before = here;
  }
  EXPECT_FALSE(parse_message(wire + body));
}

TEST(DnsMessage, QuestionsAreWrittenAsOthersReadThem) {
  const std::string wire = encode_question({.name = "a.test", .type = RecordType::kMx}, 0x1234);
  EXPECT_EQ(wire.substr(0, 4), std::string("\x12\x34\0\0", 4));
  const auto read = parse_message(wire);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->question, "a.test");
  EXPECT_EQ(read->question_type, RecordType::kMx);
  EXPECT_TRUE(read->edns);
  EXPECT_FALSE(read->response);
}

}  // namespace
}  // namespace lr::domain
