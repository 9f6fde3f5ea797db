// The areas that fetch a file: MTA-STS and BIMI, against a real HTTPS server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "domain/records/judge_mta_sts.h"
#include "domain/records/testing/judged.h"
#include "net/testing/rig.h"
#include "net/tls.h"

namespace lr::domain {

extern const Area area_mta_sts;
extern const Area area_bimi;

namespace {

using report::Status;
using testing::acme;
using testing::judged;
using testing::Judged;
using testing::zone_of;

/// What the server says to every request.
struct Served {
  int status = 200;
  std::string type = "text/plain";
  std::string body{};
};

/// An HTTPS server with a certificate for `host`, and the network that leads to it.
class HttpsRig {
 public:
  explicit HttpsRig(const std::string& host)
      : folder_(std::filesystem::temp_directory_path() /
                ("records-" + host + "-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    const auto pem = net::make_self_signed(host);
    LR_CHECK(pem.has_value());
    std::ofstream(folder_ / "cert.pem") << pem->certificate;
    std::ofstream(folder_ / "key.pem") << pem->key;
    auto tls = net::TlsServerContext::load(folder_ / "cert.pem", folder_ / "key.pem");
    LR_CHECK(tls.has_value());
    rig_ = std::make_unique<net::testing::ServerRig>(
        [this](net::ServerExchange& exchange) { return answer(exchange); }, net::ServerOptions(),
        *tls);
  }
  ~HttpsRig() {
    rig_.reset();
    std::filesystem::remove_all(folder_);
  }

  Judged judge(const Area& area, Zone& zone, const Served& served, bool trusted = true) {
    {
      const std::scoped_lock lock(mutex_);
      served_ = served;
    }
    const Subject subject = acme();
    Network network{.resolver = zone, .live = true};
    network.ports[443] = rig_->port();
    if (trusted) network.ca_file = folder_ / "cert.pem";
    Inspection inspection(area, subject, network);
    area.inspect(inspection);
    Judged out{.silent = inspection.silent_checks()};
    EXPECT_TRUE(out.silent.empty());
    inspection.report_to(out.report);
    return out;
  }

 private:
  net::Task<> answer(net::ServerExchange& exchange) {
    const Served now = served();
    text::Fields fields;
    fields.add("Content-Type", now.type);
    co_return co_await exchange.send(now.status, fields, now.body);
  }

  Served served() {
    const std::scoped_lock lock(mutex_);
    return served_;
  }

  std::filesystem::path folder_;
  std::mutex mutex_;
  Served served_;
  std::unique_ptr<net::testing::ServerRig> rig_;
};

constexpr std::string_view kZone =
    "@ MX 10 mail\nmail A 192.0.2.1\nmta-sts A 127.0.0.1\n"
    "_mta-sts TXT \"v=STSv1; id=20260101\"\n"
    "default._bimi TXT \"v=BIMI1; l=https://logo.acme.example/l.svg; a=https://x.example/c.pem\"\n"
    "logo A 127.0.0.1\n_dmarc TXT \"v=DMARC1; p=reject\"\n";
constexpr std::string_view kPolicy =
    "version: STSv1\r\nmode: enforce\r\nmx: mail.acme.example\r\nmax_age: 604800\r\n";
constexpr std::string_view kLogo =
    "<svg version=\"1.2\" baseProfile=\"tiny-ps\" xmlns=\"http://www.w3.org/2000/svg\">"
    "<title>Acme</title><path d=\"M0 0h9v9z\"/></svg>";

TEST(MtaStsArea, AGoodPolicyIsProved) {
  HttpsRig rig("mta-sts.acme.example");
  Zone zone = zone_of(kZone);
  const Judged out = rig.judge(area_mta_sts, zone, {.body = std::string(kPolicy)});
  EXPECT_TRUE(out.report.findings.empty()) << out.report.findings.front().check;
  EXPECT_EQ(out.with(Status::kPass).size(), area_mta_sts.checks.size());
}

TEST(MtaStsArea, EveryFaultOfAPolicyIsFound) {
  HttpsRig rig("mta-sts.acme.example");
  Zone zone = zone_of(kZone);
  const std::string policy(kPolicy);
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = policy;
    return Served{.body = text.replace(text.find(from), from.size(), to)};
  };
  const std::vector<std::pair<std::string_view, Served>> faults{
      {"policy_unreachable", {.status = 404}},
      {"redirect", {.status = 302}},
      {"content_type", {.type = "text/html", .body = policy}},
      {"policy", changed("mode: enforce", "mode: strict")},
      {"policy", {.body = std::string(70'000, 'x')}},
      {"mode", changed("enforce", "testing")},
      {"max_age", changed("604800", "3600")},
      {"coverage", changed("mail.acme", "*.mail.acme")},
  };
  for (const auto& [check, served] : faults) {
    const Judged out = rig.judge(area_mta_sts, zone, served);
    EXPECT_EQ(out.status("mta_sts." + std::string(check)), Status::kFail) << check;
  }
}

TEST(MtaStsArea, TheCertificateMustBeValidForTheHost) {
  HttpsRig other("other.acme.example");
  Zone zone = zone_of(kZone);
  const Served good{.body = std::string(kPolicy)};
  EXPECT_EQ(other.judge(area_mta_sts, zone, good).status("mta_sts.policy_unreachable"),
            Status::kFail);
  HttpsRig right("mta-sts.acme.example");
  EXPECT_EQ(right.judge(area_mta_sts, zone, good, false).status("mta_sts.policy_unreachable"),
            Status::kFail);
}

TEST(MtaStsArea, RecordsAreJudgedWithoutTheNetwork) {
  const std::vector<std::pair<std::string_view, std::string_view>> faults{
      {"missing", "@ MX 10 mail\n"},
      {"several", "_mta-sts TXT \"v=STSv1; id=1\"\n_mta-sts TXT \"v=STSv1; id=2\"\n"},
      {"record", "_mta-sts TXT \"v=STSv1; id=2026-01-01\"\n"},
      {"host", "_mta-sts TXT \"v=STSv1; id=1\"\n"},
  };
  for (const auto& [check, text] : faults) {
    Zone zone = zone_of(text);
    const Judged out = judged(area_mta_sts, acme(), zone);
    EXPECT_EQ(out.status("mta_sts." + std::string(check)), Status::kFail) << check;
    EXPECT_TRUE(out.silent.empty());
  }
  Zone zone = zone_of(kZone);
  const Judged out = judged(area_mta_sts, acme(), zone);
  EXPECT_EQ(out.status("mta_sts.policy"), Status::kNotApplicable);
  zone.set_unreachable("_mta-sts.acme.example");
  Zone silent;
  silent.set_unreachable("_mta-sts.acme.example");
  EXPECT_EQ(judged(area_mta_sts, acme(), silent).status("mta_sts.missing"), Status::kInconclusive);
}

TEST(BimiArea, AGoodLogoIsProved) {
  HttpsRig rig("logo.acme.example");
  Zone zone = zone_of(kZone);
  const Judged out =
      rig.judge(area_bimi, zone, {.type = "image/svg+xml", .body = std::string(kLogo)});
  EXPECT_TRUE(out.report.findings.empty()) << out.report.findings.front().check;
  EXPECT_EQ(out.with(Status::kPass).size(), area_bimi.checks.size());
}

TEST(BimiArea, EveryFaultIsFound) {
  HttpsRig rig("logo.acme.example");
  Zone zone = zone_of(kZone);
  const std::vector<std::pair<std::string_view, Served>> served{
      {"logo_fetch", {.status = 404}},
      {"logo_size", {.body = std::string(40'000, ' ')}},
      {"logo_format", {.body = "<svg><script>1</script></svg>"}},
  };
  for (const auto& [check, one] : served) {
    const Judged out = rig.judge(area_bimi, zone, one);
    EXPECT_EQ(out.status("bimi." + std::string(check)), Status::kFail) << check;
  }
  const std::vector<std::pair<std::string_view, std::string_view>> records{
      {"several", "default._bimi TXT \"v=BIMI1; l=\"\ndefault._bimi TXT \"v=BIMI1; l=x\"\n"},
      {"syntax", "default._bimi TXT \"v=BIMI1; logo=x\"\n"},
      {"logo_address", "default._bimi TXT \"v=BIMI1; l=http://acme.example/l.svg\"\n"},
      {"evidence", "default._bimi TXT \"v=BIMI1; l=https://acme.example/l.svg\"\n"},
      {"evidence_address", "default._bimi TXT \"v=BIMI1; l=https://a.example/l.svg; a=x\"\n"},
      {"dmarc", "default._bimi TXT \"v=BIMI1; l=https://acme.example/l.svg\"\n"},
  };
  for (const auto& [check, text] : records) {
    Zone other = zone_of(text);
    const Judged out = judged(area_bimi, acme(), other);
    EXPECT_EQ(out.status("bimi." + std::string(check)), Status::kFail) << check;
    EXPECT_TRUE(out.silent.empty());
  }
}

}  // namespace
}  // namespace lr::domain
