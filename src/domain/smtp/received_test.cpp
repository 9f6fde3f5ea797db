#include "domain/smtp/received.h"

#include <gtest/gtest.h>

#include "domain/dns/reverse_name.h"

namespace lr::domain {
namespace {

TEST(Received, AsServersWriteIt) {
  const ReceivedField postfix = parse_received(
      " from out.acme.example (out.acme.example [192.0.2.7])\r\n\t(using TLSv1.3 with cipher "
      "TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\tby mx.example (Postfix) with ESMTPS id 1\r\n"
      "\tfor <a@b.example>; Wed, 1 Jan 2025 00:00:00 +0000");
  EXPECT_EQ(postfix.from, "out.acme.example");
  EXPECT_EQ(postfix.address->str(), "192.0.2.7");
  EXPECT_EQ(postfix.by, "mx.example");
  EXPECT_EQ(postfix.with, "esmtps");
  EXPECT_EQ(postfix.tls_version, "TLSv1.3");
  const ReceivedField gmail = parse_received(
      "from a.example (a.example. [2001:db8::1]) by mx.google.com with ESMTPS id x "
      "(version=TLS1_2 cipher=ECDHE-RSA-AES128-GCM-SHA256 bits=128/128); Wed");
  EXPECT_EQ(gmail.address->str(), "2001:db8::1");
  EXPECT_EQ(gmail.tls_version, "TLSv1.2");
  const ReceivedField plain =
      parse_received("from x ([IPv6:2001:db8::2]) by y with ESMTP id 1; Wed");
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.address->str(), "2001:db8::2");
}

TEST(Received, WhatTheClientSaysIsNotItsAddress) {
  EXPECT_EQ(parse_received("from [203.0.113.9] (evil [192.0.2.1]) by y with SMTP").address->str(),
            "192.0.2.1");
  EXPECT_FALSE(parse_received("by y with LMTP id [192.0.2.1]; Wed").address);
  EXPECT_FALSE(parse_received("from ((((( by [").address);
  EXPECT_EQ(parse_received("").by, "");
}

TEST(Received, TheEntryIsTheTopmostPublicHop) {
  const auto fields = [](std::string_view text) {
    return received_fields(Message::parse(text).value());
  };
  const auto all = fields(
      "Received: from in (in [127.0.0.1]) by store with LMTP; x\r\n"
      "Received: from out (out [192.0.2.7]) by mx with ESMTPS; x\r\n"
      "Received: from forged (f [198.51.100.1]) by out with ESMTP; x\r\n\r\n");
  EXPECT_EQ(entry_hop(all)->address->str(), "192.0.2.7");
  const auto lab = fields("Received: from out (out [127.0.0.2]) by mx with ESMTP; x\r\n\r\n");
  EXPECT_EQ(entry_hop(lab)->address->str(), "127.0.0.2");
  EXPECT_EQ(entry_hop({}), nullptr);
}

TEST(ReverseName, BothFamilies) {
  EXPECT_EQ(reverse_name(text::parse_ip("192.0.2.1").value()), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_name(text::parse_ip("2001:db8::1").value()),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

}  // namespace
}  // namespace lr::domain
