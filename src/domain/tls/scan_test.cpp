// The scanner against real servers of other makers, and against broken ones.
#include "domain/tls/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <set>

#include "domain/testing/free_port.h"
#include "domain/tls/judge.h"
#include "domain/tls/probe.h"
#include "domain/tls/testing/tls_server.h"
#include "net/testing/rig.h"

namespace lr::domain::tls {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const WallTime kNow = SystemClock().wall();

TestCertificate certificate(TestKey key) {
  const auto authority = TestAuthority::make(kNow);
  CertificateSpec spec = authority->good_leaf("lab.example", kNow);
  spec.key = key;
  if (key != TestKey::kP256) spec.key_usage = "digitalSignature,keyEncipherment";
  Result<TestCertificate> leaf = authority->issue(spec);
  EXPECT_TRUE(leaf);
  leaf->certificate += authority->intermediate.certificate;
  return *leaf;
}

struct ToPort {
  net::EventLoop* loop;
  std::uint16_t port;
  net::Task<std::unique_ptr<net::Stream>> operator()() const {
    return connect_plain(*loop, {*text::parse_ip("127.0.0.1"), port},
                         Deadline::after(std::chrono::seconds(20)));
  }
};

TlsFacts scanned(std::uint16_t port, milliseconds patience = milliseconds(20'000)) {
  net::EventLoop loop;
  Result<TlsFacts> facts = loop.block_on(
      scan_tls(ToPort{&loop, port}, {.server_name = "lab.example", .patience = patience}));
  EXPECT_TRUE(facts);
  facts->peer = "127.0.0.1:" + std::to_string(port);
  EXPECT_LE(facts->handshakes, ScanOptions::kHandshakes);
  return *facts;
}

Verdict::Kind kind_of(const std::vector<Verdict>& verdicts, std::string_view check) {
  const auto at = std::ranges::find(verdicts, check, &Verdict::check);
  EXPECT_NE(at, verdicts.end()) << check;
  return at == verdicts.end() ? Verdict::Kind::kUnproved : at->kind;
}

TEST(Scan, OfAModernServerFindsItsSuitesGroupsAndOrder) {
  const auto server = TlsServer::openssl(
      {.certificate = certificate(TestKey::kP256),
       .words = {"-cipher", "ECDHE+AESGCM", "-groups", "X25519:P-256:P-384", "-no_comp"}});
  ASSERT_TRUE(server) << server.error().detail();
  const TlsFacts facts = scanned((*server)->port());
  EXPECT_TRUE(facts.speaks(Version::kTls13));
  EXPECT_TRUE(facts.speaks(Version::kTls12));
  for (const Version version : {Version::kTls11, Version::kTls10, Version::kSsl30}) {
    EXPECT_EQ(facts.of(version).spoken, Seen::kNo) << version_name(version);
  }
  EXPECT_THAT(facts.of(Version::kTls13).suites,
              ::testing::UnorderedElementsAre(0x1301, 0x1302, 0x1303));
  EXPECT_THAT(facts.of(Version::kTls12).suites, ::testing::UnorderedElementsAre(0xc02b, 0xc02c));
  EXPECT_THAT(facts.groups13, ::testing::UnorderedElementsAre(0x001d, 0x0017, 0x0018));
  EXPECT_THAT(facts.groups12, ::testing::UnorderedElementsAre(0x001d, 0x0017, 0x0018));
  EXPECT_EQ(facts.fallback_scsv, Seen::kYes);
  EXPECT_EQ(facts.downgrade_sentinel, Seen::kYes);
  EXPECT_EQ(facts.compression, Seen::kNo);
  EXPECT_EQ(facts.secure_renegotiation, Seen::kYes);
  EXPECT_EQ(facts.extended_master_secret, Seen::kYes);
  EXPECT_EQ(facts.heartbeat, Seen::kNo);
  EXPECT_EQ(facts.tolerant, Seen::kYes);
  EXPECT_EQ(facts.reuses_keys, Seen::kNo);
  EXPECT_EQ(facts.server_order, Seen::kNo);
  EXPECT_FALSE(facts.dh_bits);
  EXPECT_THAT(facts.signature_schemes, Contains(0x0403));
  for (const Verdict& verdict : judge_tls(facts, TlsProfile::kIntermediate, true)) {
    if (verdict.kind != Verdict::Kind::kFound) continue;
    EXPECT_EQ(verdict.check, "post_quantum") << verdict.found.observed;
  }
  std::cout << "[ scan     ] modern server: " << facts.handshakes << " handshakes, "
            << facts.took.count() << " ms\n";
}

TEST(Scan, OfGnutlsWithoutItsSafeguards) {
  const auto server = TlsServer::gnutls(
      {.certificate = certificate(TestKey::kRsa2048),
       .words = {"--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION:"
                 "%NO_SESSION_HASH",
                 "--heartbeat"}});
  ASSERT_TRUE(server) << server.error().detail();
  const TlsFacts facts = scanned((*server)->port());
  EXPECT_EQ(facts.secure_renegotiation, Seen::kNo);
  EXPECT_EQ(facts.extended_master_secret, Seen::kNo);
  EXPECT_EQ(facts.heartbeat, Seen::kYes);
  const auto verdicts = judge_tls(facts, TlsProfile::kIntermediate, true);
  for (const char* check : {"renegotiation", "extended_master_secret", "heartbeat"}) {
    EXPECT_EQ(kind_of(verdicts, check), Verdict::Kind::kFound) << check;
  }
}

/// Mail servers count who connects. Nobody answers here, so that what was opened stays open until
/// the scan gives up.
TEST(Scan, AGentleOneOpensFewConnectionsAtOnce) {
  const auto opened = [](bool gentle) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    EXPECT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&here), size), 0);
    EXPECT_EQ(::listen(listener, 64), 0);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&here), &size);
    net::EventLoop loop;
    const auto facts = loop.block_on(
        scan_tls(ToPort{&loop, ntohs(here.sin_port)},
                 {.server_name = "lab.example", .patience = milliseconds(300), .gentle = gentle}));
    EXPECT_TRUE(facts && !facts->answered());
    std::size_t count = 0;
    for (int fd = ::accept(listener, nullptr, nullptr); fd >= 0;
         fd = ::accept(listener, nullptr, nullptr)) {
      ++count;
      ::close(fd);
    }
    ::close(listener);
    return count;
  };
  // The first silent ones make way for others, until there were too many of them; each opens a
  // second connection when its first is closed.
  EXPECT_LE(opened(true), 2 * (ScanOptions::kGentle + Prober::kSilences - 1));
  EXPECT_GT(opened(false), opened(true));
}

