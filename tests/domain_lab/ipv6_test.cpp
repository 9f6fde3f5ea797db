// The same areas over IPv6: names with AAAA records only, all of whose servers listen on ::1. The
// laboratory itself has IPv4 alone, because there is one IPv6 address of the loopback and no more.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "domain/dns/server_query.h"
#include "domain/inspect/inspect.h"
#include "domain/smtp/mail_path.h"
#include "domain/testing/certificates.h"
#include "domain/testing/knot_server.h"
#include "domain/testing/nginx_server.h"
#include "domain/validating_resolver.h"
#include "lab_domain.h"

namespace lr::domain::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// False on machines, mostly containers, without IPv6.
bool has_ipv6() {
  const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 here{};
  here.sin6_family = AF_INET6;
  here.sin6_addr = in6addr_loopback;
  const bool yes = ::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
  ::close(fd);
  if (!yes) fmt::print("not run: this machine has no ::1\n");
  return yes;
}

net::Endpoint loopback6(std::uint16_t port) { return {text::parse_ip("::1").value(), port}; }

constexpr const char* kZone =
    "@ SOA ns hostmaster 7 3600 600 86400 300\n@ NS ns\nns AAAA ::1\n@ AAAA ::1\n@ MX 10 mx\n"
    "mx AAAA ::1\n@ CAA 0 iodef \"mailto:s@six.test\"\n@ TXT \"v=spf1 ip6:::1 -all\"\n_dmarc TXT "
    "\"v=DMARC1; p=reject\"\n";
constexpr const char* kHost = "six.test";

class Ipv6 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_ipv6()) return;
    auto started =
        KnotServer::start({{.name = kHost, .text = kZone, .sign = true}}, {.addresses = {"::1"}});
    ASSERT_TRUE(started) << started.error().detail();
    dns = std::move(*started);
    ResolverSettings settings;
    settings.stubs = {{kHost, dns->address()}};
    settings.trust_anchors = {dns->trust_anchor(kHost).value()};
    settings.patience = std::chrono::seconds(5);
    auto made = ValidatingResolver::make(settings);
    ASSERT_TRUE(made) << made.error().detail();
    resolver = std::move(*made);
    subject.web_hosts = {kHost};
    subject.mail.domain = kHost;
  }
  report::Report inspected(const Network& network, std::vector<std::string> only) const {
    report::Report out;
    inspect(all_areas(), subject, network, {.only = std::move(only)}, out);
    return out;
  }
  static std::string status(const report::Report& report, std::string_view id) {
    const auto row = std::ranges::find(report.checks, id, &report::CheckRow::id);
    if (row == report.checks.end()) return "no row";
    return fmt::format("{} {}", report::status_name(row->status), row->reason);
  }
  std::unique_ptr<KnotServer> dns{};
  std::unique_ptr<ValidatingResolver> resolver{};
  WallTime now = SystemClock().wall();
  Subject subject{.domain = kHost};
};

TEST_F(Ipv6, TheDnsIsAskedOverIt) {
  if (!dns) return;
  EXPECT_THAT(dns->address(), StartsWith("::1@"));
  const auto answer = ask_server(loopback6(dns->port()), {.name = kHost, .type = RecordType::kMx});
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_TRUE(answer->authoritative);
  const HostAddresses found = addresses_of(*resolver, kHost);
  ASSERT_EQ(found.all.size(), 1U) << found.why;
  EXPECT_EQ(found.all.front().str(), "::1");
}

TEST_F(Ipv6, PagesAndCertificatesAreSeenOverIt) {
  if (!dns) return;
  const TestAuthority authority = TestAuthority::make(now).value();
  const TestCertificate served = authority.served_for(kHost, now).value();
  const auto folder = ScratchFolder::make().value();
  const auto nginx = NginxServer::start(
      {.http = "server { listen [::1]:@PORT@; return 301 https://$host$request_uri; }\n"
               "server { listen [::1]:@TLS_PORT@ ssl; ssl_certificate @FOLDER@/c.pem; "
               "ssl_certificate_key @FOLDER@/k.pem; return 200 'hello'; }\n",
       .files = {{"c.pem", served.certificate}, {"k.pem", served.key}}});
  ASSERT_TRUE(nginx) << nginx.error().detail();
  const Network network{.resolver = *resolver,
                        .now = now,
                        .ports = {{80, (*nginx)->port()}, {443, (*nginx)->tls_port()}},
                        .ca_file = folder->write("r.pem", authority.root.certificate).string()};
  const report::Report report =
      inspected(network, {"https", "redirect", "tls", "certificate", "renewal"});
  for (const char* id :
       {"https.no_answer", "https.certificate", "redirect.no_https", "tls.outdated", "tls.rc4",
        "certificate.expired", "certificate.unknown_root", "renewal.blocked"}) {
    EXPECT_EQ(status(report, id), "pass ") << id;
  }
}

TEST_F(Ipv6, MailIsTakenAndJudgedOverIt) {
  if (!dns) return;
  const auto sink = SmtpSink::start({.listen = loopback6(0),
                                     .name = "mx.six.test",
                                     .recipient = "probe@six.test",
                                     .tag = std::string(kTagField)});
  ASSERT_TRUE(sink) << sink.error().detail();
  Network network{.resolver = *resolver, .now = now};
  network.ports[25] = network.ports[587] = (*sink)->local().port;
  const report::Report report = inspected(network, {"smtp", "smtp_tls"});
  for (const char* id : {"smtp.unreachable", "smtp.starttls", "smtp.handshake", "smtp.open_relay",
                         "smtp_tls.rc4", "smtp_tls.tls10"}) {
    EXPECT_EQ(status(report, id), "pass ") << id;
  }
  // Handed in at ::1, and taken at [::1]: SPF is judged for that address.
  subject.mail.submission = Submission{.host = "mx.six.test", .port = 587};
  subject.mail.mailbox = Mailbox{.address = "probe@six.test", .path = "[::1]:0"};
  SystemRng rng;
  MailPathProof proof = prove_mail_path(subject.mail, network, rng, {.patience = milliseconds(50)});
  EXPECT_TRUE(proof.accepted) << proof.transcript << proof.trouble.value_or("");
  proof.arrived = (*sink)->wait(Deadline::after(std::chrono::seconds(5)));
  ASSERT_TRUE(proof.arrived);
  EXPECT_EQ(proof.arrived->client.str(), "::1");
  proof.client_known = true;
  const auto verdict = judge_arrival(*resolver, proof, {}, 0);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->spf->result, SpfResult::kPass) << verdict->spf->why;
  EXPECT_TRUE(verdict->dmarc.spf_aligned);
}

}  // namespace
}  // namespace lr::domain::lab
