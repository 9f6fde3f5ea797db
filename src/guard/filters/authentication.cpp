// Who is calling: a Bearer JWT under one of the contract's issuers, or an API key. Deny by default;
// the token chooses neither its algorithm nor where its keys come from.
#include "crypto/jws.h"
#include "decide/identity.h"
#include "guard/filter.h"
#include "guard/jwks_cache.h"
#include "guard/metrics.h"
#include "guard/rate_limiter.h"
#include "guard/snapshot.h"
#include "guard/token_cache.h"

namespace lr::guard {

extern const FilterDef filter_authentication;

namespace {

constexpr std::string_view kAfter[] = {"limits_client"};
constexpr std::size_t kCachedTokens = 10'000;
constexpr seconds kCachedFor{300};

/// A token taken apart, with the issuer that it names. Nothing in it is trusted yet.
struct Candidate {
  crypto::UnverifiedJws jws;
  text::json::value claims;
  const contract::Issuer* issuer = nullptr;
  std::size_t issuer_index = 0;
};

/// "Bearer" SP token, in any case and with nothing else; "" for anything different.
std::string_view bearer_token(std::string_view value) {
  constexpr std::string_view kScheme = "Bearer ";
  if (value.size() <= kScheme.size()) return {};
  if (!text::equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return {};
  const std::string_view token = value.substr(kScheme.size());
  if (token.size() > limits::kTokenBytes || token.find(' ') != std::string_view::npos) return {};
  return token;
}

class AuthenticationFilter final : public Filter {
 public:
  explicit AuthenticationFilter(const Services& services)
      : services_(services), cache_(kCachedTokens) {
    if (!services.contract.api_keys) return;
    for (const contract::ApiKey& key : services.contract.api_keys->keys) {
      decide::Identity identity = decide::identity_of(key);
      if (identity.token_digest.empty()) identity.token_digest = crypto::hex(key.hash);
      key_callers_.push_back(make_caller(services.contract, std::move(identity), 0));
    }
  }

  Verdict on_request(Exchange& exchange) override {
    if (exchange.is_public()) return Verdict::pass();
    const text::Fields& fields = exchange.head->fields;
    const std::size_t tokens = fields.count("Authorization");
    const std::size_t keys =
        services_.contract.api_keys ? fields.count(services_.contract.api_keys->header) : 0;
    if (tokens + keys == 0)
      return Verdict::reject(Code::kUnauthenticated, "no_credential", at(exchange));
    // Two credentials: the guard and the application might each believe another one.
    if (tokens + keys > 1) return refuse(exchange, "repeated_credential");
    return keys == 1 ? judge_key(exchange) : judge_token(exchange, true);
  }

  net::Task<Verdict> on_request_slow(Exchange& exchange) override {
    auto candidate = take_apart(bearer_token(*exchange.head->fields.get("Authorization")));
    if (!candidate) co_return refuse(exchange, "malformed token");
    if (const auto* source = std::get_if<contract::JwksUrl>(&candidate->issuer->keys)) {
      const text::Url url = source->url;
      const std::string kid = candidate->jws.kid;
      // A failed refresh shows when the keys are looked for again.
      auto refreshed = co_await services_.keys.refresh(url, kid);
      if (!refreshed) co_return keys_unavailable(exchange);
    }
    co_return judge_token(exchange, false);
  }

 private:
  static contract::Mark at(const Exchange& exchange) { return exchange.route->at; }

  Verdict refuse(Exchange& exchange, std::string_view detail) const {
    exchange.credential_bad = true;
    Verdict verdict = Verdict::reject(Code::kUnauthenticated, "bad_credential", at(exchange));
    verdict.detail = exchange.keep(detail);
    return charge_refused_credential(services_, exchange, verdict);
  }

  static Verdict keys_unavailable(Exchange& exchange) {
    exchange.retry_after = seconds(5);
    return Verdict::reject(Code::kUnavailable, "keys_unavailable", at(exchange));
  }

  Verdict judge_key(Exchange& exchange) const {
    const contract::ApiKeys& known = *services_.contract.api_keys;
    const crypto::Sha256 digest = crypto::sha256(*exchange.head->fields.get(known.header));
    const contract::ApiKey* key = decide::find_api_key(services_.contract, digest);
    if (key == nullptr) return refuse(exchange, "unknown API key");
    exchange.caller = key_callers_[static_cast<std::size_t>(key - known.keys.data())];
    return Verdict::pass();
  }

  Verdict judge_token(Exchange& exchange, bool may_suspend) {
    const std::string_view token = bearer_token(*exchange.head->fields.get("Authorization"));
    if (token.empty()) return refuse(exchange, "not a bearer token");
    const crypto::Sha256 digest = crypto::sha256(token);
    exchange.caller = cache_.find(digest, exchange.wall, services_.keys.generation());
    if (exchange.caller != nullptr) {
      services_.metrics.token_cache_hits.add();
      return Verdict::pass();
    }
    auto candidate = take_apart(token);
    if (!candidate) return refuse(exchange, candidate.error().detail());
    return verify(exchange, *candidate, digest, may_suspend);
  }

  Result<Candidate> take_apart(std::string_view token) const {
    Candidate candidate;
    LR_TRY(candidate.jws, crypto::split_jws(token));
    LR_TRY(candidate.claims, text::parse_json(candidate.jws.payload));
    if (!candidate.claims.is_object()) return fail(Code::kUnauthenticated, "claims are no object");
    candidate.issuer = decide::find_issuer(services_.contract, candidate.claims.get_object());
    if (candidate.issuer == nullptr) return fail(Code::kUnauthenticated, "unknown issuer");
    candidate.issuer_index =
        static_cast<std::size_t>(candidate.issuer - services_.contract.issuers.data());
    return candidate;
  }

  Verdict verify(Exchange& exchange, const Candidate& candidate, const crypto::Sha256& digest,
                 bool may_suspend) {
    const contract::Issuer& issuer = *candidate.issuer;
    const auto* source = std::get_if<contract::JwksUrl>(&issuer.keys);
    std::shared_ptr<const crypto::JwkSet> keys =
        services_.snapshot.fixed_keys[candidate.issuer_index];
    if (source != nullptr) keys = services_.keys.find(source->url);
    if (keys == nullptr) {
      const bool ask = may_suspend && source != nullptr &&
                       services_.keys.worth_asking(source->url, candidate.jws.kid);
      return ask ? Verdict::suspend() : keys_unavailable(exchange);
    }
    services_.metrics.token_verifications.add();
    const auto verified = crypto::verify_jws(candidate.jws, *keys, issuer.algorithms);
    if (!verified) {
      const bool unknown = verified.error().detail() == "unknown key";
      const bool ask = unknown && may_suspend && source != nullptr &&
                       services_.keys.worth_asking(source->url, candidate.jws.kid);
      return ask ? Verdict::suspend() : refuse(exchange, verified.error().detail());
    }
    return accept(exchange, candidate, digest);
  }

  Verdict accept(Exchange& exchange, const Candidate& candidate, const crypto::Sha256& digest) {
    auto identity =
        decide::judge_claims(services_.contract, *candidate.issuer, candidate.jws.header,
                             candidate.claims.get_object(), exchange.wall);
    if (!identity) return refuse(exchange, identity.error().detail());
    identity->token_digest = crypto::hex(digest);
    const WallTime until = std::min(identity->expires, exchange.wall + kCachedFor);
    exchange.caller =
        make_caller(services_.contract, std::move(*identity), services_.keys.generation());
    cache_.insert(digest, exchange.caller, until);
    return Verdict::pass();
  }

  const Services& services_;
  TokenCache cache_;
  std::vector<CallerPtr> key_callers_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<AuthenticationFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: a good token", "", "GET /private HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n",
     200, "X-Launchready-User: alice\n"},
    {"pass: an identity that the client claims is dropped", "",
     "GET /private HTTP/1.1\nHost: a\nX_Launchready_User: root\nX-User-Id: root\n"
     "Authorization: Bearer {token}\n\n",
     200, "X-Launchready-User: alice\n"},
    {"reject: no token", "", "GET /private HTTP/1.1\nHost: a\n\n", 401,
     "WWW-Authenticate: Bearer\r\n"},
    {"reject: one letter too many", "",
     "GET /private HTTP/1.1\nHost: a\nAuthorization: Bearer {token}x\n\n", 401,
     "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"},
    {"reject: two credentials", "",
     "GET /private HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
     "Authorization: Bearer {token}\n\n",
     401, "unauthenticated"},
};

}  // namespace

constinit const FilterDef filter_authentication{
    .id = "authentication",
    .title = "Verifies the token or API key",
    .after = kAfter,
    .why_after = "a flood from one address is stopped before any signature is checked",
    .section = "identity",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
