#include "domain/smtp/dane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/digest.h"
#include "domain/smtp/testing/area_outcome.h"
#include "domain/smtp/testing/mx_stage.h"

namespace lr::domain {
extern constinit const Area area_dane;

namespace {

using report::Severity;
using report::Status;

/// The certificates of a PEM file as DER.
std::vector<std::string> ders(const std::string& pem) {
  std::vector<std::string> out;
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  while (X509* one = PEM_read_bio_X509(in, nullptr, nullptr, nullptr)) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(one, &bytes);
    out.emplace_back(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    X509_free(one);
  }
  BIO_free(in);
  return out;
}

std::string sha256(const std::string& bytes) {
  const auto digest = crypto::sha256(bytes);
  return {digest.begin(), digest.end()};
}

TlsAssociation tlsa(int usage, int selector, int matching, std::string data) {
  return {static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
          static_cast<std::uint8_t>(matching), std::move(data)};
}

struct Tlsa : ::testing::Test {
  MxStage stage;
  TestCertificate served = stage.certificate("mx.acme.example");
  std::vector<std::string> chain = ders(served.certificate);
};

TEST_F(Tlsa, EveryCombinationThatSmtpKnows) {
  ASSERT_EQ(chain.size(), 2U);
  const TlsAssociation key = recommended_tlsa(chain);
  EXPECT_EQ(match_tlsa(key, chain).verdict, TlsaVerdict::kMatch);
  EXPECT_EQ(match_tlsa(tlsa(3, 0, 1, sha256(chain[0])), chain).verdict, TlsaVerdict::kMatch);
  EXPECT_EQ(match_tlsa(tlsa(3, 0, 0, chain[0]), chain).verdict, TlsaVerdict::kMatch);
  const TlsaMatch anchor = match_tlsa(tlsa(2, 0, 1, sha256(chain[1])), chain);
  EXPECT_EQ(anchor.verdict, TlsaVerdict::kMatch);
  EXPECT_EQ(anchor.position, 1U);
  // Usage 3 is the leaf only.
  EXPECT_EQ(match_tlsa(tlsa(3, 0, 1, sha256(chain[1])), chain).verdict, TlsaVerdict::kNoMatch);
  EXPECT_EQ(match_tlsa(tlsa(3, 1, 1, sha256(chain[0])), chain).verdict, TlsaVerdict::kNoMatch);
  EXPECT_EQ(match_tlsa(tlsa(3, 0, 2, std::string(64, 'x')), chain).verdict, TlsaVerdict::kNoMatch);
  EXPECT_EQ(match_tlsa(tlsa(3, 0, 1, sha256(chain[0])), {}).verdict, TlsaVerdict::kNoMatch);
}

TEST_F(Tlsa, WhatSendersSkip) {
  for (const int usage : {0, 1}) {
    EXPECT_EQ(match_tlsa(tlsa(usage, 0, 1, sha256(chain[0])), chain).verdict,
              TlsaVerdict::kNotSmtp);
  }
  for (const auto& wrong :
       {tlsa(4, 0, 1, std::string(32, 'x')), tlsa(3, 2, 1, std::string(32, 'x')),
        tlsa(3, 0, 3, std::string(32, 'x')), tlsa(3, 0, 1, std::string(31, 'x')),
        tlsa(3, 0, 2, std::string(32, 'x')), tlsa(3, 0, 0, "")}) {
    EXPECT_EQ(match_tlsa(wrong, chain).verdict, TlsaVerdict::kUnusable) << tlsa_text(wrong);
  }
  EXPECT_EQ(
      match_tlsa(tlsa(3, 1, 1, std::string(32, 'x')), std::vector<std::string>{"garbage"}).verdict,
      TlsaVerdict::kNoMatch);
}

TEST_F(Tlsa, ATrustAnchorAsksForTheWholeChain) {
  const auto now = std::chrono::duration_cast<seconds>(stage.now.time_since_epoch()).count();
  const std::string names[] = {"mx.acme.example"};
  EXPECT_EQ(check_trust_anchor(chain, 1, names, now), "");
  const std::string others[] = {"mx.other.example"};
  EXPECT_NE(check_trust_anchor(chain, 1, others, now), "");
  EXPECT_NE(check_trust_anchor(chain, 1, names, now + 3600L * 24 * 365 * 20), "");
  EXPECT_NE(check_trust_anchor(chain, 2, names, now), "");
  const MxStage another;
  const std::vector<std::string> mixed = {
      chain[0], ders(another.certificate("mx.acme.example").certificate)[1]};
  EXPECT_NE(check_trust_anchor(mixed, 1, names, now), "");
}

struct DaneArea : Tlsa {
  AreaOutcome run(const std::vector<TlsAssociation>& records, MxBehaviour behaviour = {}) {
    stage.resolver.zone = Zone();
    stage.add("acme.example", RecordType::kMx, MailExchange{10, "mx.acme.example"});
    stage.add("mx.acme.example", RecordType::kA, text::parse_ip("127.0.0.1").value());
    for (const auto& record : records)
      stage.add("_25._tcp.mx.acme.example", RecordType::kTlsa, record);
    for (const auto& [name, type, data] : more) stage.add(name, type, data);
    if (behaviour.certificate.key.empty()) behaviour.certificate = served;
    const ScriptedMx server(std::move(behaviour));
    AreaOutcome out = AreaOutcome::of(area_dane, stage.subject, stage.network(server));
    EXPECT_TRUE(out.silent.empty());
    return out;
  }
  std::vector<std::tuple<std::string, RecordType, Rdata>> more;
};

TEST_F(DaneArea, ARightRecordIsProved) {
  const AreaOutcome got = run({recommended_tlsa(chain)});
  EXPECT_EQ(got.found(), "");
  EXPECT_EQ(got.ids_with(Status::kInconclusive), "");
  EXPECT_EQ(got.ids_with(Status::kNotApplicable), "");
  EXPECT_EQ(run({}).ids_with(Status::kPass), "");
}

TEST_F(DaneArea, ARenewedCertificateThatNobodyPublished) {
  const AreaOutcome got = run({tlsa(3, 1, 1, std::string(32, 'x'))});
  EXPECT_EQ(got.found(), "dane.no_match");
  EXPECT_EQ(got.finding("dane.no_match")->severity, Severity::kHigh);
  EXPECT_THAT(got.finding("dane.no_match")->fix,
              ::testing::HasSubstr("_25._tcp.mx.acme.example. 3600 IN TLSA " +
                                   tlsa_text(recommended_tlsa(chain))));
}

TEST_F(DaneArea, RecordsThatAreOddOrUseless) {
  const TlsAssociation good = recommended_tlsa(chain);
  EXPECT_EQ(run({good, tlsa(3, 1, 1, "short")}).found(), "dane.unusable");
  EXPECT_EQ(run({good, tlsa(1, 1, 1, std::string(32, 'x'))}).found(), "dane.usage");
  EXPECT_EQ(run({good, tlsa(3, 1, 1, std::string(32, 'x'))}).found(), "dane.leftover");
  EXPECT_EQ(run({tlsa(3, 0, 0, chain[0])}).found(), "dane.full_data");
  EXPECT_EQ(run({tlsa(2, 0, 1, sha256(chain[1]))}).found(), "");
}

TEST_F(DaneArea, ATrustAnchorWithTheWrongName) {
  const TestCertificate other = stage.certificate("other.example");
  const auto other_chain = ders(other.certificate);
  EXPECT_EQ(run({tlsa(2, 0, 1, sha256(other_chain[1]))}, {.certificate = other}).found(),
            "dane.trust_anchor");
}

TEST_F(DaneArea, WithoutTls) {
  EXPECT_EQ(run({recommended_tlsa(chain)}, {.starttls = false}).found(), "dane.no_starttls");
  const AreaOutcome silent = run({recommended_tlsa(chain)}, {.silent_handshake = true});
  EXPECT_EQ(silent.found(), "");
  EXPECT_EQ(silent.status.at("dane.no_match"), Status::kInconclusive);
}

TEST_F(DaneArea, OnlySomeServers) {
  more.emplace_back("acme.example", RecordType::kMx, MailExchange{20, "mx2.acme.example"});
  EXPECT_EQ(run({recommended_tlsa(chain)}).found(), "dane.partial");
}

TEST_F(DaneArea, WithoutDnssec) {
  stage.resolver.trust = Trust::kInsecure;
  EXPECT_EQ(run({recommended_tlsa(chain)}).found(), "dane.insecure");
}

/// Trust differs between the zone of the domain and that of its mail server.
class MixedTrust final : public Resolver {
 public:
  MixedTrust(Resolver& below, RecordType type, Answer instead)
      : below_(below), type_(type), instead_(std::move(instead)) {}
  Answer query(std::string_view name, RecordType type) override {
    Answer answer = below_.query(name, type);
    if (type != type_) return answer;
    answer.trust = instead_.trust;
    if (instead_.trust != Trust::kBogus) return answer;
    return instead_;
  }

 private:
  Resolver& below_;
  RecordType type_;
  Answer instead_;
};

Answer with_trust(Trust trust) {
  Answer answer;
  answer.trust = trust;
  answer.why = "the signature has expired";
  return answer;
}

TEST_F(DaneArea, UnsignedMxAndBogusTlsa) {
  run({recommended_tlsa(chain)});
  const ScriptedMx server({.certificate = served});
  const Network whole = stage.network(server);
  const auto with = [&](RecordType type, Answer instead) {
    MixedTrust resolver(stage.resolver, type, std::move(instead));
    Network network{.resolver = resolver};
    network.now = whole.now;
    network.ports = whole.ports;
    network.ca_file = whole.ca_file;
    return AreaOutcome::of(area_dane, stage.subject, network);
  };
  EXPECT_EQ(with(RecordType::kMx, with_trust(Trust::kInsecure)).found(), "dane.mx_insecure");
  const AreaOutcome bogus = with(RecordType::kTlsa, with_trust(Trust::kBogus));
  EXPECT_EQ(bogus.found(), "dane.bogus");
}

}  // namespace
}  // namespace lr::domain
