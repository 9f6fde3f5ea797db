// Every decision on generated contracts against the oracle: identity × role × route × method ×
// token state × owner × tenant, at least 10^6 cases per run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "contract/load.h"
#include "decide/access.h"
#include "decide/testing/generator.h"

namespace lr::decide {
namespace {

using namespace testing;
using contract::Contract;

constexpr std::uint64_t kCasesMin = 1'000'000;
const Names kAskedMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"};
const Names kTokenStates = {"good",           "none",         "malformed", "expired",
                            "wrong audience", "wrong issuer", "no tenant"};

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

text::json::array strings(const Names& names) {
  text::json::array out;
  for (const std::string& name : names) out.emplace_back(name);
  return out;
}

/// The claims that an issuer would put into this caller's token, spoilt as the state says.
text::json::object claims_of(const PlainContract& plain, const PlainCaller& caller,
                             const std::string& state) {
  text::json::object claims;
  claims["iss"] = state == "wrong issuer" ? "https://evil.example"
                                          : fmt::format("https://{}.example", caller.issuer);
  claims["aud"] = state == "wrong audience" ? "shop" : "chat";
  claims["sub"] = caller.user;
  claims["exp"] = state == "expired" ? 1'600'000'000 : 1'700'000'600;
  claims["roles"] = strings(caller.roles);
  std::string scopes;
  for (const std::string& scope : caller.scopes) scopes += scope + " ";
  claims["scope"] = scopes;
  if (plain.tenants && state != "no tenant") claims["org"] = caller.tenant;
  return claims;
}

/// A caller with one state of its token, as the gateway would see it.
struct Presented {
  const PlainCaller* caller = nullptr;
  Credential credential = Credential::kNone;
  std::string plain_credential = "none";
  std::optional<Identity> identity;
};

Presented present(const PlainContract& plain, const Contract& contract, const PlainCaller& caller,
                  const std::string& state) {
  Presented out;
  out.caller = &caller;
  if (state == "none") return out;
  out.credential = Credential::kBad;
  out.plain_credential = "bad";
  const bool spoilt = state != "good" && !(state == "no tenant" && !plain.tenants);
  if (state != "malformed") {
    const auto claims = claims_of(plain, caller, state);
    const contract::Issuer* issuer = find_issuer(contract, claims);
    if (issuer != nullptr) {
      if (auto identity = judge_claims(contract, *issuer, {}, claims, kNow)) {
        out.credential = Credential::kGood;
        out.plain_credential = "good";
        out.identity = std::move(*identity);
      }
    }
  }
  EXPECT_EQ(out.credential == Credential::kGood, !spoilt) << state;
  return out;
}

/// What the cases of a whole run came across.
struct Tally {
  std::uint64_t cases = 0;
  std::uint64_t differences = 0;
  std::map<std::string, std::uint64_t> reasons;
  std::map<RouteMatch::Outcome, std::uint64_t> outcomes;
  std::uint64_t by_field = 0;
  /// Verdicts that change when the oracle forgets one rule.
  std::array<std::uint64_t, 8> noticed{};
};

std::array<Rules, 8> forgetful_rules() {
  std::array<Rules, 8> out{};
  out[0].tenants = false;
  out[1].issuers = false;
  out[2].users = false;
  out[3].inclusion = false;
  out[4].all_scopes = false;
  out[5].or_roles = false;
  out[6].reads_only_by_field = false;
  out[7].references = false;
  return out;
}

/// All cases of one contract.
class Comparison {
 public:
  Comparison(PlainContract plain, Contract contract, Tally& tally)
      : plain_(std::move(plain)),
        contract_(std::move(contract)),
        router_(contract_),
        tally_(tally) {}

  void run(Rng& rng) {
    callers_ = random_callers(plain_, rng);
    for (const PlainCaller& caller : callers_) {
      for (const std::string& state : kTokenStates) {
        presented_.push_back(present(plain_, contract_, caller, state));
      }
    }
    for (const std::string& path : interesting_paths(plain_, rng)) {
      for (const std::string& method : kAskedMethods) compare_request(path, method);
    }
  }

 private:
  void compare_request(const std::string& path, const std::string& method) {
    text::CanonicalTarget target;
    ASSERT_TRUE(text::canonicalize_target(path, target));
    router_.match(contract::parse_method(method), target, match_);
    found_ = find_route(plain_, method, path);
    compare_match(path, method);
    const Names objects = named_objects();
    for (const Presented& presented : presented_) compare_caller(presented, method, objects);
  }

  void compare_match(const std::string& path, const std::string& method) {
    ++tally_.outcomes[match_.outcome];
    ASSERT_EQ(static_cast<int>(match_.outcome), static_cast<int>(found_.outcome))
        << method << " " << path;
    contract::MethodSet allowed = 0;
    for (const std::string& name : found_.allowed) {
      allowed = static_cast<contract::MethodSet>(allowed | bit(*contract::parse_method(name)));
    }
    ASSERT_EQ(match_.allowed, allowed) << method << " " << path;
    if (match_.outcome != RouteMatch::Outcome::kMatched) return;
    ASSERT_EQ(match_.index, found_.route) << method << " " << path;
    ASSERT_EQ(match_.parameters.size(), found_.parameters.size());
    for (std::size_t i = 0; i < match_.parameters.size(); ++i) {
      ASSERT_EQ(match_.parameters[i].name, found_.parameters[i].first);
      ASSERT_EQ(match_.parameters[i].value, found_.parameters[i].second);
    }
  }

