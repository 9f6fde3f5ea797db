#include "cli/secrets_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "report/palette.h"
#include "report/printable.h"
#include "report/wording.h"
#include "secrets/findings/placement.h"
#include "text/json.h"

namespace lr::cli {
namespace {

using report::counted;
using report::grouped;
using report::Palette;
using report::printable_line;
using report::Severity;
using report::wrapped;
using secrets::ScanSummary;
using secrets::SecretFinding;

constexpr std::size_t kPlacesShown = 3;  ///< Of one finding; the rest stands in the JSON.
constexpr std::size_t kFindingsShown = 50;
constexpr std::size_t kGapsShown = 5;
constexpr std::size_t kTextColumn = 5;

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{} kB", bytes / 1'000);
  if (bytes < 10'000'000'000) return fmt::format("{} MB", bytes / 1'000'000);
  return fmt::format("{} GB", bytes / 1'000'000'000);
}

std::vector<const SecretFinding*> open_findings(const ScanSummary& summary) {
  std::vector<const SecretFinding*> out;
  for (const SecretFinding& finding : summary.findings) {
    if (severity_of(finding) > Severity::kInfo) out.push_back(&finding);
  }
  return out;
}

std::string headline(const ScanSummary& summary, const Palette& palette) {
  const std::size_t open = open_findings(summary).size();
  const bool incomplete = !is_complete(summary);
  const std::string_view too = incomplete ? " And not everything could be read." : "";
  if (open > 0) {
    return fmt::format("  {}  {} to replace or remove.{}\n",
                       palette.verdict(report::Verdict::kNotReady, "SECRETS FOUND"),
                       counted(open, "secret", "secrets"), too);
  }
  if (incomplete) {
    return fmt::format("  {}  No secret in what could be read, but not everything could be read.\n",
                       palette.verdict(report::Verdict::kIncomplete, "INCOMPLETE"));
  }
  return fmt::format("  {}  No secret found.\n", palette.verdict(report::Verdict::kReady, "CLEAN"));
}

std::string finding_text(const SecretFinding& finding, std::size_t number, const Palette& palette,
                         std::size_t width) {
  const Severity severity = severity_of(finding);
  std::string title = printable_line(finding.title);
  if (!finding.live_as.empty()) title += fmt::format(" · IN USE NOW as {}", finding.live_as);
  std::string out = fmt::format(
      "{:>3}  {} {}\n", number,
      palette.severity(severity, report::pad_right(report::upper(severity_name(severity)), 9)),
      palette.bold(title));
  std::string shown = finding.masked;
  if (!finding.note.empty()) shown += " · " + printable_line(finding.note);
  out += wrapped(shown, width, kTextColumn, kTextColumn);
  for (std::size_t i = 0; i < std::min(finding.places.size(), kPlacesShown); ++i) {
    out += wrapped("at " + printable_line(place_story(finding.places[i])), width, kTextColumn,
                   kTextColumn + 3);
  }
  if (finding.places_seen > kPlacesShown) {
    out += fmt::format("     and {} in --json\n",
                       counted(finding.places_seen - kPlacesShown, "more place", "more places"));
  }
  out += wrapped("Do: " + printable_line(remedy(finding)), width, kTextColumn, kTextColumn + 4);
  out += palette.dim(fmt::format("     {} · {}\n\n", finding.rule, finding.fingerprint));
  return out;
}

std::string findings_text(const ScanSummary& summary, const Palette& palette, std::size_t width) {
  const auto open = open_findings(summary);
  std::string out;
  for (std::size_t i = 0; i < std::min(open.size(), kFindingsShown); ++i) {
    out += finding_text(*open[i], i + 1, palette, width);
  }
  if (open.size() > kFindingsShown) {
    out +=
        fmt::format("  and {} more findings in --json\n\n", grouped(open.size() - kFindingsShown));
  }
  for (const secrets::Notice& notice : summary.notices) {
    out += wrapped(fmt::format("{}: {} ({})", notice.id, printable_line(notice.url),
                               printable_line(notice.detail)),
                   width, 2, 4);
  }
  if (const std::size_t known = summary.findings.size() - open.size(); known > 0) {
    out += fmt::format(
        "  Public by design: {} (--json names them)\n",
        counted(known, "publishable key or identifier", "publishable keys or identifiers"));
  }
  return out;
}

std::string coverage_text(const ScanSummary& summary, std::size_t width) {
  const secrets::Coverage& seen = summary.coverage;
  std::string line = fmt::format("{} in {}", size_text(seen.bytes),
                                 counted(seen.documents, "document", "documents"));
  if (seen.objects > 0)
    line += fmt::format(", {}", counted(seen.objects, "git object", "git objects"));
  if (seen.decoded_bytes > 0) line += fmt::format(", {} decoded", size_text(seen.decoded_bytes));
  if (!seen.complete()) {
    line += fmt::format("; {} NOT COVERED", grouped(seen.skipped));
  } else {
    line += is_complete(summary) ? "; nothing skipped" : "; NOTHING WAS THERE TO READ";
  }
  std::string out = wrapped(line, width, 2, 4);
  for (std::size_t i = 0; i < std::min(seen.gaps.size(), kGapsShown); ++i) {
    out += wrapped(printable_line(seen.gaps[i].path + ": " + seen.gaps[i].reason), width, 4, 6);
  }
  if (seen.skipped > kGapsShown) out += "    and more in --json\n";
  return out;
}

/// Which one it is of several with the same fingerprint, its path says.
std::string entry_text(const secrets::Suppression& entry) {
  const std::string path = entry.path.empty() ? "" : " in " + printable_line(entry.path);
  return fmt::format("{}{} ({})", entry.fingerprint, path, printable_line(entry.reason));
}

std::string known_text(const ScanSummary& summary, std::size_t width) {
  std::string out;
  if (!summary.exact.empty()) {
    out += wrapped(fmt::format("Searched for the values of {}",
                               printable_line(fmt::format("{}", fmt::join(summary.exact, ", ")))),
                   width, 2, 4);
  }
  for (const std::string& why : summary.not_exact) {
    out += wrapped("Not searched for by value: " + printable_line(why), width, 2, 4);
  }
  if (summary.suppressed + summary.allowed_inline + summary.imported > 0) {
    out +=
        fmt::format("  Accepted: {} by fingerprint, {} by comment, {} by other scanners' files\n",
                    summary.suppressed, summary.allowed_inline, summary.imported);
  }
  if (summary.accepted_gaps > 0) {
    out += fmt::format("  Accepted as not covered: {}\n",
                       counted(summary.accepted_gaps, "place", "places"));
  }
  for (const secrets::Suppression& entry : summary.expired) {
    out += wrapped(
        fmt::format("Expired on {}: {}", secrets::day_text(entry.expires), entry_text(entry)),
        width, 2, 4);
  }
  for (const secrets::Suppression& entry : summary.stale) {
    out += wrapped("Stale, remove it: " + entry_text(entry), width, 2, 4);
  }
  return out;
}

namespace json = boost::json;

json::string plain(std::string_view text) { return json::string(report::printable(text)); }

json::object place_object(const secrets::Place& place) {
  json::array via;
  for (const std::string& step : place.via) via.push_back(plain(step));
  return json::object{{"surface", surface_name(place.surface)},
                      {"path", plain(place.path)},
                      {"via", std::move(via)},
                      {"line", place.line},
                      {"column", place.column},
                      {"original", plain(place.original)},
                      {"object", plain(place.object)},
                      {"commit", plain(place.commit)},
                      {"author", plain(place.author)},
                      {"time", plain(place.time)},
                      {"ref", plain(place.ref)},
                      {"reachability", plain(place.reachability)}};
}

json::object finding_object(const SecretFinding& finding) {
  json::array places;
  for (const secrets::Place& place : finding.places) places.push_back(place_object(place));
  return json::object{{"fingerprint", finding.fingerprint},
                      {"rule", finding.rule},
                      {"provider", plain(finding.provider)},
                      {"title", plain(finding.title)},
                      {"kind", kind_name(finding.kind)},
                      {"severity", severity_name(severity_of(finding))},
                      {"confidence", confidence_name(finding.confidence)},
                      {"proved", finding.proved},
                      {"live_as", plain(finding.live_as)},
                      {"masked", plain(finding.masked)},
                      {"note", plain(finding.note)},
                      {"owner", plain(finding.owner)},
                      {"remedy", plain(remedy(finding))},
                      {"dashboard", plain(finding.dashboard)},
                      {"places_seen", finding.places_seen},
                      {"places", std::move(places)}};
}

json::object coverage_object(const ScanSummary& summary) {
  const secrets::Coverage& coverage = summary.coverage;
  json::array gaps;
  for (const secrets::Coverage::Gap& gap : coverage.gaps) {
    gaps.push_back(json::object{{"path", plain(gap.path)}, {"reason", plain(gap.reason)}});
  }
  return json::object{{"complete", is_complete(summary)}, {"documents", coverage.documents},
                      {"bytes", coverage.bytes},          {"decoded_bytes", coverage.decoded_bytes},
                      {"objects", coverage.objects},      {"skipped", coverage.skipped},
                      {"gaps", std::move(gaps)}};
}

json::array text_array(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.push_back(plain(text));
  return out;
}

json::array entry_array(const std::vector<secrets::Suppression>& entries) {
  json::array out;
  for (const secrets::Suppression& entry : entries) {
    out.push_back(json::object{{"fingerprint", entry.fingerprint},
                               {"owner", plain(entry.owner)},
                               {"reason", plain(entry.reason)},
                               {"expires", secrets::day_text(entry.expires)},
                               {"path", plain(entry.path)}});
  }
  return out;
}

}  // namespace

std::string_view secrets_verdict(const ScanSummary& summary) {
  if (has_open_finding(summary)) return "findings";
  return is_complete(summary) ? "clean" : "incomplete";
}

int secrets_exit_code(const ScanSummary& summary) {
  const std::string_view verdict = secrets_verdict(summary);
  if (verdict == "clean") return 0;
  return verdict == "findings" ? 1 : 3;
}

std::string secrets_text(const ScanSummary& summary, const report::TerminalStyle& style) {
  const Palette palette(style.color);
  const auto width = static_cast<std::size_t>(std::max(style.width, 60));
  return "\n" + headline(summary, palette) + "\n" + findings_text(summary, palette, width) +
         palette.bold("Coverage") + "\n" + coverage_text(summary, width) +
         known_text(summary, width);
}

std::string secrets_json(const ScanSummary& summary) {
  json::array findings;
  for (const SecretFinding& finding : summary.findings) findings.push_back(finding_object(finding));
  json::array notices;
  for (const secrets::Notice& notice : summary.notices) {
    notices.push_back(json::object{
        {"id", notice.id}, {"url", plain(notice.url)}, {"detail", plain(notice.detail)}});
  }
  return text::pretty_json(json::object{{"schema_version", "1"},
                                        {"verdict", secrets_verdict(summary)},
                                        {"findings", std::move(findings)},
                                        {"notices", std::move(notices)},
                                        {"coverage", coverage_object(summary)},
                                        {"values_searched", text_array(summary.exact)},
                                        {"values_not_searched", text_array(summary.not_exact)},
                                        {"suppressed", summary.suppressed},
                                        {"accepted_gaps", summary.accepted_gaps},
                                        {"allowed_inline", summary.allowed_inline},
                                        {"imported", summary.imported},
                                        {"expired", entry_array(summary.expired)},
                                        {"stale", entry_array(summary.stale)}});
}

}  // namespace lr::cli
