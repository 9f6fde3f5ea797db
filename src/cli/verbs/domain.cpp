#include <fmt/format.h>

#include <filesystem>

#include "cli/console.h"
#include "cli/domain_request.h"
#include "cli/domain_scan.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "domain/records/emit.h"

namespace lr::cli {
namespace {

constexpr PositionalDef kPositionals[] = {
    {"NAME", "The domain, such as acme.example. Without one, the contract's is judged."}};

constexpr FlagDef kFlags[] = {
    {"--contract", "FILE", "What is promised: sections domains, mail and edge.",
     "launchready.yaml when no name is given"},
    {"--zone", "FILE",
     "Judge this zone file as if it were published. Nothing is connected to; only names outside of "
     "the zone are asked.",
     ""},
    {"--emit", "records|zone|terraform|dnscontrol",
     "Print the records that are missing or wrong, ready to publish, and nothing else.", ""},
    {"--record", "FILE", "Keep every answer of the DNS.", ""},
    {"--replay", "FILE", "Judge the answers of an earlier --record; no network.", ""},
    {"--now", "TIME", "Judge expiry and ages as of this time (UTC).", "the clock"},
    {"--resolver", "ADDRESS", "Ask this recursive resolver; ADDRESS:PORT for another port.",
     "the root servers, without anybody between"},
    {"--stub", "ZONE=ADDRESS:PORT", "Ask this server about a zone, for laboratories.", ""},
    {"--trust-anchor", "FILE", "DS or DNSKEY records to trust, one a line.", "the root's"},
    {"--port", "443=8443", "Connect to another port in place of a well-known one.", ""},
    {"--ca", "FILE", "PEM file with the certificate authorities to trust.", "the system's"},
    {"--only", "IDS", "Checks, areas such as dmarc, or controls, separated by commas.", "all"},
    {"--deadline", "TIME", "Longest run. What is left is inconclusive.", "60s"},
    {"--out", "DIR", "Write report.json, html, sarif, junit and md.", ""},
    {"--json", "", "Print report.json instead of the scorecard.", ""},
    {"--quiet", "", "No progress and no scorecard; reports and exit code only.", ""},
};

constexpr Example kExamples[] = {
    {"launchready domain acme.example",
     "DNS, mail, TLS, redirects and edge, as anybody sees them."},
    {"launchready domain --contract launchready.yaml",
     "The same against what the product promises: selectors, senders, name servers, origins."},
    {"launchready domain acme.example --zone acme.zone", "A change, before it is published."},
    {"launchready domain acme.example --emit zone",
     "The records that are missing, as a zone file."},
    {"launchready domain acme.example --record monday.json",
     "Keeps the answers; --replay monday.json judges them again, the same everywhere."},
};

void print_result(const Arguments& arguments, const report::Report& report) {
  if (arguments.has("--json")) {
    say(report::render_json(report));
  } else if (!arguments.has("--quiet")) {
    say(report::render_terminal(report, style_of(stdout)));
  }
}

/// Shows areas as they end.
domain::InspectOptions options_of(const DomainRequest& request, ProgressLine& line) {
  domain::InspectOptions out;
  out.only = request.only;
  out.on_progress = [&line](std::string_view area, std::size_t done, std::size_t total) {
    line.show({.check = area,
               .checks_done = static_cast<std::uint32_t>(done),
               .checks_total = static_cast<std::uint32_t>(total)});
  };
  return out;
}

int emit(const DomainRequest& request, const domain::Subject& subject,
         const ResolverLayers& layers) {
  const domain::Emission emission = domain::emit_records(subject, layers.top());
  say(domain::render_emission(emission, *domain::parse_emit_format(request.emit)));
  if (emission.open.empty()) return 0;
  // The records may go into a file that nobody reads before it is published.
  complain("domain", fmt::format("{} left for you to decide: see the lines with \"open:\"",
                                 emission.open.size() == 1
                                     ? "1 thing is"
                                     : fmt::format("{} things are", emission.open.size())));
  return 3;
}

std::string folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path().string() : ".";
}

/// A place that cannot be written to is found before the work, not after it.
Result<> prepare_recording(const std::string& path) {
  if (path.empty()) return {};
  if (std::filesystem::is_directory(path)) {
    return fail(Code::kInvalidArgument, "--record: " + path + " is a folder; give a file in it",
                Origin::kClient);
  }
  return prepare_folder(folder_of(path));
}

int run(const Arguments& arguments) {
  auto request = read_domain_request(arguments);
  if (!request) return complain("domain", request.error());
  const std::string folder = arguments.value("--out");
  if (!folder.empty()) {
    if (auto ready = prepare_folder(folder); !ready) return complain("domain", ready.error());
  }
  if (auto ready = prepare_recording(request->record_path); !ready) {
    return complain("domain", ready.error());
  }
  auto layers = ResolverLayers::open(*request);
  if (!layers) return complain("domain", layers.error());
  auto subject = read_subject(*request, (*layers)->top());
  if (!subject) return complain("domain", subject.error());
  if (!request->emit.empty()) return emit(*request, *subject, **layers);
  ProgressLine line("domain", can_show_progress() && !arguments.has("--quiet"));
  const report::Report report =
      inspect_domain(*request, *subject, **layers, options_of(*request, line));
  line.clear();
  if (!folder.empty()) {
    if (auto written = write_reports(folder, report); !written) {
      return complain("domain", written.error());
    }
  }
  if (!request->record_path.empty()) {
    const std::string name = std::filesystem::path(request->record_path).filename();
    const OutputFile files[] = {{name, (*layers)->recording()}};
    if (auto kept = write_files(folder_of(request->record_path), files); !kept) {
      return complain("domain", kept.error());
    }
  }
  print_result(arguments, report);
  return report::exit_code(report.verdict);
}

}  // namespace

extern constinit const VerbDef verb_domain;
constinit const VerbDef verb_domain{
    .name = "domain",
    .summary = "Judge a domain: DNS, mail, TLS, redirects and edge.",
    .description =
        "Asks the DNS, validated by DNSSEC, shakes hands with web and mail servers in every "
        "version "
        "of TLS, and judges what it sees by the current standards: SPF, DKIM, DMARC by both of its "
        "editions, MTA-STS, DANE, CAA, delegation, dangling names, certificates and their renewal, "
        "HSTS, caching at the edge. A question that nobody answers is inconclusive, never missing. "
        "Works on a zone file before it is published, and prints the records to publish.",
    .subverbs = {},
    .positionals = kPositionals,
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
