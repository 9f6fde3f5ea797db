#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/verb.h"
#include "contract/values.h"
#include "crypto/api_key.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;

constexpr SubverbDef kSubverbs[] = {
    {"new", "Make an API key; print it once, with the contract lines that admit it.", {}},
    {"hash", "Read an API key from stdin and print its hash.", {}},
};
constexpr FlagDef kFlags[] = {
    {"--id", "NAME", "Name of the key in the contract.", "key-1"},
    {"--user", "USER", "The user that the key stands for.", "the key's name"},
    {"--tenant", "TENANT", "The user's tenant.", "none"},
    {"--roles", "A,B", "Roles of the key.", "none"},
    {"--json", "", "Print JSON.", ""},
};
constexpr Example kExamples[] = {
    {"launchready keys new --id nightly --user exporter --roles viewer",
     "Shows the key once; keep it in your secret store."},
    {"printf %s \"$API_KEY\" | launchready keys hash", "Never on the command line."},
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

Result<std::vector<std::string>> read_roles(const Arguments& arguments) {
  std::vector<std::string> roles = split_list(arguments.value("--roles"));
  for (const std::string& role : roles) {
    if (!contract::is_grant_name(role)) {
      return fail(
          Code::kInvalidArgument,
          fmt::format("--roles: \"{}\" is no role name; use letters, digits, - and _", role));
    }
  }
  return roles;
}

Result<> check_names(const Arguments& arguments) {
  if (arguments.has("--id") && !contract::is_name(arguments.value("--id"))) {
    return fail(Code::kInvalidArgument,
                "--id must be a letter followed by letters, digits, - and _");
  }
  for (std::string_view flag : {"--user", "--tenant"}) {
    if (arguments.has(flag) && !contract::is_grant_name(arguments.value(flag))) {
      return fail(Code::kInvalidArgument, fmt::format("{} must not hold spaces or quotes", flag));
    }
  }
  return {};
}

int make(const Arguments& arguments) {
  if (auto good = check_names(arguments); !good) return complain("keys", good.error());
  auto roles = read_roles(arguments);
  if (!roles) return complain("keys", roles.error());
  const std::string id = arguments.value("--id", "key-1");
  const std::string user = arguments.value("--user", id);
  const std::string tenant = arguments.value("--tenant");
  SystemRng rng;
  // Shown here and nowhere else: this is the one command whose purpose is to print a secret.
  const Secret key = crypto::generate_api_key(rng);
  const std::string hash = crypto::hash_api_key(key.expose());
  std::string lines = fmt::format("- {{ id: {}, user: {}", id, quoted(user));
  if (!tenant.empty()) lines += ", tenant: " + quoted(tenant);
  if (!roles->empty()) lines += fmt::format(", roles: [{}]", fmt::join(*roles, ", "));
  lines += fmt::format(", hash: \"{}\" }}", hash);
  if (arguments.has("--json")) {
    say(text::pretty_json(
        json::object{{"key", key.expose()}, {"hash", hash}, {"contract", lines}}));
    return 0;
  }
  say(
      fmt::format("key       {}\n          shown once; keep it in your secret store\ncontract  "
                  "identity.api_keys.keys:\n            {}\n",
                  key.expose(), lines));
  return 0;
}

int hash(const Arguments& arguments) {
  if (is_terminal(stdin)) fmt::print(stderr, "paste the key, then Enter and Ctrl-D: ");
  auto text = read_input("-", 4 * limits::kKiB);
  if (!text) return complain("keys", text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  const Secret key(std::move(*text));
  if (key.empty()) {
    return complain("keys",
                    "stdin is empty; pipe the key in: printf %s \"$KEY\" | launchready "
                    "keys hash");
  }
  if (!crypto::looks_like_api_key(key.expose())) {
    return complain("keys",
                    "this is no key of launchready keys new (shape or checksum); make one "
                    "there, because short keys can be guessed from their hash");
  }
  const std::string digest = crypto::hash_api_key(key.expose());
  say(arguments.has("--json") ? text::pretty_json(json::object{{"hash", digest}}) : digest + "\n");
  return 0;
}

int run(const Arguments& arguments) {
  return arguments.subverb == "new" ? make(arguments) : hash(arguments);
}

}  // namespace

extern constinit const VerbDef verb_keys;
constinit const VerbDef verb_keys{
    .name = "keys",
    .summary = "Make API keys, or hash one for the contract.",
    .description =
        "The contract holds hashes only. A key has 256 random bits and a checksum by "
        "which scanners recognise it.",
    .subverbs = kSubverbs,
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
