// A second opinion on access, written to be obviously right instead of fast: plain strings, plain
// loops, no bit sets, no trie, nothing shared with the code it judges. It sees a contract the way
// its author wrote it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lr::decide::testing {

using Names = std::vector<std::string>;

struct PlainRole {
  std::string name;
  Names includes;
};

struct PlainObject {
  std::string name;
  bool learned = false;
  bool has_field = false;
  bool shared_in_tenant = false;
};

struct PlainRoute {
  std::string path;
  Names methods;
  bool open = false;  ///< access: public
  Names roles;
  Names scopes;
  std::string owner;  ///< "" without an owner rule
  Names or_roles;
  Names references;  ///< Objects named in the query, as object names.
};

struct PlainContract {
  bool tenants = false;
  std::vector<PlainRole> roles;
  Names scopes;
  std::vector<PlainObject> objects;
  std::vector<PlainRoute> routes;
};

struct PlainCaller {
  std::string user;
  std::string tenant;
  std::string issuer;
  Names roles;  ///< As in the token, without what they include.
  Names scopes;
};

struct PlainOwner {
  std::string user;
  std::string tenant;
  std::string issuer;
};

struct PlainUse {
  std::string object;
  std::optional<PlainOwner> owner;
};

/// What the oracle looks at. Switching one off must change some verdict, or the generated cases
/// would not notice when the real code forgot it.
struct Rules {
  bool tenants = true;
  bool issuers = true;
  bool users = true;
  bool inclusion = true;
  bool all_scopes = true;
  bool or_roles = true;
  bool reads_only_by_field = true;
  bool references = true;
};

struct Found {
  enum class Outcome { kMatched, kNotFound, kMethodNotAllowed };
  Outcome outcome = Outcome::kNotFound;
  std::size_t route = 0;
  Names allowed;
  std::vector<std::pair<std::string, std::string>> parameters;
};

struct Verdict {
  bool allowed = false;
  int status = 0;
  std::string reason;
  bool by_field = false;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

Names split_path(const std::string& path);
Found find_route(const PlainContract& contract, const std::string& method, const std::string& path);
/// One request as the oracle is asked about it.
struct Request {
  const Found& found;
  const std::string& method;
  const std::string& credential;  ///< "none", "bad" or "good".
  const PlainCaller& caller;      ///< Meaningful for "good".
  const std::vector<PlainUse>& uses;
};
Verdict judge(const PlainContract& contract, const Request& request, const Rules& rules = {});

}  // namespace lr::decide::testing
