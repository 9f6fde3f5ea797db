#include "probe/identities.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cctype>

#include "contract/load.h"
#include "crypto/api_key.h"
#include "crypto/jws.h"
#include "probe/placeholder.h"

namespace lr::probe {
namespace {

namespace json = text::json;

constexpr seconds kLifetime{900};
constexpr std::int64_t kRefreshBefore = 60;

/// Puts `value` into a JSON text as the inside of a string.
std::string json_inside(std::string_view value) {
  const std::string quoted = json::serialize(json::value(json::string(value)));
  return quoted.substr(1, quoted.size() - 2);
}

/// The `exp` of a token that we hold ourselves; 0 when it is opaque.
std::int64_t expiry_of(std::string_view token) {
  const auto jws = crypto::split_jws(token);
  if (!jws) return 0;
  const auto claims = text::parse_json(jws->payload);
  if (!claims || !claims->is_object()) return 0;
  const json::value* exp = claims->get_object().if_contains("exp");
  return exp != nullptr && exp->is_int64() ? exp->get_int64() : 0;
}

}  // namespace

decide::Identity identity_of(const Persona& persona, const contract::Contract& contract) {
  decide::Identity out;
  out.user = persona.subject.user;
  out.tenant = persona.subject.tenant;
  out.roles = persona.subject.roles;
  out.scopes = persona.subject.scopes;
  if (!contract.issuers.empty()) out.issuer = contract.issuers.front().name;
  return out;
}

std::string credential_variable(const Persona& persona) {
  std::string out = "TOKEN_";
  for (const char c : persona.name) {
    const auto byte = static_cast<unsigned char>(c);
    out += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return out;
}

Identities::Identities(const contract::Contract& contract, const Clock& clock, Rng& rng,
                       Redactor& redactor)
    : contract_(contract), clock_(clock), redactor_(redactor), tag_(rng.hex(4)) {
  for (const contract::AuditIdentity& identity : contract.audit.identities) {
    const UserId user = identity.user.empty() ? UserId(identity.name) : identity.user;
    declared_.push_back({identity.name,
                         {user, identity.tenant, identity.roles, identity.scopes},
                         &identity,
                         "",
                         ""});
  }
}

std::int64_t Identities::now_seconds() const {
  return std::chrono::floor<seconds>(clock_.wall()).time_since_epoch().count();
}

const contract::Issuer* Identities::mint_issuer() const {
  if (!contract_.audit.mint) return nullptr;
  const std::size_t index = contract_.audit.mint->issuer;
  return index < contract_.issuers.size() ? &contract_.issuers[index] : nullptr;
}

void Identities::load_key() {
  const contract::Issuer* issuer = mint_issuer();
  if (issuer == nullptr) {
    mint_problem_ = "the contract has no audit.mint with a test key";
    return;
  }
  auto text = contract::read_secret(contract_.audit.mint->key);
  if (!text) {
    mint_problem_ = "audit.mint: " + text.error().detail();
    return;
  }
  auto key = crypto::Jwk::parse(text->expose());
  if (!key && std::holds_alternative<contract::SharedSecret>(issuer->keys)) {
    key = crypto::Jwk::from_hmac_secret(*text, "");
  }
  if (!key || !key->is_private()) {
    mint_problem_ = "audit.mint.key: " + (key ? "not a private key" : key.error().detail());
    return;
  }
  for (const crypto::Algorithm algorithm : issuer->algorithms) {
    if (key->fits(algorithm)) algorithm_ = algorithm;
    if (algorithm_) break;
  }
  if (algorithm_) {
    key_ = std::move(*key);
  } else {
    mint_problem_ = "audit.mint.key fits none of the issuer's algorithms";
  }
}

net::Task<> Identities::prepare(Prober& prober) {
  load_key();
  for (Persona& persona : declared_) {
    auto credential = co_await obtain(persona, prober);
    if (prober.stopped()) co_return fail(Code::kCancelled, prober.stop_reason(), Origin::kTarget);
    if (!credential) {
      persona.unusable = credential.error().detail();
      continue;
    }
    redactor_.learn(credential->token);
    credentials_[&persona] = std::move(*credential);
  }
  co_return Result<>();
}

const Persona& Identities::mint_like(const Persona& persona) {
  Subject subject = persona.subject;
  subject.user = UserId(fmt::format("audit-{}-{}", tag_, ++serial_));
  return mint_variant(persona, std::move(subject), "a fresh " + persona.name);
}

const Persona& Identities::mint_variant(const Persona& persona, Subject subject, std::string name) {
  const std::string& like = persona.like.empty() ? persona.name : persona.like;
  minted_.push_back({std::move(name), std::move(subject), nullptr, "", like});
  return minted_.back();
}

Result<std::string> Identities::sign(const json::object& claims) const {
  LR_CHECK(key_ && algorithm_);
  json::object header;
  const contract::Issuer* issuer = mint_issuer();
  if (!issuer->token_type.empty()) header["typ"] = issuer->token_type;
  return crypto::sign_jws(*key_, *algorithm_, json::serialize(claims), header);
}

Result<Identities::Credential> Identities::mint(const Persona& persona) const {
  if (!key_) return fail(Code::kUnavailable, mint_problem_, Origin::kContract);
  const contract::Issuer& issuer = *mint_issuer();
  seconds lifetime = kLifetime;
  if (issuer.max_age > seconds(0)) lifetime = std::min(lifetime, issuer.max_age);
  const std::int64_t now = now_seconds();
  const json::object claims = make_claims(contract_, issuer, persona.subject, now, lifetime);
  LR_TRY(std::string token, sign(claims));
  return Credential{std::move(token), now + lifetime.count()};
}

net::Task<Identities::Credential> Identities::log_in(const Persona& persona, Prober& prober) {
  const contract::AuditLogin& login = *contract_.audit.login;
  auto password = contract::read_secret(*persona.declared->password);
  if (!password) co_return std::unexpected(std::move(password).error());
  redactor_.learn(password->expose());
  Request request;
  request.method = "POST";
  request.target = login.path;
  request.intent = Intent::kControl;
  request.headers.set("Content-Type", "application/json");
  request.body =
      substitute(substitute(login.body, "{user}", json_inside(persona.subject.user.str())),
                 "{password}", json_inside(password->expose()));
  LR_CO_TRY(const Exchange exchange, co_await prober.send(std::move(request)));
  const auto document = exchange.json();
  const json::value* token = document ? text::resolve_pointer(*document, login.token) : nullptr;
  if (!exchange.ok() || token == nullptr || !token->is_string()) {
    co_return fail(Code::kUnauthenticated,
                   fmt::format("login as {} was answered {} without a token at {}", persona.name,
                               exchange.status(), login.token),
                   Origin::kTarget);
  }
  Credential out{std::string(token->get_string()), 0};
  out.expires = expiry_of(out.token);
  co_return out;
}

net::Task<Identities::Credential> Identities::obtain(const Persona& persona, Prober& prober) {
  if (persona.declared != nullptr && persona.declared->token) {
    auto given = contract::read_secret(*persona.declared->token);
    if (!given) co_return std::unexpected(std::move(given).error());
    co_return Credential{std::string(given->expose()), expiry_of(given->expose())};
  }
  if (persona.declared != nullptr && persona.declared->password && contract_.audit.login) {
    co_return co_await log_in(persona, prober);
  }
  co_return mint(persona);
}

net::Task<std::string> Identities::token(const Persona& persona, Prober& prober) {
  if (!persona.unusable.empty()) {
    co_return fail(Code::kUnavailable, persona.name + ": " + persona.unusable, Origin::kContract);
  }
  const auto found = credentials_.find(&persona);
  const bool fresh =
      found != credentials_.end() &&
      (found->second.expires == 0 || found->second.expires > now_seconds() + kRefreshBefore);
  if (fresh) co_return found->second.token;
  LR_CO_TRY(Credential credential, co_await obtain(persona, prober));
  redactor_.learn(credential.token);
  std::string token = credential.token;
  credentials_[&persona] = std::move(credential);
  co_return token;
}

net::Task<> Identities::authorize(Request& request, const Persona& persona, Prober& prober) {
  LR_CO_TRY(const std::string token, co_await this->token(persona, prober));
  if (contract_.api_keys && crypto::looks_like_api_key(token)) {
    request.headers.set(contract_.api_keys->header, token);
  } else {
    request.headers.set("Authorization", "Bearer " + token);
  }
  request.credential_variable = credential_variable(persona);
  request.credential_note.clear();
  if (persona.declared == nullptr) {
    request.credential_note =
        fmt::format("a token of {}, like {}", persona.subject.user.str(), persona.like);
  }
  co_return Result<>();
}

}  // namespace lr::probe
