#include "cli/domain_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "cli/arguments.h"
#include "cli/audit_request.h"
#include "cli/check_catalogue.h"
#include "cli/console.h"
#include "cli/sources.h"
#include "contract/values.h"
#include "domain/check.h"
#include "domain/idn.h"
#include "domain/root_anchors.h"

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

Result<> read_anchors(const Arguments& arguments, domain::ResolverSettings& out) {
  if (!arguments.has("--trust-anchor")) return {};
  const std::string path = arguments.value("--trust-anchor");
  LR_TRY(const std::string text, read_input(path, limits::kMiB));
  out.trust_anchors.clear();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (line.find_first_not_of(" \t\r") != std::string::npos && line[0] != ';') {
      out.trust_anchors.push_back(line);
    }
    begin = end + 1;
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

/// What is judged in place of the published records, and what is answered from a recording.
Result<> read_inputs(const Arguments& arguments, DomainRequest& out) {
  if (arguments.has("--replay") && arguments.has("--record")) {
    return wrong("--replay and --record exclude each other; choose one");
  }
  out.record_path = arguments.value("--record");
  out.emit = arguments.value("--emit");
  if (arguments.has("--replay")) {
    LR_TRY(out.replay, read_input(arguments.value("--replay"), kRecordingBytes));
  }
  if (!arguments.has("--zone")) return {};
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
  return {};
}

Result<> read_names(const Arguments& arguments, DomainRequest& out) {
  if (!arguments.positionals.empty()) {
    LR_TRY(out.name, domain::to_ascii_name(arguments.positionals.front()));
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
  out.resolver = default_resolver();
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
