#include "store/ledger.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <iterator>

#include "cli/console.h"
#include "cli/sources.h"
#include "cli/verb.h"
#include "contract/values.h"
#include "report/printable.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;
using report::printable_line;

constexpr std::string_view kDefaultFile = "launchready-ledger.db";
constexpr PositionalDef kFilePositional[] = {
    {"FILE", "The ledger of a guard. Default: launchready-ledger.db."}};
constexpr SubverbDef kSubverbs[] = {
    {"verify", "Show that no event was changed, dropped, moved or cut off.", kFilePositional},
    {"search", "Find events by time, request, kind or user.", kFilePositional},
};
constexpr FlagDef kFlags[] = {
    {"--key", "${NAME}|file:PATH",
     "The key of the hash chain, for verify: guard.ledger_key of the contract.", "FILE.key"},
    {"--from", "TIME", "Earliest event, UTC, such as 2026-11-22T10:42Z.", ""},
    {"--to", "TIME", "Latest event.", ""},
    {"--request", "ID", "Events of one request.", ""},
    {"--kind", "KIND", "Events of one kind, such as access.denied.", ""},
    {"--subject", "USER", "Events of one user.", ""},
    {"--most", "N", "At most so many events.", "1000"},
    {"--json", "", "Print JSON.", ""},
};
constexpr Example kExamples[] = {
    {"launchready ledger verify launchready-ledger.db --key '${LEDGER_KEY}'",
     "Exit code 1 and the first bad entry when somebody changed it."},
    {"launchready ledger search launchready-ledger.db --from 2026-11-22T10:40Z --to "
     "2026-11-22T10:45Z",
     "What happened at 10:42."},
    {"launchready ledger search --request 5f0c2a", "Why a user's request was refused."},
};

std::string file_of(const Arguments& arguments) {
  return arguments.positionals.empty() ? std::string(kDefaultFile) : arguments.positionals.front();
}

Result<> check_is_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return {};
  const bool there = std::filesystem::exists(path, ignored);
  return fail(Code::kInvalidArgument, fmt::format("{} {}; name the ledger file of a guard", path,
                                                  there ? "is not a file" : "does not exist"));
}

int cannot_read(const std::string& path, const Error& error) {
  return complain("ledger", fmt::format("cannot read {} as a ledger: {}; name the ledger file of a "
                                        "guard",
                                        path, error.detail()));
}

/// --key, or the file that the guard makes beside the ledger when its contract names no key.
Result<Secret> key_of(const Arguments& arguments, const std::string& path) {
  if (arguments.has("--key")) return open_secret(arguments.value("--key"), "--key");
  if (std::filesystem::exists(path + ".key")) return open_secret("file:" + path + ".key", "--key");
  return fail(Code::kInvalidArgument, fmt::format("there is no {}.key; give the guard's ledger_key "
                                                  "with --key '${{NAME}}' or --key file:PATH",
                                                  path));
}

int verify(const Arguments& arguments) {
  const std::string path = file_of(arguments);
  if (auto there = check_is_file(path); !there) return complain("ledger", there.error());
  auto key = key_of(arguments, path);
  if (!key) return complain("ledger", key.error());
  auto verdict = store::verify_ledger(path, *key);
  if (!verdict) return cannot_read(path, verdict.error());
  if (arguments.has("--json")) {
    say(text::pretty_json(json::object{{"intact", verdict->intact},
                                       {"events", verdict->rows},
                                       {"first_bad", verdict->first_bad},
                                       {"why", verdict->why}}));
  } else if (verdict->intact) {
    say(fmt::format("{}: intact, {} events\n", path, verdict->rows));
  } else {
    say(fmt::format("{}: NOT INTACT at event {}: {}\n", path, verdict->first_bad,
                    printable_line(verdict->why)));
  }
  return verdict->intact ? 0 : 1;
}

Result<std::optional<WallTime>> read_time(const Arguments& arguments, std::string_view flag) {
  const std::string text = arguments.value(flag);
  if (text.empty()) return std::nullopt;
  const auto time = parse_time(text);
  if (time) return time;
  return fail(Code::kInvalidArgument,
              fmt::format("{} must be a UTC time such as 2026-11-22T10:42Z or a date, not \"{}\"",
                          flag, text));
}

Result<store::LedgerQuery> read_query(const Arguments& arguments) {
  store::LedgerQuery query;
  LR_TRY(query.from, read_time(arguments, "--from"));
  LR_TRY(query.to, read_time(arguments, "--to"));
  query.request_id = arguments.value("--request");
  query.kind = arguments.value("--kind");
  query.subject = arguments.value("--subject");
  if (arguments.has("--most")) {
    const auto most = contract::parse_count(arguments.value("--most"));
    if (!most || *most == 0 || *most > 1'000'000) {
      return fail(Code::kInvalidArgument, "--most must be a number from 1 to 1000000");
    }
    query.most = *most;
  }
  return query;
}

json::object event_object(const store::LedgerRow& row) {
  const store::LedgerEvent& event = row.event;
  return json::object{{"sequence", row.sequence}, {"time", format_rfc3339(event.time)},
                      {"kind", event.kind},       {"request_id", event.request_id},
                      {"subject", event.subject}, {"tenant", event.tenant},
                      {"method", event.method},   {"route", event.route},
                      {"client", event.client},   {"status", event.status},
                      {"reason", event.reason},   {"rule", event.rule},
                      {"link", row.link}};
}

std::string event_line(const store::LedgerRow& row) {
  const store::LedgerEvent& event = row.event;
  std::string out = fmt::format("{} {} {}", format_rfc3339(event.time), row.sequence, event.kind);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) fmt::format_to(std::back_inserter(out), " {}={}", name, value);
  };
  add("request", event.request_id);
  add("route", event.route.empty() ? event.method : event.method + " " + event.route);
  if (event.status != 0) add("status", fmt::format("{}", event.status));
  add("reason", event.reason);
  add("rule", event.rule);
  add("subject", event.subject);
  add("tenant", event.tenant);
  add("client", event.client);
  return printable_line(out) + "\n";
}

int search(const Arguments& arguments) {
  auto query = read_query(arguments);
  if (!query) return complain("ledger", query.error());
  const std::string path = file_of(arguments);
  if (auto there = check_is_file(path); !there) return complain("ledger", there.error());
  auto rows = store::search_ledger(path, *query);
  if (!rows) return cannot_read(path, rows.error());
  json::array all;
  std::string out;
  for (const store::LedgerRow& row : *rows) {
    if (arguments.has("--json")) {
      all.push_back(event_object(row));
    } else {
      out += event_line(row);
    }
  }
  say(arguments.has("--json") ? text::pretty_json(all) : out);
  return 0;
}

int run(const Arguments& arguments) {
  return arguments.subverb == "verify" ? verify(arguments) : search(arguments);
}

}  // namespace

extern constinit const VerbDef verb_ledger;
constinit const VerbDef verb_ledger{
    .name = "ledger",
    .summary = "Verify or search the guard's security ledger.",
    .description =
        "The guard writes denials, limits and reloads into a hash-chained file: a changed, dropped "
        "or cut-off entry shows. No entry holds a token, an e-mail address or a body.",
    .subverbs = kSubverbs,
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
