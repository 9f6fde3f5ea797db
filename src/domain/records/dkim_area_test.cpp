#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "domain/records/testing/judged.h"

namespace lr::domain {

extern const Area area_dkim;

namespace {

using report::Status;
using testing::acme;
using testing::Fault;
using testing::judged;
using testing::Judged;
using testing::Sane;
using testing::zone_of;

/// base64 of the DER of a fresh RSA key.
std::string rsa(int bits, bool private_half = false) {
  const crypto::PkeyPtr key(EVP_RSA_gen(static_cast<unsigned>(bits)));
  unsigned char* der = nullptr;
  const int size = private_half ? i2d_PrivateKey(key.get(), &der) : i2d_PUBKEY(key.get(), &der);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return crypto::base64_encode(bytes);
}

/// "name TXT …" cut into strings of 200 bytes.
std::string txt(const std::string& name, std::string_view record) {
  std::string out = name + " TXT";
  while (!record.empty()) {
    out += fmt::format(" \"{}\"", record.substr(0, 200));
    record.remove_prefix(std::min<std::size_t>(200, record.size()));
  }
  return out + "\n";
}

/// RSA of 4352 bits; making one takes seconds.
constexpr std::string_view kHugeKey =
    "MIICQjANBgkqhkiG9w0BAQEFAAOCAi8AMIICKgKCAiEA2rRGJ2zg2RdQ/4UfzgjuLQXD4RsGrSX9j+TcnQfGxzzc"
    "QTduC8aMa2y3NqtLBmmXbW9M2TheD5dPQSJapLS4gcUP7Z2cRLkJXS8yP+ydETpfJVNVl07UT53TPW7NnZaQnK7l"
    "Xw5lDmduIITFEBxp/sIPqi/cJc6DRY4HxgUwqUW1fV+N9ZxQHmlNFPD610jcqlHV/0rDlQymF7zslptRg2crTIqL"
    "1RS+BaOjsDR/09LeoMVCOGDnDPoLTGjZ3FoDlvU0gvph6dmF6fn6Tef41lfXSF82NQaTjxrY+eV3WWPDK9a8zoqC"
    "+jXJI8BIYqqjryThp/ltbt2RNKqSY4wAFheM4+iW3FSNqzv0aIgfAvlpUexZASEFoumjY/9C7AVYXeqXLHka8sQ1"
    "x2cgHYb4DxVJxLHLRHVVtHsSzfxKhqIsk+FV2RMR70YYlGZ6L/xm8me0rQ6B+q1JGEtgxNpLQG6GiGKRDZVMvu8f"
    "EAxboRwIp8Hn2paCQTMuAKb5DEDEx+P+xb+kmVhN6rpwdyVlh/z7RVsMLU1uWBcQPc1cVyW1Ff8MnZdjCjfSm35h"
    "xgKPaJACsnxVAd3dhlvqaCBtJ5g/zmLSKoeeAqIFg9xs9DRO8C+zL6koMftqoicA2FSh62Jgtg3jlC3rcFWQPD1i"
    "Gg2IuEGlr/puY2DV8WC+0ViM25XozWH1AzMiuCJL9Xr4qUVmcucd2rRYIQvTWB1eYwIDAQAB";

void one(Subject& subject) { subject.mail.selectors = {"s1"}; }
void two(Subject& subject) { subject.mail.selectors = {"s1", "s2"}; }

TEST(DkimArea, EveryCheckIsFoundOnceAndProvedOnce) {
  const std::string key = rsa(2048);
  const std::string at = "s1._domainkey";
  const std::string good = "v=DKIM1; k=rsa; p=" + key;
  const std::string ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  const std::vector<std::pair<std::string_view, std::string>> zones{
      {"selector_missing", "@ A 192.0.2.1\n"},
      {"dangling_alias", at + " CNAME gone.acme.example.\n"},
      {"alias_conflict", at + " CNAME x.acme.example.\n" + txt(at, good)},
      {"several_records", txt(at, good) + txt(at, good + ";")},
      {"revoked", txt(at, "v=DKIM1; p=")},
      {"syntax", txt(at, "v=DKIM1; k=rsa; p=" + key.substr(0, 40))},
      {"version", txt(at, "v=DKIM2; p=" + key)},
      {"key_type", txt(at, "v=DKIM1; k=dsa; p=" + key)},
      {"only_ed25519", txt(at, ed25519)},
      {"split_wrong", at + " TXT \"v=DKIM1; p=" + key.substr(0, 100) + "\\\" \\\"" +
                          key.substr(100, 100) + "\" \"" + key.substr(200) + "\"\n"},
      {"private_key", txt(at, "v=DKIM1; p=" + rsa(1024, true))},
      {"short_key", txt(at, "v=DKIM1; p=" + rsa(768))},
      {"weak_key", txt(at, "v=DKIM1; p=" + rsa(1024))},
      {"huge_key", txt(at, "v=DKIM1; p=" + std::string(kHugeKey))},
      {"testing", txt(at, "v=DKIM1; t=y:s; p=" + key)},
      {"hash", txt(at, "v=DKIM1; h=sha1; p=" + key)},
      {"service", txt(at, "v=DKIM1; s=tlsrpt; p=" + key)},
      {"shared_key", txt(at, good) + txt("s2._domainkey", good)},
      {"old_tags", txt(at, "v=DKIM1; g=*; p=" + key)},
      {"wildcard", txt("*._domainkey", good)},
  };
  std::vector<Fault> faults;
  for (const auto& [check, zone] : zones) {
    faults.push_back({check, zone, check == "shared_key" ? two : one});
  }
  const std::string sane = txt(at, good) + txt("s2._domainkey", ed25519);
  const std::string parked = "*._domainkey TXT \"v=DKIM1; p=\"\n";
  const std::string alias = at + " CNAME s1.esp.example.\n" + txt("s1.esp.example.", good);
  const Sane zones_without_fault[] = {{sane, two}, {parked}, {alias, one}, {"@ A 192.0.2.1\n"}};
  expect_area(area_dkim, faults, zones_without_fault);
}

TEST(DkimArea, WithoutSelectorsNothingIsClaimed) {
  Zone zone = zone_of("@ A 192.0.2.1\n");
  const Judged out = judged(area_dkim, acme(), zone);
  EXPECT_EQ(out.with(Status::kPass), (std::set<std::string>{"dkim.wildcard"}));
  EXPECT_EQ(out.status("dkim.selector_missing"), Status::kNotApplicable);
}

TEST(DkimArea, NoAnswerIsNoFinding) {
  Zone zone = zone_of("@ A 192.0.2.1\n");
  zone.set_unreachable("s1._domainkey.acme.example");
  Subject subject = acme();
  one(subject);
  const Judged out = judged(area_dkim, subject, zone);
  EXPECT_TRUE(out.report.findings.empty());
  EXPECT_EQ(out.status("dkim.selector_missing"), Status::kInconclusive);
}

TEST(DkimArea, APrivateKeyIsNeverQuoted) {
  const std::string secret = rsa(1024, true);
  Zone zone = zone_of(txt("s1._domainkey", "v=DKIM1; p=" + secret));
  Subject subject = acme();
  one(subject);
  const report::Finding finding = judged(area_dkim, subject, zone).finding("dkim.private_key");
  EXPECT_EQ(finding.severity, report::Severity::kCritical);
  for (const auto& evidence : finding.evidence) {
    EXPECT_THAT(evidence.response, ::testing::Not(::testing::HasSubstr(secret.substr(40, 60))));
  }
}

}  // namespace
}  // namespace lr::domain
