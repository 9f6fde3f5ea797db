#include <fmt/format.h>

#include <cctype>

#include "audit/intruders.h"

namespace lr::audit {

extern const CheckDef check_authz_path_trick;

namespace {

constexpr std::string_view kReferences[] = {"CWE-22", "CWE-178", "CWE-436"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "path_case_admin"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Intent;
using probe::Persona;

struct Spelling {
  std::string form;
  std::string target;
};

std::string capitalized(std::string path, bool all) {
  bool first = true;
  for (char& c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) == 0) continue;
    if (all || first) c = static_cast<char>(std::toupper(byte));
    first = false;
  }
  return path;
}

std::string percent_of(char c) { return fmt::format("%{:02x}", static_cast<unsigned char>(c)); }

/// `path` is a literal path such as "/admin/stats".
std::vector<Spelling> spellings_of(const std::string& path) {
  const std::string rest = path.substr(1);
  const std::size_t slash = rest.find('/');
  const std::string head = rest.substr(0, slash);
  const std::string tail = slash == std::string::npos ? "" : rest.substr(slash);
  std::vector<Spelling> out = {
      {"first letter in upper case", capitalized(path, false)},
      {"all letters in upper case", capitalized(path, true)},
      {"two slashes in front", "/" + path},
      {"a slash at the end", path + "/"},
      {"a dot segment in front", "/." + path},
      {"an encoded dot segment in front", "/%2e" + path},
      {"down and up again", "/launchready/.." + path},
      {"a letter percent-encoded", "/" + percent_of(rest.front()) + rest.substr(1)},
      {"a path parameter", "/" + head + ";x=1" + tail},
      {"an encoded space at the end", path + "%20"},
      {"an encoded NUL at the end", path + "%00"},
      {"a tab at the end", path + "%09"},
      {"a suffix .json", path + ".json"},
      {"a suffix ;.css", path + ";.css"},
      {"a dot at the end", path + "/."},
      {"..;/ as some servers read it", "/launchready/..;" + path},
  };
  if (slash != std::string::npos) {
    out.push_back({"two slashes inside", "/" + head + "/" + tail});
    out.push_back({"an encoded slash inside", "/" + head + "%2f" + tail.substr(1)});
    out.push_back({"a twice encoded slash inside", "/" + head + "%252f" + tail.substr(1)});
    out.push_back({"a backslash inside", "/" + head + "%5c" + tail.substr(1)});
  }
  return out;
}

net::Task<> attack(CheckContext& context, RouteCase route_case, const Baseline& baseline,
                   const Persona& intruder) {
  Session& session = context.session();
  const Actor nobody;
  const auto plain = session.exerciser().request(route_case, nobody);
  if (!plain) co_return std::unexpected(plain.error());
  const std::vector<Spelling> spellings = spellings_of(plain->target);
  context.plan(spellings.size());
  for (const Spelling& spelling : spellings) {
    const Cell cell = cell_of(route_case, spelling.form + ": " + spelling.target);
    probe::Request request = *plain;
    request.target = spelling.target;
    auto answer =
        co_await session.exerciser().send_as(std::move(request), &intruder, Intent::kAttack);
    if (!answer) {
      if (session.prober().stopped()) co_return std::unexpected(std::move(answer).error());
      context.proved();  // Cutting the connection is a refusal too.
      continue;
    }
    const Judgement verdict = judge_attack(baseline, *answer, session.not_found());
    if (verdict.door == Door::kBroken) {
      context.found(
          cell, context.finding(*answer, fmt::format("{} with {}", intruder.name, spelling.form)));
    } else if (verdict.door == Door::kHeld) {
      context.proved();
    } else {
      context.inconclusive(cell, verdict.reason);
    }
  }
  co_return Result<>();
}

bool is_missing(const Exchange& answer) {
  return answer.status() == 404 || answer.status() == 405 || answer.status() == 501;
}

net::Task<> check_case(CheckContext& context, RouteCase route_case) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();
  if (!baseline->usable()) co_return fail(Code::kUnavailable, baseline->problem);
  if (is_missing(baseline->positive)) co_return Result<>();  // surface.drift
  const Intruders intruders = without_role(context, route_case, *baseline->persona);
  if (!intruders.missing.empty()) co_return fail(Code::kNotFound, intruders.missing);
  co_return co_await attack(context, route_case, *baseline, *intruders.people.front());
}

/// Only literal paths: with objects in it the spelling of the id would be attacked too.
bool is_literal(const RouteCase& route_case) {
  const contract::Route& route = *route_case.route;
  return route_case.reads() && route.access.roles != 0 && !probe::has_free_path(route) &&
         probe::objects_named(route).empty() && route.path.size() > 1;
}

net::Task<> run(CheckContext& context) {
  const auto body = [&context](RouteCase route_case) { return check_case(context, route_case); };
  co_return co_await context.each_case(is_literal, body);
}

}  // namespace

constinit const CheckDef check_authz_path_trick{
    .id = "authz.path_trick",
    .control = report::Control::kAuthz,
    .title = "Another spelling of the path bypasses the role check",
    .why =
        "An ordinary user reaches administrator functions by writing the path "
        "differently.",
    .fix =
        "Decide access on the one canonical path that the handler sees; refuse every "
        "other spelling.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kRoles,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
