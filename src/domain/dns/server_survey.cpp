#include "domain/dns/server_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "domain/idn.h"
#include "domain/overlay_resolver.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using State = Observation::State;

/// Reserved for documentation (RFC 2606) and never in the zones of a server we ask: only somebody
/// who resolves for strangers has an answer.
constexpr std::string_view kForeignName = "example.org";

Observation judge_authority(const DnsMessage& message, const std::string& zone) {
  if (message.rcode != Rcode::kNoError) return {State::kBad, rcode_name(message.rcode)};
  const bool has_soa = std::ranges::any_of(message.answer, [&](const Record& record) {
    return record.type == RecordType::kSoa && record.name == zone;
  });
  if (!message.authoritative) return {State::kBad, "the answer is not authoritative"};
  if (!has_soa) return {State::kBad, "there is no SOA record in the answer"};
  return {State::kGood};
}

/// FORMERR, NOTIMP or BADVERS to a question that works without EDNS; or an answer that ignores it.
Observation judge_edns(const ServerReport& report, const Result<DnsMessage>& with,
                       const std::string& zone) {
  if (with && with->edns) return {State::kGood};
  if (with && with->rcode == Rcode::kNoError) {
    return {State::kBad, "the answer has no OPT record, so EDNS was ignored"};
  }
  const auto without =
      ask_server(report.endpoint, {.name = zone, .type = RecordType::kSoa, .edns = false});
  if (!without) return {State::kUnknown, without.error().detail()};
  if (without->rcode != Rcode::kNoError) {
    return {State::kUnknown, "it answers " + rcode_name(without->rcode)};
  }
  return {State::kBad, with ? rcode_name(with->rcode) + " to a question with EDNS"
                            : "no answer to a question with EDNS, but one without"};
}

Observation judge_tcp(const ServerReport& report, bool answers_udp, const std::string& zone) {
  const Question question{.name = zone, .type = RecordType::kSoa};
  auto answer = ask_server(report.endpoint, question, Transport::kTcp);
  // One connection that fails may be bad luck.
  if (!answer) answer = ask_server(report.endpoint, question, Transport::kTcp);
  if (answer) return {State::kGood};
  // Whoever answers over UDP is reachable from here, so a refused connection is theirs.
  const bool refused = answer.error().code() == Code::kUnavailable;
  return {answers_udp && refused ? State::kBad : State::kUnknown, answer.error().detail()};
}

Observation judge_transfer(const ServerReport& report, const std::string& zone) {
  const auto transfer = try_transfer(report.endpoint, zone);
  if (!transfer) {
    // Closing the connection is a refusal too; silence proves nothing.
    const bool refused = transfer.error().code() == Code::kUnavailable;
    return {refused ? State::kGood : State::kUnknown, transfer.error().detail()};
  }
  if (!transfer->open) return {State::kGood};
  return {State::kBad, fmt::format("at least {} records were handed out, among them {}",
                                   transfer->records, transfer->first_names)};
}

Observation judge_recursion(const ServerReport& report) {
  const auto answer =
      ask_server(report.endpoint,
                 {.name = std::string(kForeignName), .type = RecordType::kSoa, .recursion = true});
  if (!answer) return {State::kUnknown, answer.error().detail()};
  const bool resolved = answer->rcode == Rcode::kNoError && !answer->answer.empty();
  if (!resolved || !answer->recursion_available) return {State::kGood};
  return {State::kBad, fmt::format("it found out about {} for a stranger", kForeignName)};
}

void survey(ServerReport& report, const std::string& zone) {
  const auto answer = ask_server(report.endpoint, {.name = zone, .type = RecordType::kSoa});
  if (answer) {
    report.authority = judge_authority(*answer, zone);
    for (const Record& record : answer->answer) {
      const auto* soa = std::get_if<StartOfAuthority>(&record.data);
      if (soa != nullptr && record.name == zone) report.serial = soa->serial;
    }
  } else {
    report.authority = {State::kUnknown, answer.error().detail()};
  }
  report.edns = judge_edns(report, answer, zone);
  if (report.edns.state == State::kBad && !answer) {
    const auto plain =
        ask_server(report.endpoint, {.name = zone, .type = RecordType::kSoa, .edns = false});
    if (plain) report.authority = judge_authority(*plain, zone);
  }
  if (report.authority.state == State::kUnknown) {
    // One silence is enough: the others would only cost time.
    report.tcp = report.transfer = report.recursion = report.authority;
    return;
  }
  report.tcp = judge_tcp(report, true, zone);
  report.transfer = report.tcp.state == State::kGood
                        ? judge_transfer(report, zone)
                        : Observation{State::kUnknown, report.tcp.text};
  report.recursion = judge_recursion(report);
}

