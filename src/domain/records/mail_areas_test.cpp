#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/records/judge_reverse.h"
#include "domain/records/testing/judged.h"

namespace lr::domain {

extern const Area area_mx;
extern const Area area_tls_rpt;
extern const Area area_reverse;
extern const Area area_bulk;

namespace {

using report::Status;
using testing::acme;
using testing::Fault;
using testing::judged;
using testing::Judged;
using testing::Sane;
using testing::zone_of;

void receives_nothing(Subject& subject) { subject.mail.receives = false; }
void has_sender(Subject& subject) { subject.mail.senders = {"192.0.2.10"}; }
void is_bulk(Subject& subject) {
  subject.mail.bulk = true;
  subject.mail.senders = {"192.0.2.10"};
  subject.mail.selectors = {"s1"};
  subject.mail.from = "news@acme.example";
}
void is_bulk_elsewhere(Subject& subject) {
  is_bulk(subject);
  subject.mail.from = "news@other.example";
}

constexpr Fault kMxFaults[] = {
    {"missing", "@ A 192.0.2.1\n"},
    {"refuses", "@ MX 0 .\n"},
    {"null_with_others", "@ MX 0 .\n@ MX 10 mail\nmail A 192.0.2.1\n"},
    {"unused", "@ A 192.0.2.1\n", receives_nothing},
    {"unused", "@ MX 10 mail\nmail A 192.0.2.1\n", receives_nothing},
    {"alias", "@ MX 10 mail\nmail CNAME host\nhost A 192.0.2.1\n"},
    {"literal", "@ MX 10 192.0.2.1.\n"},
    {"literal", "@ MX 10 192.0.2.1\n"},
    {"no_address", "@ MX 10 mail\n"},
    {"private_address", "@ MX 10 mail\nmail A 10.0.0.1\n"},
    {"localhost", "@ MX 10 mail\nmail A 127.0.0.1\n"},
    {"duplicate", "@ MX 10 mail\n@ MX 20 mail\nmail A 192.0.2.1\n"},
    {"single", "@ MX 10 mail\nmail A 192.0.2.1\n"},
};
constexpr Sane kMxSane[] = {
    {"@ MX 10 a\n@ MX 20 b\na A 192.0.2.1\nb AAAA 2001:db8::1\n"},
    {"@ MX 0 .\n", receives_nothing},
    {"@ TXT \"nothing\"\n", receives_nothing},
};
TEST(MxArea, EveryCheckIsFoundOnceAndProvedOnce) { expect_area(area_mx, kMxFaults, kMxSane); }

constexpr Fault kTlsRptFaults[] = {
    {"missing", "@ A 192.0.2.1\n"},
    {"several",
     "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@acme.example\"\n"
     "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:b@acme.example\"\n"},
    {"syntax", "_smtp._tls TXT \"v=TLSRPTv1; rua=a@acme.example\"\n"},
    {"version", "_smtp._tls TXT \"v=TLSRPT1; rua=mailto:a@acme.example\"\n"},
    {"unreachable", "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@acme.example\"\n"},
};
constexpr Sane kTlsRptSane[] = {
    {"@ A 192.0.2.1\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@acme.example\"\n"},
    {"_smtp._tls TXT \"v=TLSRPTv1;rua=https://reports.example/t\"\n"},
    {"@ MX 0 .\n", receives_nothing},
};
TEST(TlsRptArea, EveryCheckIsFoundOnceAndProvedOnce) {
  expect_area(area_tls_rpt, kTlsRptFaults, kTlsRptSane);
}

constexpr Fault kReverseFaults[] = {
    {"missing", "@ A 192.0.2.1\n", has_sender},
    {"unconfirmed", "10.2.0.192.in-addr.arpa. PTR mail\nmail A 192.0.2.11\n", has_sender},
    {"generic", "10.2.0.192.in-addr.arpa. PTR h-192-0-2-10\nh-192-0-2-10 A 192.0.2.10\n",
     has_sender},
    {"several", "10.2.0.192.in-addr.arpa. PTR a\n10.2.0.192.in-addr.arpa. PTR b\na A 192.0.2.10\n",
     has_sender},
};
constexpr Sane kReverseSane[] = {
    {"10.2.0.192.in-addr.arpa. PTR mail\nmail A 192.0.2.10\n", has_sender}, {"@ A 192.0.2.1\n"}};
TEST(ReverseArea, EveryCheckIsFoundOnceAndProvedOnce) {
  expect_area(area_reverse, kReverseFaults, kReverseSane);
}

constexpr std::string_view kBulkGood =
    "@ TXT \"v=spf1 ip4:192.0.2.10 -all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n"
    "s1._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
    "10.2.0.192.in-addr.arpa. PTR mail\nmail A 192.0.2.10\n";
constexpr Fault kBulkFaults[] = {
    {"spf", "@ TXT \"v=spf1 nonsense\"\n", is_bulk}, {"dkim", "@ A 192.0.2.1\n", is_bulk},
    {"dmarc", "@ A 192.0.2.1\n", is_bulk},           {"alignment", kBulkGood, is_bulk_elsewhere},
    {"reverse", "@ A 192.0.2.1\n", is_bulk},
};
constexpr Sane kBulkSane[] = {{kBulkGood, is_bulk}, {"@ A 192.0.2.1\n"}};
TEST(BulkArea, EveryCheckIsFoundOnceAndProvedOnce) {
  expect_area(area_bulk, kBulkFaults, kBulkSane);
}

void is_bulk_below(Subject& subject) {
  is_bulk(subject);
  subject.mail.from = "news@apart.acme.example";
}

TEST(BulkArea, AlignmentIsOfOrganizations) {
  const auto alignment = [](const std::string& more, std::string_view unreachable) {
    Zone zone = zone_of(std::string(kBulkGood) + more);
    zone.set_unreachable(unreachable);
    Subject subject = acme();
    is_bulk_below(subject);
    return judged(area_bulk, subject, zone).status("bulk.alignment");
  };
  EXPECT_EQ(alignment("", "none.example"), Status::kPass);
  EXPECT_EQ(alignment("_dmarc.apart TXT \"v=DMARC1; p=none; psd=n\"\n", "none.example"),
            Status::kFail);
  EXPECT_EQ(alignment("", "_dmarc.apart.acme.example"), Status::kInconclusive);
}

TEST(MailAreas, NoAnswerIsNoFinding) {
  Zone zone = zone_of("@ TXT \"v=spf1 -all\"\n");
  for (const std::string_view name :
       {"acme.example", "_smtp._tls.acme.example", "10.2.0.192.in-addr.arpa", "_dmarc.acme.example",
        "s1._domainkey.acme.example"}) {
    zone.set_unreachable(name);
  }
  Subject subject = acme();
  is_bulk(subject);
  for (const Area* area : {&area_mx, &area_tls_rpt, &area_reverse}) {
    const Judged out = judged(*area, subject, zone);
    EXPECT_TRUE(out.report.findings.empty()) << area->name;
    EXPECT_TRUE(out.with(Status::kPass).empty()) << area->name;
  }
  const Judged bulk = judged(area_bulk, subject, zone);
  EXPECT_TRUE(bulk.report.findings.empty());
}

TEST(ReverseDns, NamesOfAddresses) {
  EXPECT_EQ(reverse_name(*text::parse_ip("192.0.2.10")), "10.2.0.192.in-addr.arpa");
  EXPECT_TRUE(is_generic_name("host10.2.0.192.isp.example", *text::parse_ip("192.0.2.10")));
  EXPECT_FALSE(is_generic_name("mail10.isp.example", *text::parse_ip("192.0.2.10")));
}

}  // namespace
}  // namespace lr::domain
