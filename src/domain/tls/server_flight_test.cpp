#include "domain/tls/server_flight.h"

#include <gtest/gtest.h>

#include "domain/tls/client_hello.h"

namespace lr::domain::tls {
namespace {

std::string u16(std::size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}
std::string u24(std::size_t value) { return static_cast<char>(value >> 16) + u16(value & 0xffff); }
std::string record(char type, const std::string& body) {
  return std::string{type, 3, 1} + u16(body.size()) + body;
}
std::string message(char type, const std::string& body) { return type + u24(body.size()) + body; }

/// RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3.
std::string hello_body(std::size_t version, std::size_t suite, const std::string& extensions) {
  return u16(version) + std::string(32, 'R') + std::string(1, '\0') + u16(suite) +
         std::string(1, '\0') + (extensions.empty() ? "" : u16(extensions.size()) + extensions);
}
std::string extension(std::size_t type, const std::string& body) {
  return u16(type) + u16(body.size()) + body;
}

TEST(FlightReader, ReadsAWholeFlightInAnyPieces) {
  const std::string key = std::string{3} + u16(0x1d) + std::string(1, 32) + std::string(32, 'k');
  const std::string certificates = u24(3 + 4) + u24(4) + "CERT";
  const std::string messages =
      message(2, hello_body(0x0303, 0xc02f,
                            extension(0xff01, std::string(1, '\0')) + extension(23, "") +
                                extension(16, u16(3) + std::string{2} + "h2"))) +
      message(11, certificates) + message(12, key + u16(0x0804) + u16(4) + "SIGN") +
      message(14, "");
  for (const std::size_t cut : {std::size_t{1}, std::size_t{7}, messages.size()}) {
    std::string wire;
    for (std::size_t at = 0; at < messages.size(); at += cut) {
      wire += record(22, messages.substr(at, cut));
    }
    FlightReader reader;
    for (const char byte : wire) ASSERT_TRUE(reader.feed({&byte, 1}));
    ASSERT_TRUE(reader.done());
    const ServerFlight& flight = reader.flight();
    EXPECT_EQ(flight.hello->suite, 0xc02f);
    EXPECT_EQ(flight.hello->version, Version::kTls12);
    EXPECT_EQ(flight.hello->alpn, "h2");
    EXPECT_TRUE(flight.hello->renegotiation_info);
    EXPECT_TRUE(flight.hello->extended_master_secret);
    EXPECT_FALSE(flight.hello->heartbeat);
    ASSERT_EQ(flight.certificates.size(), 1U);
    EXPECT_EQ(flight.certificates[0], "CERT");
    EXPECT_EQ(flight.key_exchange->group, 0x1d);
    EXPECT_EQ(flight.key_exchange->signature_scheme, 0x0804);
    EXPECT_TRUE(flight.hello_done);
  }
}

TEST(FlightReader, KnowsTheRetryOfTls13AndItsGroup) {
  const std::string random(
      "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
      "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c",
      32);
  std::string body =
      hello_body(0x0303, 0x1301, extension(43, u16(0x0304)) + extension(51, u16(0x11ec)));
  body.replace(2, 32, random);
  FlightReader reader;
  ASSERT_TRUE(reader.feed(record(22, message(2, body))));
  EXPECT_TRUE(reader.done());
  EXPECT_TRUE(reader.flight().hello->retry);
  EXPECT_EQ(reader.flight().hello->version, Version::kTls13);
  EXPECT_EQ(reader.flight().hello->group, kX25519MlKem768);
}

TEST(FlightReader, TellsTheSizeOfADiffieHellmanPrime) {
  const std::string prime =
      std::string(1, '\0') + std::string(1, '\x01') + std::string(127, '\xff');
  const std::string key = u16(prime.size()) + prime + u16(1) + "\x02" + u16(2) + "pk";
  FlightReader reader;
  ASSERT_TRUE(reader.feed(
      record(22, message(2, hello_body(0x0301, 0x0033, "")) + message(12, key + u16(4) + "SIGN"))));
  EXPECT_EQ(reader.flight().key_exchange->dh_bits, 1017);
  EXPECT_EQ(reader.flight().key_exchange->public_key, "pk");
}

TEST(FlightReader, PassesOverWarningsAndEndsWithAFatalAlert) {
  FlightReader reader;
  ASSERT_TRUE(reader.feed(record(21, std::string{1, 112})));
  EXPECT_FALSE(reader.done());
  ASSERT_TRUE(reader.feed(record(21, std::string{2, 40})));
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(alert_name(*reader.flight().alert), "handshake_failure (40)");
}

TEST(FlightReader, RefusesWhatIsNoTls) {
  const std::string hello = message(2, hello_body(0x0303, 0xc02f, ""));
  const std::string bad[] = {
      "HTTP/1.1 400 Bad Request\r\n\r\n",
      "SSH-2.0-x\r\n",
      record(22, message(11, u24(0))),                           // No ServerHello first.
      record(22, ""),                                            // Empty fragment.
      record(20, "\x01"),                                        // A change of keys.
      record(21, "\x02"),                                        // Half an alert.
      record(22, message(2, hello_body(0x0305, 0x1301, ""))),    // No such version.
      record(22, message(2, hello_body(0x0303, 0xc02f, "xx"))),  // Half an extension.
      record(22, message(2, hello_body(0x0303, 0xc02f, extension(23, "") + extension(23, "")))),
      record(22, hello + message(11, u24(9) + u24(8))),  // Cut certificates.
      record(22, hello + message(12, "\x01")),           // A curve without a name.
      record(22, hello + message(14, "x")),
      std::string("\x16\x03\x03\xff\xff", 5) + std::string(65535, 'x')};
  for (const std::string& bytes : bad) {
    FlightReader reader;
    const Result<> read = reader.feed(bytes);
    ASSERT_FALSE(read) << bytes.substr(0, 40);
    EXPECT_EQ(read.error().code(), Code::kBadGateway);
    EXPECT_FALSE(reader.feed(record(22, hello)));
  }
}

TEST(FlightReader, EndsAFlightThatIsTooLong) {
  FlightReader reader;
  ASSERT_TRUE(reader.feed(record(22, message(2, hello_body(0x0303, 0xc02f, "")) + "\x0b" +
                                         u24(FlightReader::kFlightBytes - 1))));
  const std::string more = record(22, std::string(16000, 'c'));
  Result<> read;
  std::size_t fed = 0;
  for (; read && fed < 2 * FlightReader::kFlightBytes; fed += more.size()) read = reader.feed(more);
  EXPECT_FALSE(read);
  EXPECT_LE(fed, FlightReader::kFlightBytes + 2 * more.size());
}

TEST(ServerHello, KnowsTheSentinelOfADowngrade) {
  std::string body = hello_body(0x0303, 0xc02f, "");
  body.replace(26, 8, std::string("DOWNGRD\x01", 8));
  EXPECT_TRUE(parse_server_hello(body)->downgrade_sentinel());
  body[33] = '\x02';
  EXPECT_FALSE(parse_server_hello(body)->downgrade_sentinel());
}

TEST(ClientHello, HasTheShapeOfRfc8446) {
  ClientHello hello{.version = Version::kTls13,
                    .random = std::string(32, 'r'),
                    .session_id = std::string(32, 's'),
                    .suites = {0x1301},
                    .server_name = "a.example",
                    .groups = {0x11ec}};
  const std::string wire = client_hello(hello);
  EXPECT_EQ(wire.substr(0, 3), "\x16\x03\x01");
  EXPECT_EQ(wire.substr(9, 2), "\x03\x03");
  // server_name, supported_groups, supported_versions and the empty key_share.
  EXPECT_NE(wire.find(u16(0) + u16(14) + u16(12) + std::string(1, '\0') + u16(9) + "a.example"),
            std::string::npos);
  EXPECT_NE(wire.find(u16(10) + u16(4) + u16(2) + u16(0x11ec)), std::string::npos);
  EXPECT_NE(wire.find(u16(43) + u16(3) + "\x02" + u16(0x0304)), std::string::npos);
  EXPECT_NE(wire.find(u16(51) + u16(2) + u16(0)), std::string::npos);
  hello.server_name = "127.0.0.1";
  EXPECT_EQ(client_hello(hello).find("127.0.0.1"), std::string::npos);
}

TEST(ClientHello, OfSsl3HasNoExtensions) {
  const ClientHello hello{.version = Version::kSsl30,
                          .random = std::string(32, 'r'),
                          .suites = {0x0005, 0x00ff},
                          .server_name = "a.example",
                          .extensions = false};
  EXPECT_EQ(client_hello(hello), std::string("\x16\x03\x00\x00\x2f\x01\x00\x00\x2b\x03\x00", 11) +
                                     std::string(32, 'r') +
                                     std::string("\x00\x00\x04\x00\x05\x00\xff\x01\x00", 9));
}

}  // namespace
}  // namespace lr::domain::tls
