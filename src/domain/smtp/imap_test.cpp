#include "domain/smtp/imap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "domain/smtp/mailbox.h"
#include "domain/smtp/testing/mx_stage.h"
#include "domain/testing/free_port.h"
#include "domain/testing/process.h"
#include "net/http_client.h"
#include "net/testing/rig.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A session with a server that plays the given lines, without TLS.
template <class Use>
void with_script(std::function<void(net::testing::RawClient&)> script, Use use) {
  const net::testing::ScriptedUpstream server(std::move(script));
  net::EventLoop loop;
  auto stream = loop.block_on(
      net::connect(loop, net::testing::url_of(server.port()), nullptr, Deadline::after(5s)));
  ASSERT_TRUE(stream);
  ImapSession session(std::move(*stream), Deadline::after(5s));
  use(loop, session);
}

TEST(Imap, QuotesWhatItSends) { EXPECT_EQ(imap_quoted("a\"b\\c"), "\"a\\\"b\\\\c\""); }

TEST(Imap, NoPasswordWithoutTls) {
  with_script([](net::testing::RawClient& client) { client.send("* OK hello\r\n"); },
              [](net::EventLoop& loop, ImapSession& session) {
                EXPECT_TRUE(loop.block_on(session.greeting()));
                const Secret password("x");
                const auto refused = loop.block_on(session.login("user", password));
                ASSERT_FALSE(refused);
                EXPECT_EQ(refused.error().code(), Code::kPermissionDenied);
              });
}

TEST(Imap, TakesTheNewestMessageWhole) {
  const auto script = [](net::testing::RawClient& client) {
    client.send("* OK hello\r\n");
    client.read_until("EXAMINE INBOX\r\n");
    client.send("* 9 EXISTS\r\na1 OK\r\n");
    client.read_until("\r\n");
    client.send("* SEARCH 3 9\r\na2 OK\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "a3 FETCH 9 BODY.PEEK[]\r\n");
    client.send("* 9 FETCH (BODY[] {12}\r\na3 OK\r\n\r\nxyz)\r\na3 OK\r\n");
    client.read_to_end();
  };
  with_script(script, [](net::EventLoop& loop, ImapSession& session) {
    ASSERT_TRUE(loop.block_on(session.greeting()));
    const auto found = loop.block_on(session.find("X-Tag", "1"));
    ASSERT_TRUE(found && *found) << (found ? "" : found.error().detail());
    EXPECT_EQ(**found, "a3 OK\r\n\r\nxyz");
  });
}

TEST(Imap, ServersThatAreNone) {
  for (const std::string& said :
       {std::string("220 smtp\r\n"), std::string(65536, '*'), std::string()}) {
    with_script(
        [&](net::testing::RawClient& client) {
          client.send(said);
          client.half_close();
          client.read_to_end();
        },
        [](net::EventLoop& loop, ImapSession& session) {
          EXPECT_FALSE(loop.block_on(session.greeting()));
        });
  }
  with_script(
      [](net::testing::RawClient& client) {
        client.send("* OK\r\n");
        client.read_until("\r\n");
        client.send("* 1 FETCH (BODY[] {99999999999}\r\n");
        client.read_to_end();
      },
      [](net::EventLoop& loop, ImapSession& session) {
        ASSERT_TRUE(loop.block_on(session.greeting()));
        const auto found = loop.block_on(session.find("a", "b"));
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code(), Code::kPayloadTooLarge);
      });
}