std::string parent_of(const std::string& zone) {
  const std::size_t dot = zone.find('.');
  return dot == std::string::npos ? "" : zone.substr(dot + 1);
}

}  // namespace

std::vector<ServerReport> survey_servers(const Network& network, const std::string& zone,
                                         const std::vector<ZoneServer>& servers) {
  constexpr std::uint16_t kDnsPort = 53;
  std::vector<ServerReport> reports;
  for (const ZoneServer& server : servers) {
    for (const text::IpAddress& ip : server.addresses.all) {
      if (reports.size() == kServersAsked) break;
      ServerReport report;
      report.name = server.name;
      report.endpoint = network.endpoint(ip, kDnsPort);
      reports.push_back(std::move(report));
    }
  }
  {
    std::vector<std::jthread> threads;
    for (ServerReport& report : reports) {
      threads.emplace_back([&report, &zone] { survey(report, zone); });
    }
  }
  return reports;
}

Result<ParentSide> ask_parent(Inspection& inspection, const std::string& zone) {
  const std::string above = parent_of(zone);
  const std::string parent = above.empty() ? "" : zone_apex(inspection.resolver(), above);
  if (parent.empty()) return fail(Code::kUnavailable, "the parent zone is not known");
  const auto servers =
      server_endpoints(inspection.network(), zone_servers(inspection.resolver(), parent));
  LR_TRY(const DnsMessage message, ask_servers(servers, {.name = zone, .type = RecordType::kNs}));
  inspection.count_requests(1);
  ParentSide out;
  // A referral has the names in the authority section; a server of both zones answers.
  for (const auto* section : {&message.authority, &message.answer}) {
    for (const Record& record : *section) {
      const auto* host = std::get_if<HostName>(&record.data);
      if (record.type == RecordType::kNs && record.name == zone && host != nullptr) {
        out.names.insert(canonical_name(host->name));
      }
    }
  }
  if (out.names.empty()) {
    return fail(Code::kUnavailable, "the servers of " + parent + " name no servers of the zone");
  }
  for (const Record& record : message.additional) {
    if (std::holds_alternative<text::IpAddress>(record.data)) out.glue.push_back(record);
  }
  return out;
}

Observation compare_glue(const std::string& zone, const ParentSide& parent,
                         const std::vector<ZoneServer>& servers) {
  Observation out{State::kUnknown, "no name server lies inside of the zone"};
  for (const ZoneServer& server : servers) {
    if (!is_at_or_below(server.name, zone) || !parent.names.contains(server.name)) continue;
    if (server.addresses.all.empty()) continue;
    bool any = false;
    for (const Record& record : parent.glue) {
      if (record.name != server.name) continue;
      any = true;
      const auto& ip = std::get<text::IpAddress>(record.data);
      if (std::ranges::count(server.addresses.all, ip) == 0) {
        return {State::kBad,
                fmt::format("the parent has {} for {}, the zone has not", ip.str(), server.name)};
      }
    }
    if (!any) return {State::kBad, "the parent has no address of " + server.name};
    out = {State::kGood};
  }
  return out;
}

std::string unusual_timers(const StartOfAuthority& soa) {
  constexpr std::uint32_t kDay = 86'400;
  if (soa.refresh < 300 || soa.refresh > 2 * kDay) {
    return fmt::format("refresh is {} seconds", soa.refresh);
  }
  if (soa.retry > soa.refresh) {
    return fmt::format("retry ({}) is longer than refresh ({})", soa.retry, soa.refresh);
  }
  if (soa.expire < soa.refresh + soa.retry) {
    return fmt::format("expire ({}) is shorter than refresh and retry", soa.expire);
  }
  if (soa.minimum > kDay) {
    return fmt::format("\"does not exist\" is remembered for {} seconds", soa.minimum);
  }
  return "";
}

}  // namespace lr::domain