TEST(Scan, OfAServerWithEverythingStaysWithinItsHandshakes) {
  const auto all = TlsServer::openssl(
      {.certificate = certificate(TestKey::kRsa2048),
       .words = {"-cipher", "ALL:eNULL:@SECLEVEL=0", "-serverpref", "-legacy_renegotiation"}});
  ASSERT_TRUE(all) << all.error().detail();
  const TlsFacts facts = scanned((*all)->port());
  std::cout << "[ scan     ] server with everything: " << facts.handshakes << " handshakes, "
            << facts.took.count() << " ms, " << facts.of(Version::kTls12).suites.size()
            << " suites of TLS 1.2\n";
  for (const Version version :
       {Version::kTls13, Version::kTls12, Version::kTls11, Version::kTls10}) {
    EXPECT_TRUE(facts.speaks(version)) << version_name(version);
    EXPECT_EQ(facts.of(version).why, "") << version_name(version);
  }
  EXPECT_EQ(facts.of(Version::kSsl30).spoken, Seen::kNo);
  EXPECT_EQ(facts.server_order, Seen::kYes);
  ASSERT_TRUE(facts.dh_bits);
  EXPECT_GE(*facts.dh_bits, 1024);
  const auto verdicts = judge_tls(facts, TlsProfile::kIntermediate, true);
  for (const char* check :
       {"tls10", "tls11", "null", "anonymous", "no_forward_secrecy", "cbc", "profile"}) {
    EXPECT_EQ(kind_of(verdicts, check), Verdict::Kind::kFound) << check;
  }
  for (const char* check : {"ssl3", "outdated", "no_aead", "client_order", "rc4", "export"}) {
    EXPECT_EQ(kind_of(verdicts, check), Verdict::Kind::kProved) << check;
  }
}

