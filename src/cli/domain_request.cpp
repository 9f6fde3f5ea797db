#include "cli/domain_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <utility>

#include "cli/arguments.h"
#include "cli/audit_request.h"
#include "cli/check_catalogue.h"
#include "cli/console.h"
#include "cli/sources.h"
#include "contract/values.h"
#include "domain/check.h"
#include "domain/idn.h"
#include "domain/mail/spf_macro.h"
#include "domain/root_anchors.h"
#include "text/ascii.h"
#include "text/url.h"

namespace lr::cli {
namespace {

constexpr std::string_view kDefaultContract = "launchready.yaml";
constexpr std::size_t kRecordingBytes = 64u << 20;
constexpr std::uint16_t kDnsPort = 53;

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), Origin::kClient);
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  const auto port = contract::parse_count(text);
  if (!port || *port == 0 || *port > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

/// What people have in their clipboard, and what of it is meant.
std::string how_to_write(std::string_view text) {
  if (text::parse_ip(text)) return "is an address; give a domain, such as acme.example";
  if (const auto url = text::parse_url(text)) return "is a URL; give its host only: " + url->host;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    return fmt::format("is an e-mail address; give its domain only: {}", text.substr(at + 1));
  }
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    return fmt::format("has a port; give the name only: {}", text.substr(0, colon));
  }
  return {};
}

/// A domain that somebody can own: at least two labels, and no address.
Result<std::string> read_name(std::string_view text) {
  constexpr std::size_t kQuoted = 80;
  if (const std::string how = how_to_write(text); !how.empty()) {
    return wrong(fmt::format("\"{}\" {}", text.substr(0, kQuoted), how));
  }
  LR_TRY(std::string name, domain::to_ascii_name(text));
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) {
    return wrong(fmt::format("\"{}\" has no dot; give a whole name, such as acme.example", name));
  }
  if (std::ranges::all_of(std::string_view(name).substr(dot + 1), text::is_digit)) {
    return wrong(fmt::format("\"{}\" ends in a number, which no domain does", name));
  }
  return name;
}

/// Flags of which the second would be ignored.
Result<> refuse_contradictions(const Arguments& arguments) {
  constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"--replay", "--record"}, {"--replay", "--resolver"},
      {"--replay", "--stub"},   {"--replay", "--trust-anchor"},
      {"--emit", "--record"},   {"--emit", "--json"},
      {"--emit", "--out"},      {"--emit", "--only"},
      {"--emit", "--quiet"},
  };
  for (const auto& [one, other] : kPairs) {
    if (arguments.has(one) && arguments.has(other)) {
      return wrong(fmt::format("{} and {} exclude each other; choose one", one, other));
    }
  }
  return {};
}

/// "127.0.0.1:5300" or "127.0.0.1" as libunbound writes it: "127.0.0.1@5300".
std::optional<std::string> read_server(std::string_view text) {
  if (auto listen = contract::parse_listen_address(text); listen && listen->port != 0) {
    return fmt::format("{}@{}", listen->ip.str(), listen->port);
  }
  if (auto ip = text::parse_ip(text)) return fmt::format("{}@{}", ip->str(), kDnsPort);
  return std::nullopt;
}

Result<> read_servers(const Arguments& arguments, domain::ResolverSettings& out) {
  for (const std::string& server : split_list(arguments.value("--resolver"))) {
    const auto address = read_server(server);
    if (!address) {
      return wrong(
          fmt::format("--resolver: \"{}\" is no address such as 192.0.2.53 or "
                      "127.0.0.1:5300",
                      server));
    }
    out.forwarders.push_back(*address);
  }
  for (const std::string& stub : split_list(arguments.value("--stub"))) {
    const std::size_t equals = stub.find('=');
    const auto address =
        read_server(std::string_view(stub).substr(std::min(equals + 1, stub.size())));
    if (equals == std::string::npos || !address) {
      return wrong(fmt::format("--stub: \"{}\" is not ZONE=ADDRESS:PORT", stub));
    }
    out.stubs.push_back({stub.substr(0, equals), *address});
  }
  return {};
}

/// "NAME [TTL] [IN] DS|DNSKEY number number number data": what the validator can be given.
bool is_trust_anchor(const std::string& line) {
  std::istringstream in(line);
  const std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
  const auto type = std::ranges::find_if(
      words, [](const std::string& word) { return word == "DS" || word == "DNSKEY"; });
  const auto behind = words.end() - type;
  const auto before = type - words.begin();
  constexpr std::ptrdiff_t kNumbers = 3;
  return before >= 1 && before <= 3 && behind > kNumbers + 1 &&
         std::all_of(type + 1, type + 1 + kNumbers, [](const std::string& word) {
           return std::ranges::all_of(word, text::is_digit);
         });
}

Result<> read_anchors(const Arguments& arguments, domain::ResolverSettings& out) {
  if (!arguments.has("--trust-anchor")) return {};
  const std::string path = arguments.value("--trust-anchor");
  LR_TRY(const std::string text, read_input(path, limits::kMiB));
  out.trust_anchors.clear();
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    ++number;
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos || line[0] == ';') continue;
    if (!is_trust_anchor(line)) {
      return wrong(
          fmt::format("{}:{}: this is no DS or DNSKEY record on one line, such as "
                      "'. IN DS 20326 8 2 E06D44B8…'",
                      path, number));
    }
    out.trust_anchors.push_back(line);
  }
  if (out.trust_anchors.empty()) {
    return wrong(
        fmt::format("{} holds no trust anchor; write DS or DNSKEY records, one a line", path));
  }
  return {};
}