  /// Objects in the path, then those in the query.
  Names named_objects() const {
    Names out;
    if (found_.outcome != Found::Outcome::kMatched) return out;
    for (const auto& [name, value] : found_.parameters) {
      if (contract_.find_object(name)) out.push_back(name);
    }
    const PlainRoute& route = plain_.routes[found_.route];
    out.insert(out.end(), route.references.begin(), route.references.end());
    return out;
  }

  void compare_caller(const Presented& presented, const std::string& method, const Names& objects) {
    const auto owners = owners_around(plain_, *presented.caller);
    // All relations for up to two objects; a third is varied together with the first. One further
    // round leaves the objects out, as a request without its query does.
    const std::size_t second = objects.size() > 1 ? owners.size() : 1;
    const std::size_t first = objects.empty() ? 1 : owners.size();
    for (std::size_t i = 0; i < first; ++i) {
      for (std::size_t j = 0; j < second; ++j) {
        std::vector<PlainUse> uses;
        for (std::size_t k = 0; k < objects.size(); ++k) {
          uses.push_back({objects[k], owners[k == 1 ? j : i]});
        }
        compare_case(presented, method, uses);
      }
    }
    if (!objects.empty()) compare_case(presented, method, {});
  }

  void compare_case(const Presented& presented, const std::string& method,
                    const std::vector<PlainUse>& plain_uses) {
    std::array<Owner, 8> owners;
    std::vector<ObjectUse> uses;
    for (std::size_t i = 0; i < plain_uses.size(); ++i) {
      const auto& plain = plain_uses[i].owner;
      if (plain) owners[i] = {UserId(plain->user), TenantId(plain->tenant), plain->issuer};
      uses.push_back({*contract_.find_object(plain_uses[i].object), plain ? &owners[i] : nullptr});
    }
    const Identity* identity = presented.identity ? &*presented.identity : nullptr;
    const Decision decision =
        decide_access(contract_, match_, presented.credential, identity, uses);
    const Verdict real{decision.allowed, decision.allowed ? 200 : http_status(decision.code),
                       std::string(reason_name(decision.reason)), decision.owner_by_field};
    const Request request{found_, method, presented.plain_credential, *presented.caller,
                          plain_uses};
    const Verdict expected = judge(plain_, request);
    ++tally_.cases;
    ++tally_.reasons[real.reason];
    if (real.by_field) ++tally_.by_field;
    if (!(real == expected)) report(real, expected, method);
    if (tally_.cases % 48 == 0) notice(expected, request);
  }

  void report(const Verdict& real, const Verdict& expected, const std::string& method) {
    if (++tally_.differences > 5) return;
    ADD_FAILURE() << method << ": decided " << real.reason << " " << real.status << ", oracle says "
                  << expected.reason << " " << expected.status << "\n"
                  << yaml_of(plain_);
  }

  void notice(const Verdict& expected, const Request& request) {
    static const auto kForgetful = forgetful_rules();
    for (std::size_t i = 0; i < kForgetful.size(); ++i) {
      const Verdict other = judge(plain_, request, kForgetful[i]);
      if (other.allowed != expected.allowed) ++tally_.noticed[i];
    }
  }

  PlainContract plain_;
  Contract contract_;
  Router router_;
  Tally& tally_;
  std::vector<PlainCaller> callers_;
  std::vector<Presented> presented_;
  RouteMatch match_;
  Found found_;
};

Tally run_all() {
  Tally tally;
  SeededRng rng(20'240'607);
  const contract::FileReader no_files = [](const std::string&) -> Result<std::string> {
    return fail(Code::kNotFound, "no files here");
  };
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; tally.cases < kCasesMin && i < 400; ++i) {
    PlainContract plain = random_contract(rng);
    auto outcome = contract::load_contract_text(yaml_of(plain), "generated.yaml", no_files);
    if (!outcome.contract) {
      // The only thing that may be wrong with a generated contract is a path that others cover.
      for (const auto& problem : outcome.problems) {
        if (problem.warning) continue;
        EXPECT_NE(problem.message.find("is never reached"), std::string::npos) << problem.message;
      }
      ++refused;
      continue;
    }
    Comparison(std::move(plain), std::move(*outcome.contract), tally).run(rng);
  }
  EXPECT_LT(refused, 40U);
  return tally;
}

TEST(AccessOracle, AgreesInAMillionCases) {
  const Tally tally = run_all();
  fmt::print("oracle: {} cases, {} differences\n", tally.cases, tally.differences);
  EXPECT_GE(tally.cases, kCasesMin);
  EXPECT_EQ(tally.differences, 0U);
  // The cases must reach everything that can be decided.
  for (auto reason = Reason::kAllowed; reason <= Reason::kOtherTenant;
       reason = static_cast<Reason>(static_cast<int>(reason) + 1)) {
    const std::string name(reason_name(reason));
    EXPECT_GT(tally.reasons.contains(name) ? tally.reasons.at(name) : 0U, 100U) << name;
  }
  EXPECT_EQ(tally.outcomes.size(), 3U);
  EXPECT_GT(tally.by_field, 100U);
  // Forgetting any one rule must show.
  for (std::size_t i = 0; i < tally.noticed.size(); ++i) EXPECT_GT(tally.noticed[i], 10U) << i;
}

}  // namespace
}  // namespace lr::decide