TEST(Scan, FindsWhatNoLibraryAsksForAnyMore) {
  const auto server = TlsServer::gnutls(
      {.certificate = certificate(TestKey::kRsa2048),
       .words = {"--priority=NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+ARCFOUR-128:+3DES-CBC:+MD5:+NULL:"
                 "+ANON-DH:+ANON-ECDH:+RSA:+DHE-RSA:+GROUP-SECP192R1:+SIGN-RSA-SHA1"}});
  ASSERT_TRUE(server) << server.error().detail();
  const TlsFacts facts = scanned((*server)->port());
  std::cout << "[ scan     ] GnuTLS with old suites: " << facts.handshakes << " handshakes, "
            << facts.took.count() << " ms\n";
  const auto verdicts = judge_tls(facts, TlsProfile::kIntermediate, false);
  for (const char* check :
       {"rc4", "triple_des", "tls10", "tls11", "null", "md5", "sha1_signature", "weak_groups"}) {
    EXPECT_EQ(kind_of(verdicts, check), Verdict::Kind::kFound) << check;
  }
  EXPECT_EQ(kind_of(verdicts, "export"), Verdict::Kind::kProved);
}

/// RFC 6101: ServerHello of version 3.0 with RC4, nothing behind it.
std::string ssl3_hello(const std::string& client) {
  if (client.size() < 11 || client[9] != 3 || client[10] != 0) {
    return std::string("\x15\x03\x00\x00\x02\x02\x28", 7);
  }
  const std::string offered = client.substr(46);
  bool has_rc4 = false;
  for (std::size_t at = 0; at + 1 < offered.size(); at += 2) {
    has_rc4 |= offered[at] == 0 && offered[at + 1] == 5;
  }
  if (!has_rc4) return std::string("\x15\x03\x00\x00\x02\x02\x28", 7);
  return std::string("\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00", 11) + std::string(32, 'S') +
         std::string("\x00\x00\x05\x00", 4);
}

/// One record: the head, then what it announces.
std::string read_record(net::testing::RawClient& client) {
  std::string head = client.read_bytes(5);
  if (head.size() < 5) return "";
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  return head + client.read_bytes(byte(3) * 256U + byte(4));
}

TEST(Scan, FindsSsl3ByTheBytesOfRfc6101) {
  const net::testing::ScriptedUpstream server(
      [](net::testing::RawClient& client) { client.send(ssl3_hello(read_record(client))); });
  const TlsFacts facts = scanned(server.port());
  EXPECT_TRUE(facts.speaks(Version::kSsl30));
  EXPECT_EQ(facts.of(Version::kTls12).spoken, Seen::kNo);
  EXPECT_THAT(facts.of(Version::kSsl30).suites, ::testing::ElementsAre(0x0005));
  const auto verdicts = judge_tls(facts, TlsProfile::kIntermediate, false);
  EXPECT_EQ(kind_of(verdicts, "ssl3"), Verdict::Kind::kFound);
  EXPECT_EQ(kind_of(verdicts, "rc4"), Verdict::Kind::kFound);
  EXPECT_EQ(kind_of(verdicts, "outdated"), Verdict::Kind::kFound);
  EXPECT_EQ(kind_of(verdicts, "renegotiation"), Verdict::Kind::kFound);
}

