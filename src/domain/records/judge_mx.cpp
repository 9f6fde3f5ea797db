#include "domain/records/judge_mx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domain/records/published.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

/// RFC 6890. The documentation networks are left out: examples and laboratories use them.
constexpr auto kUnreachable = std::to_array<string_view>(
    {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12",
     "192.168.0.0/16", "240.0.0.0/4", "::/128", "fc00::/7", "fe80::/10"});
constexpr std::size_t kExchangesMax = 30;

/// "192.0.2.1", also with the zone's name behind it, as a missing final dot makes it.
bool begins_with_address(string_view host) {
  constexpr int kLabels = 4;
  std::size_t end = 0;
  for (int i = 0; i < kLabels && end != string_view::npos; ++i) {
    end = host.find('.', i == 0 ? 0 : end + 1);
  }
  return text::parse_ip(host.substr(0, end)).has_value();
}

QuotedRecord quote_mx(const std::string& domain, const MailExchange& mx) {
  return {.name = domain,
          .type = RecordType::kMx,
          .text = fmt::format("{} {}.", mx.preference, mx.host)};
}

/// One MX host; collects what is wrong with it.
class HostJudge {
 public:
  HostJudge(Inspection& out, const std::string& domain, const MailExchange& mx)
      : out_(out), domain_(domain), mx_(mx), host_(canonical_name(mx.host)) {}

  void run() {
    const bool literal = begins_with_address(host_);
    say("literal", literal, "");
    if (literal) return;
    const Answer alias = out_.resolver().query(host_, RecordType::kA);
    const HostAddresses found = addresses_of(out_.resolver(), host_);
    if (alias.failed() && found.all.empty()) return unknown(found.why);
    say("alias", !alias.aliases.empty(),
        alias.aliases.empty() ? "" : "CNAME to " + alias.aliases.back());
    if (found.all.empty() && found.failed) return unknown(found.why);
    say("no_address", found.all.empty(), found.exists ? "no A and no AAAA record" : "NXDOMAIN");
    const bool loopback = host_ == "localhost" || host_.starts_with("localhost.") ||
                          std::ranges::any_of(found.all, [&](const text::IpAddress& ip) {
                            return out_.network().is_loopback(ip);
                          });
    say("localhost", loopback, listed(found));
    say("private_address", std::ranges::any_of(found.all, is_unreachable_address), listed(found));
  }

 private:
  void say(string_view check, bool bad, std::string observed) {
    std::optional<Found> found;
    if (bad) {
      found = Found{.about = host_, .record = quote_mx(domain_, mx_)};
      found->observed = std::move(observed);
    }
    out_.judge(check, host_, std::move(found));
  }
  void unknown(const std::string& why) {
    for (const string_view check : {"alias", "no_address", "localhost", "private_address"}) {
      out_.unproved(check, host_, why);
    }
  }
  static std::string listed(const HostAddresses& found) {
    std::string out;
    for (const text::IpAddress& ip : found.all) out += ip.str() + "\n";
    return out;
  }

  Inspection& out_;
  const std::string& domain_;
  const MailExchange& mx_;
  std::string host_;
};

void judge_missing(Inspection& out, const std::string& domain) {
  const HostAddresses addresses = addresses_of(out.resolver(), domain);
  const std::string dig = "dig +short " + domain + " MX";
  if (out.subject().mail.receives) {
    out.found("missing",
              {.about = domain,
               .observed = addresses.all.empty() ? "no MX record"
                                                 : "no MX record; senders try " +
                                                       addresses.all.front().str() + " instead",
               .reproduce = dig});
    return out.not_applicable("unused", "the domain promises to receive mail");
  }
  if (addresses.failed) return out.unproved("unused", domain, addresses.why);
  std::optional<Found> found;
  // Without any address senders give up at once, null MX or not.
  if (!addresses.all.empty()) {
    found = Found{.about = domain,
                  .corrected = domain + ". IN MX 0 .",
                  .observed = "no MX record, and senders try " + addresses.all.front().str(),
                  .reproduce = dig};
  }
  out.judge("unused", domain, std::move(found));
}

void judge_together(Inspection& out, const std::string& domain,
                    const std::vector<MailExchange>& exchanges) {
  std::vector<std::string> hosts;
  for (const MailExchange& mx : exchanges) hosts.push_back(canonical_name(mx.host));
  std::ranges::sort(hosts);
  const auto nulls = static_cast<std::size_t>(std::ranges::count(hosts, ""));
  std::optional<Found> found;
  if (nulls > 0 && hosts.size() > nulls) {
    found = Found{.about = domain, .record = quote_mx(domain, {0, ""})};
    found->observed = fmt::format("{}", fmt::join(hosts, "\n"));
  }
  out.judge("null_with_others", domain, std::move(found));
  found.reset();
  const bool receives = out.subject().mail.receives;
  if (receives && nulls == hosts.size()) {
    found = Found{.about = domain, .record = quote_mx(domain, {0, ""})};
  }
  out.judge("refuses", domain, std::move(found));
  found.reset();
  if (!receives && nulls == 0) {
    found = Found{.about = domain,
                  .record = quote_mx(domain, exchanges.front()),
                  .corrected = domain + ". IN MX 0 ."};
  }
  out.judge("unused", domain, std::move(found));
  found.reset();
  const auto twin = std::ranges::adjacent_find(hosts);
  if (twin != hosts.end()) found = Found{.about = domain, .observed = *twin + " is named twice"};
  out.judge("duplicate", domain, std::move(found));
  found.reset();
  if (hosts.size() == 1 && nulls == 0) found = Found{.about = domain, .observed = hosts.front()};
  out.judge("single", domain, std::move(found));
}

}  // namespace

bool is_unreachable_address(const text::IpAddress& ip) {
  return std::ranges::any_of(kUnreachable, [&](string_view prefix) {
    const auto parsed = text::parse_ip_prefix(prefix);
    return parsed && parsed->address.is_v4() == ip.is_v4() && parsed->contains(ip);
  });
}

void judge_mx(Inspection& inspection) {
  const std::string domain = mail_domain(inspection.subject());
  const Answer answer = inspection.resolver().query(domain, RecordType::kMx);
  if (answer.failed()) return inspection.rest_unproved(domain, answer.why);
  const std::vector<MailExchange> exchanges = answer.all<MailExchange>();
  if (exchanges.empty()) {
    judge_missing(inspection, domain);
  } else {
    inspection.proved("missing", domain);
    judge_together(inspection, domain, exchanges);
    for (std::size_t i = 0; i < exchanges.size() && i < kExchangesMax; ++i) {
      if (!exchanges[i].host.empty()) HostJudge(inspection, domain, exchanges[i]).run();
    }
  }
  inspection.rest_not_applicable("there is no MX record that this is about");
}

}  // namespace lr::domain
