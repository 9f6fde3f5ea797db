// The lab's bearer tokens: ES256, issued by the lab itself and by whoever holds its test key.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "crypto/jwk.h"
#include "lab/defects.h"
#include "lab/world.h"
#include "text/json.h"

namespace lr::lab {

inline constexpr std::string_view kIssuer = "https://id.lab.example";
inline constexpr std::string_view kAudience = "lab-chat";
inline constexpr std::chrono::seconds kClockSkew{30};

/// Who is calling, as the verified token says.
struct Caller {
  Owner owner;
  std::vector<std::string> roles;  ///< Closed: an admin is a viewer too.
  std::vector<std::string> scopes;
  bool has_role(std::string_view role) const;
  bool has_scope(std::string_view scope) const;
};
/// As if `user` had logged in.
Caller caller_of(const User& user);

class Tokens {
 public:
  static Result<std::unique_ptr<Tokens>> create(const FlawSet& flaws, const Clock& clock);

  /// kUnauthenticated with the reason. `on_orders` names the routes of one of the defects.
  Result<Caller> verify(std::string_view token, bool on_orders) const;
  /// Valid for one hour.
  Result<std::string> issue(const User& user) const;
  /// The private key, for the audit's test identities.
  const crypto::Jwk& key() const { return key_; }

 private:
  Tokens(const FlawSet& flaws, const Clock& clock, crypto::Jwk key);
  bool weakly_accepted(std::string_view token, bool on_orders) const;
  Result<> check_claims(const text::json::object& claims) const;
  Result<> check_times(const text::json::object& claims) const;

  const FlawSet& flaws_;
  const Clock& clock_;
  crypto::Jwk key_;
  crypto::JwkSet keys_;
};

}  // namespace lr::lab