Result<> read_ports(const Arguments& arguments, DomainRequest& out) {
  for (const std::string& pair : split_list(arguments.value("--port"))) {
    const std::size_t equals = pair.find('=');
    const auto from = read_port(std::string_view(pair).substr(0, equals));
    const auto to = read_port(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
    if (equals == std::string::npos || !from || !to) {
      return wrong(fmt::format("--port: \"{}\" is not a pair such as 443=8443", pair));
    }
    out.ports[*from] = *to;
  }
  return {};
}

Result<> read_time(const Arguments& arguments, DomainRequest& out) {
  out.now = SystemClock().wall();
  if (!arguments.has("--now")) return {};
  const auto time = parse_time(arguments.value("--now"));
  if (!time) return wrong("--now must be a time such as 2026-11-25 or 2026-11-25T10:42Z");
  out.now = *time;
  return {};
}

Result<> read_bounds(const Arguments& arguments, DomainRequest& out) {
  LR_TRY_VOID(read_ports(arguments, out));
  LR_TRY_VOID(read_time(arguments, out));
  if (arguments.has("--deadline")) {
    const auto deadline = contract::parse_duration(arguments.value("--deadline"));
    if (!deadline || *deadline < seconds(1)) {
      return wrong("--deadline must be a duration of at least 1s, such as 30s or 2m");
    }
    out.deadline = std::chrono::duration_cast<seconds>(*deadline);
  }
  return {};
}

/// Of another zone there is nothing to judge here: all its names would be missing.
Result<> read_zone(const Arguments& arguments, DomainRequest& out) {
  out.zone_path = arguments.value("--zone");
  LR_TRY(const std::string text, read_input(out.zone_path, domain::kZoneFileBytes));
  LR_TRY(out.zone, domain::parse_zone_file(text, out.zone_path, out.name));
  if (out.name.empty()) out.name = out.zone->origin;
  if (out.name.empty()) {
    return wrong(
        fmt::format("{}: no SOA record says the zone's name; give it: launchready domain "
                    "NAME --zone {}",
                    out.zone_path, out.zone_path));
  }
  const bool holds = std::ranges::any_of(out.zone->records, [&](const auto& one) {
    return domain::is_same_or_below(one.record.name, out.name);
  });
  if (!holds) {
    return wrong(fmt::format("{} has no record of {}; is it the file of another zone?",
                             out.zone_path, out.name));
  }
  return {};
}

/// What is judged in place of the published records, and what is answered from a recording.
Result<> read_inputs(const Arguments& arguments, DomainRequest& out) {
  out.record_path = arguments.value("--record");
  out.emit = arguments.value("--emit");
  if (arguments.has("--replay")) {
    out.replay_path = arguments.value("--replay");
    LR_TRY(out.replay, read_input(out.replay_path, kRecordingBytes));
  }
  return arguments.has("--zone") ? read_zone(arguments, out) : Result<>();
}

Result<> read_names(const Arguments& arguments, DomainRequest& out) {
  if (!arguments.positionals.empty()) {
    LR_TRY(out.name, read_name(arguments.positionals.front()));
  }
  std::string path = arguments.value("--contract");
  const bool nothing_said = out.name.empty() && !arguments.has("--zone");
  if (path.empty() && nothing_said && std::filesystem::exists(kDefaultContract)) {
    path = kDefaultContract;
  }
  if (path.empty()) {
    return nothing_said ? wrong("no domain; give a name, or a contract with --contract FILE")
                        : Result<>();
  }
  LR_TRY(contract::Contract contract, open_contract(path));
  out.contract = std::make_unique<contract::Contract>(std::move(contract));
  return {};
}

std::vector<std::string_view> ids_of_domain() {
  std::vector<std::string_view> out;
  for (const domain::Area* area : domain::all_areas()) {
    out.push_back(area->name);
    for (const domain::CheckDef& check : area->checks) out.push_back(check.id);
  }
  return out;
}

}  // namespace

domain::ResolverSettings default_resolver() {
  domain::ResolverSettings out;
  if (!std::filesystem::exists(out.trust_anchor_file)) {
    out.trust_anchors = domain::root_trust_anchors();
  }
  return out;
}

Result<DomainRequest> read_domain_request(const Arguments& arguments) {
  DomainRequest out;
  out.begun = SystemClock().mono();
  out.resolver = default_resolver();
  LR_TRY_VOID(refuse_contradictions(arguments));
  LR_TRY_VOID(read_names(arguments, out));
  LR_TRY_VOID(read_servers(arguments, out.resolver));
  LR_TRY_VOID(read_anchors(arguments, out.resolver));
  LR_TRY_VOID(read_inputs(arguments, out));
  LR_TRY_VOID(read_bounds(arguments, out));
  LR_TRY(out.ca_file, read_ca_file(arguments));
  LR_TRY(out.only, read_only_list(arguments.value("--only"), ids_of_domain()));
  return out;
}

}  // namespace lr::cli
