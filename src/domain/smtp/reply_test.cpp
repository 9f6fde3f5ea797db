#include "domain/smtp/reply.h"

#include <gtest/gtest.h>

namespace lr::domain {
namespace {

SmtpReply parsed(std::string_view bytes) {
  SmtpReply reply;
  const auto taken = parse_smtp_reply(bytes, reply);
  EXPECT_TRUE(taken && *taken == bytes.size()) << bytes;
  return reply;
}

Code refusal(std::string_view bytes) {
  SmtpReply reply;
  const auto taken = parse_smtp_reply(bytes, reply);
  EXPECT_FALSE(taken) << bytes.substr(0, 80);
  return taken ? Code::kInternal : taken.error().code();
}

TEST(SmtpReply, OneLineAndMany) {
  const SmtpReply one = parsed("250 2.1.5 Ok\r\n");
  EXPECT_EQ(one.code, 250);
  EXPECT_EQ(one.enhanced, "2.1.5");
  EXPECT_TRUE(one.positive());
  const SmtpReply many = parsed("550-5.1.1 no\r\n550-such\r\n550 user\r\n");
  EXPECT_EQ(many.lines.size(), 3U);
  EXPECT_EQ(many.str(), "550 5.1.1 no / such / user");
  EXPECT_TRUE(many.permanent());
  EXPECT_EQ(parsed("354\r\n").lines.at(0), "");
}

TEST(SmtpReply, EveryPrefixAsksForMore) {
  const std::string whole = "250-mx.example\r\n250 SIZE 1\r\n";
  SmtpReply reply;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto taken = parse_smtp_reply(std::string_view(whole).substr(0, n), reply);
    ASSERT_TRUE(taken) << n;
    EXPECT_EQ(*taken, 0U) << n;
  }
  EXPECT_EQ(*parse_smtp_reply(whole + "220 next\r\n", reply), whole.size());
}

TEST(SmtpReply, EnhancedCodesBelongToTheirClass) {
  EXPECT_EQ(parsed("250 5.1.1 x\r\n").enhanced, "");
  EXPECT_EQ(parsed("550 5.1.1\r\n").enhanced, "5.1.1");
  EXPECT_EQ(parsed("550 5.1000.1 x\r\n").enhanced, "");
  EXPECT_EQ(parsed("550 5.1 x\r\n").enhanced, "");
  EXPECT_EQ(parsed("550 5..1 x\r\n").enhanced, "");
}

TEST(SmtpReply, WhatIsNoReplyIsRefused) {
  EXPECT_EQ(refusal("hello\r\n"), Code::kBadGateway);
  EXPECT_EQ(refusal("150 x\r\n"), Code::kBadGateway);
  EXPECT_EQ(refusal("250x\r\n"), Code::kBadGateway);
  EXPECT_EQ(refusal("HTTP/1.1 400 Bad Request\r\n"), Code::kBadGateway);
  EXPECT_EQ(refusal("250-a\r\n251 b\r\n"), Code::kBadGateway);
  EXPECT_EQ(refusal(std::string(65536, 'a')), Code::kPayloadTooLarge);
  EXPECT_EQ(refusal("250 " + std::string(65536, 'a') + "\r\n"), Code::kPayloadTooLarge);
  std::string endless;
  for (std::size_t i = 0; i <= kSmtpReplyLines; ++i) endless += "250-x\r\n";
  EXPECT_EQ(refusal(endless), Code::kPayloadTooLarge);
}

TEST(SmtpReply, ControlBytesDoNotReachTheReader) {
  EXPECT_EQ(parsed("220 \x1b[31mred\r\n").lines.at(0), "?[31mred");
  EXPECT_TRUE(parsed("220 x\n").bare_line_feed);
  EXPECT_FALSE(parsed("220 x\r\n").bare_line_feed);
}

TEST(SmtpCapabilities, AreReadWithoutCase) {
  const SmtpCapabilities got = parse_capabilities(
      parsed("250-mx.example hello\r\n250-StartTLS\r\n250-SIZE 1000\r\n250-AUTH PLAIN login\r\n"
             "250-AUTH=XOAUTH2\r\n250 8BITMIME\r\n"));
  EXPECT_EQ(got.name, "mx.example");
  EXPECT_TRUE(got.starttls);
  EXPECT_TRUE(got.eight_bit);
  EXPECT_FALSE(got.pipelining);
  EXPECT_EQ(got.size, 1000U);
  EXPECT_TRUE(got.has_mechanism("LOGIN"));
  EXPECT_TRUE(got.has_mechanism("XOAUTH2"));
  EXPECT_FALSE(got.has_mechanism("CRAM-MD5"));
}

}  // namespace
}  // namespace lr::domain
