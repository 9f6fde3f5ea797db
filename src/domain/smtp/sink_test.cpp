#include "domain/smtp/sink.h"

#include <gtest/gtest.h>

#include "domain/smtp/session.h"
#include "domain/testing/process.h"
#include "net/http_client.h"
#include "net/testing/rig.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;
using net::testing::RawClient;

std::unique_ptr<SmtpSink> sink_for(const std::string& tag) {
  auto started = SmtpSink::start({.listen = net::testing::loopback(),
                                  .name = "sink.example",
                                  .recipient = "probe@acme.example",
                                  .tag = tag});
  EXPECT_TRUE(started) << started.error().detail();
  return std::move(*started);
}

std::vector<std::string> swaks(const SmtpSink& sink, const std::vector<std::string>& more) {
  std::vector<std::string> words{"/usr/bin/swaks",     "--server", sink.local().str(), "--to",
                                 "probe@acme.example", "--from",   "a@acme.example",   "--ehlo",
                                 "out.acme.example"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(SmtpSink, ARealClientDeliversOverTls) {
  const auto sink = sink_for("X-Tag: one");
  const auto said = run_program(
      swaks(*sink, {"--tls", "--add-header", "X-Tag: one", "--body", "..dots\n.\n.more"}));
  ASSERT_TRUE(said) << said.error().detail();
  const auto mail = sink->wait(Deadline::after(5s));
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->client.str(), "127.0.0.1");
  EXPECT_EQ(mail->helo, "out.acme.example");
  EXPECT_EQ(mail->mail_from, "a@acme.example");
  EXPECT_TRUE(mail->tls.starts_with("TLSv1.")) << mail->tls;
  EXPECT_NE(mail->bytes.find("X-Tag: one\r\n"), std::string::npos) << mail->bytes;
  EXPECT_NE(mail->bytes.find("\r\n..dots\r\n.\r\n.more\r\n"), std::string::npos) << mail->bytes;
}

TEST(SmtpSink, WithoutTlsIsSeen) {
  const auto sink = sink_for("");
  ASSERT_TRUE(run_program(swaks(*sink, {})));
  EXPECT_EQ(sink->wait(Deadline::after(5s)).value().tls, "");
}

TEST(SmtpSink, TakesNothingElse) {
  const auto sink = sink_for("X-Tag: one");
  EXPECT_FALSE(run_program(swaks(*sink, {"--to", "somebody@other.example"})));
  EXPECT_FALSE(run_program(swaks(*sink, {"--add-header", "X-Tag: two"})));
  EXPECT_FALSE(sink->wait(Deadline::after(0s)));
  EXPECT_NE(sink->refusals().find("without the tag"), std::string::npos);
  EXPECT_NE(sink->refusals().find("a recipient"), std::string::npos);
}

TEST(SmtpSink, CommandsBehindStarttlsEndTheConnection) {
  const auto sink = sink_for("");
  RawClient client(sink->local().port);
  client.read_until("\r\n");
  client.send("EHLO a.example\r\n");
  client.read_until("CODES\r\n");
  client.send("STARTTLS\r\nRSET\r\n");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(SmtpSink, KeepsTheOrderOfCommandsAndItsLimits) {
  const auto sink = sink_for("");
  RawClient client(sink->local().port);
  client.read_until("\r\n");
  client.send("DATA\r\n");
  EXPECT_TRUE(client.read_until("\r\n").starts_with("503"));
  client.send("RCPT TO:<probe@acme.example>\r\n");
  EXPECT_TRUE(client.read_until("\r\n").starts_with("503"));
  client.send("MAIL FROM:<>\r\nRCPT TO:<PROBE@acme.example>\r\nDATA\r\n");
  client.read_until("354 end with a dot\r\n");
  client.send("Subject: x\r\n\r\nhello\r\n.\r\n");
  EXPECT_TRUE(client.read_until("\r\n").starts_with("250"));
  EXPECT_EQ(sink->wait(Deadline::after(5s)).value().mail_from, "");
  client.send(std::string(65536, 'x'));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(SmtpSink, EndsWhileAClientIsSilent) {
  auto sink = sink_for("");
  RawClient client(sink->local().port);
  client.read_until("\r\n");
  sink.reset();
  EXPECT_EQ(client.read_to_end(), "");
}

}  // namespace
}  // namespace lr::domain