TEST(Scan, OfAServerThatStallsEndsSoonAndProvesNothing) {
  const net::testing::ScriptedUpstream server(
      [](net::testing::RawClient& client) { client.read_to_end(); });
  const TlsFacts facts = scanned(server.port(), milliseconds(300));
  EXPECT_FALSE(facts.answered());
  EXPECT_THAT(facts.trouble, HasSubstr("stalls"));
  EXPECT_LE(facts.took, milliseconds(10'000));
  for (const VersionFacts& one : facts.versions) {
    EXPECT_EQ(one.spoken, Seen::kUnknown);
    EXPECT_THAT(one.why, Not(IsEmpty()));
  }
}

TEST(Scan, AServerThatIsBusyForAMomentIsAskedAgain) {
  std::atomic<bool> busy = true;
  const net::testing::ScriptedUpstream server([&](net::testing::RawClient& client) {
    const std::string hello = read_record(client);
    if (busy.exchange(false)) {
      client.read_to_end();
    } else {
      client.send(ssl3_hello(hello));
    }
  });
  const TlsFacts facts = scanned(server.port(), milliseconds(300));
  EXPECT_TRUE(facts.speaks(Version::kSsl30));
  EXPECT_THAT(facts.trouble, IsEmpty());
  for (const VersionFacts& one : facts.versions) EXPECT_NE(one.spoken, Seen::kUnknown);
}

/// One that sheds load closes without an alert, which is no refusal of what it was asked.
TEST(Scan, AServerThatClosesOnceIsAskedAgain) {
  std::mutex lock;
  std::set<std::string> asked;
  const net::testing::ScriptedUpstream server([&](net::testing::RawClient& client) {
    const std::string hello = read_record(client);
    {
      const std::scoped_lock held(lock);
      if (asked.insert(hello).second) return;
    }
    client.send(ssl3_hello(hello));
  });
  const TlsFacts facts = scanned(server.port());
  EXPECT_TRUE(facts.speaks(Version::kSsl30));
  EXPECT_THAT(facts.of(Version::kSsl30).suites, ::testing::ElementsAre(0x0005));
}

TEST(Scan, AServerThatRefusesByClosingRefuses) {
  const net::testing::ScriptedUpstream server([](net::testing::RawClient& client) {
    const std::string hello = read_record(client);
    if (hello.size() > 10 && hello[9] == 3 && hello[10] == 0) client.send(ssl3_hello(hello));
  });
  const TlsFacts facts = scanned(server.port());
  EXPECT_TRUE(facts.speaks(Version::kSsl30));
  EXPECT_EQ(facts.of(Version::kTls12).spoken, Seen::kNo);
}

TEST(Scan, OfAServerThatSpeaksSomethingElseProvesNothing) {
  const net::testing::ScriptedUpstream server([](net::testing::RawClient& client) {
    read_record(client);
    client.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const TlsFacts facts = scanned(server.port());
  EXPECT_FALSE(facts.answered());
  EXPECT_THAT(facts.trouble, HasSubstr("not a right TLS answer"));
  EXPECT_LE(facts.handshakes, 20U);
}

TEST(Scan, OfAClosedPortProvesNothing) {
  const TlsFacts facts = scanned(free_port());
  EXPECT_FALSE(facts.answered());
  EXPECT_THAT(facts.trouble, HasSubstr("cannot connect"));
}

TEST(Scan, OfAServerThatChoosesWhatWasNotOfferedEnds) {
  const net::testing::ScriptedUpstream server([](net::testing::RawClient& client) {
    const std::string hello = read_record(client);
    if (hello.size() < 11) return;
    client.send(std::string("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03", 10) + hello[10] +
                std::string(32, 'S') + std::string("\x00\xfa\xfa\x00", 4));
  });
  const TlsFacts facts = scanned(server.port());
  EXPECT_THAT(facts.of(Version::kTls12).why, HasSubstr("not offered"));
  EXPECT_LE(facts.handshakes, 40U);
  EXPECT_EQ(kind_of(judge_tls(facts, TlsProfile::kIntermediate, false), "rc4"),
            Verdict::Kind::kUnproved);
}

}  // namespace
}  // namespace lr::domain::tls