/// Dovecot with one user, as whoever runs the test, on a port of its own.
struct Dovecot {
  explicit Dovecot(const MxStage& stage) : port(free_port()) {
    const TestCertificate certificate = stage.certificate("imap.acme.example");
    const std::string folder = stage.folder->path().string();
    // Dovecot's part that meets strangers must not be root; the package has a user for it.
    const bool root = ::getuid() == 0;
    const std::string me = root ? "dovenull" : ::getpwuid(::getuid())->pw_name;
    if (root) {
      std::filesystem::permissions(stage.folder->path(), std::filesystem::perms(0755));
    }
    stage.folder->write("c.pem", certificate.certificate);
    stage.folder->write("k.pem", certificate.key);
    for (const char* part : {"home/mail/new", "home/mail/cur", "home/mail/tmp"}) {
      std::filesystem::create_directories(stage.folder->path() / part);
    }
    // Nor may mail belong to root.
    const passwd* owner = ::getpwnam(root ? "dovecot" : me.c_str());
    if (owner == nullptr) return;
    for (const char* part :
         {"home", "home/mail", "home/mail/new", "home/mail/cur", "home/mail/tmp"}) {
      EXPECT_EQ(::chown((stage.folder->path() / part).c_str(), owner->pw_uid, owner->pw_gid), 0);
    }
    const std::string settings =
        "protocols = imap\nlisten = 127.0.0.1\nbase_dir = " + folder +
        "/run\nstate_dir = " + folder +
        "/state\nlog_path = /dev/stderr\nssl = required\nssl_cert = <" + folder +
        "/c.pem\nssl_key = <" + folder + "/k.pem\nfirst_valid_uid = 0\nfirst_valid_gid = 0\n" +
        "default_internal_user = " + (root ? "dovecot" : me) + "\ndefault_login_user = " + me +
        "\ndefault_internal_group = " + (root ? "dovecot" : group()) +
        "\nmail_location = maildir:~/mail\nservice imap-login {\n  chroot =\n"
        "  inet_listener imap {\n    port = 0\n  }\n  inet_listener imaps {\n    port = " +
        std::to_string(port) +
        "\n    ssl = yes\n  }\n}\nservice anvil {\n  chroot =\n}\n"
        "passdb {\n  driver = static\n  args = password=very-hidden-word\n}\n"
        "userdb {\n  driver = static\n  args = uid=" +
        std::to_string(owner->pw_uid) + " gid=" + std::to_string(owner->pw_gid) +
        " home=" + folder + "/home\n}\n";
    const auto file = stage.folder->write("dovecot.conf", settings);
    auto started = ChildProcess::start({"/usr/sbin/dovecot", "-F", "-c", file.string()},
                                       stage.folder->path() / "dovecot.log");
    EXPECT_TRUE(started);
    if (started) process = std::move(*started);
  }
  static std::string group();
  std::uint16_t port;
  std::unique_ptr<ChildProcess> process;
};

TEST(Imap, FindsAMessageInDovecot) {
  MxStage stage;
  const Dovecot dovecot(stage);
  stage.add("imap.acme.example", RecordType::kA, text::parse_ip("127.0.0.1").value());
  stage.folder->write("home/mail/new/1.other", "X-Launch-Ready-Proof: another\n\nno\n");
  const ScriptedMx unused({});
  const Network network = stage.network(unused);
  Mailbox mailbox{.kind = Mailbox::Kind::kImap, .host = "imap.acme.example", .port = dovecot.port};
  mailbox.user = "probe";
  mailbox.password = std::make_shared<const Secret>("very-hidden-word");
  const MailboxQuestion question{"X-Launch-Ready-Proof", "wanted"};
  // It takes a moment until it listens.
  Result<std::optional<std::string>> nothing = std::nullopt;
  for (int tries = 0; tries < 60; ++tries) {
    nothing = wait_in_mailbox(mailbox, network, question, {Deadline::after(300ms), 50ms});
    if (nothing) break;
    std::this_thread::sleep_for(50ms);
  }
  ASSERT_TRUE(nothing) << nothing.error().detail() << dovecot.process->output();
  EXPECT_FALSE(*nothing);
  stage.folder->write("home/mail/new/2.wanted", "X-Launch-Ready-Proof: wanted\n\nyes\n");
  const auto found = wait_in_mailbox(mailbox, network, question, {Deadline::after(10s), 50ms});
  ASSERT_TRUE(found && *found) << (found ? "" : found.error().detail());
  EXPECT_THAT(**found, HasSubstr("\r\n\r\nyes\r\n"));
  mailbox.password = std::make_shared<const Secret>("another-word");
  const auto refused = wait_in_mailbox(mailbox, network, question, {Deadline::after(10s), 50ms});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kUnauthenticated);
}

std::string Dovecot::group() {
  const std::string said = run_program({"/usr/bin/id", "-gn"}).value_or("");
  return said.substr(0, said.find('\n'));
}

}  // namespace
}  // namespace lr::domain
