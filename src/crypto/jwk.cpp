#include "crypto/jwk.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/limits.h"
#include "base/rng.h"
#include "crypto/digest.h"
#include "crypto/jwk_impl.h"
#include "text/json.h"

namespace lr::crypto {
namespace {

namespace json = boost::json;

constexpr std::array<AlgorithmTraits, 13> kTraits = {{
    {Algorithm::kRS256, "RS256", KeyType::kRsa, Hash::kSha256},
    {Algorithm::kRS384, "RS384", KeyType::kRsa, Hash::kSha384},
    {Algorithm::kRS512, "RS512", KeyType::kRsa, Hash::kSha512},
    {Algorithm::kPS256, "PS256", KeyType::kRsa, Hash::kSha256, true},
    {Algorithm::kPS384, "PS384", KeyType::kRsa, Hash::kSha384, true},
    {Algorithm::kPS512, "PS512", KeyType::kRsa, Hash::kSha512, true},
    {Algorithm::kES256, "ES256", KeyType::kEc, Hash::kSha256, false, "P-256", "P-256", 32},
    {Algorithm::kES384, "ES384", KeyType::kEc, Hash::kSha384, false, "P-384", "P-384", 48},
    {Algorithm::kES512, "ES512", KeyType::kEc, Hash::kSha512, false, "P-521", "P-521", 66},
    {Algorithm::kEdDSA, "EdDSA", KeyType::kOkp, Hash::kSha512, false, "Ed25519", "ED25519"},
    {Algorithm::kHS256, "HS256", KeyType::kOct, Hash::kSha256},
    {Algorithm::kHS384, "HS384", KeyType::kOct, Hash::kSha384},
    {Algorithm::kHS512, "HS512", KeyType::kOct, Hash::kSha512},
}};

constexpr std::array<std::pair<std::string_view, KeyType>, 4> kKeyTypes = {
    {{"RSA", KeyType::kRsa}, {"EC", KeyType::kEc}, {"OKP", KeyType::kOkp}, {"oct", KeyType::kOct}}};

using ImplPtr = std::shared_ptr<const Jwk::Impl>;

std::unexpected<Error> bad_key(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why), Origin::kContract);
}

/// "" when absent.
Result<std::string> text_member(const json::object& members, std::string_view name) {
  const json::value* member = members.if_contains(name);
  if (member == nullptr) return std::string();
  if (!member->is_string()) return bad_key(fmt::format("\"{}\" is not a string", name));
  return std::string(member->get_string());
}

Result<> check_purpose(const json::object& members) {
  LR_TRY(const std::string use, text_member(members, "use"));
  if (members.contains("use") && use != "sig") return bad_key("\"use\" is not \"sig\"");
  const json::value* operations = members.if_contains("key_ops");
  if (operations == nullptr) return {};
  if (!operations->is_array()) return bad_key("\"key_ops\" is not an array");
  const auto signs = [](const json::value& operation) {
    return operation == "sign" || operation == "verify";
  };
  if (std::ranges::none_of(operations->get_array(), signs)) {
    return bad_key("\"key_ops\" has neither \"verify\" nor \"sign\"");
  }
  return {};
}

Result<KeyType> key_type(const json::object& members) {
  LR_TRY(const std::string name, text_member(members, "kty"));
  const auto* found = std::ranges::find(kKeyTypes, name, &decltype(kKeyTypes)::value_type::first);
  if (found == kKeyTypes.end()) return bad_key(fmt::format("\"kty\" \"{}\" is not known", name));
  return found->second;
}

Result<> load_oct(const json::object& members, Jwk::Impl& key) {
  LR_TRY(std::string bytes, key_bytes(members, "k"));
  const Hash hash = key.pinned ? traits(*key.pinned).hash : Hash::kSha256;
  if (bytes.size() < hash_bytes(hash)) {
    return bad_key(fmt::format("\"k\" is shorter than the {} bytes of its hash", hash_bytes(hash)));
  }
  key.hmac_key = Secret(std::move(bytes));
  return {};
}

Result<> load_material(const json::object& members, Jwk::Impl& key) {
  if (key.type == KeyType::kOct) return load_oct(members, key);
  if (key.type == KeyType::kRsa) {
    LR_TRY(key.pkey, load_rsa(members, key.is_private));
    return {};
  }
  LR_TRY(const std::string curve, text_member(members, "crv"));
  const AlgorithmTraits* how = traits_of_curve(key.type, curve);
  if (how == nullptr) return bad_key(fmt::format("\"crv\" \"{}\" is not supported", curve));
  key.only = how->algorithm;
  if (key.type == KeyType::kEc) {
    LR_TRY(key.pkey, load_ec(members, *how, key.is_private));
  } else {
    LR_TRY(key.pkey, load_ed25519(members, key.is_private));
  }
  return {};
}

/// A private half that does not belong to its public half would sign tokens nobody accepts.
Result<> check_pair(const Jwk::Impl& key) {
  const Algorithm algorithm = key.only.value_or(Algorithm::kRS256);
  constexpr std::string_view kMessage = "lr key pair check";
  const auto signature = sign_raw(key, algorithm, kMessage);
  if (!signature || !verify_raw(key, algorithm, kMessage, *signature)) {
    return bad_key("the private half does not belong to the public half");
  }
  return {};
}

json::object public_members_of(const json::object& members, KeyType type) {
  json::object out;
  const auto keep = [&](const char* name) {
    if (const json::value* member = members.if_contains(name)) out.emplace(name, *member);
  };
  for (const char* name : {"kty", "kid", "use", "alg"}) keep(name);
  // A symmetric key has no public half, whatever else its text contains.
  if (type == KeyType::kOct) return out;
  for (const char* name : {"crv", "n", "e", "x", "y"}) keep(name);
  return out;
}

Result<ImplPtr> load_key(const json::object& members) {
  const ErrorQueueScope errors;
  auto key = std::make_shared<Jwk::Impl>();
  LR_TRY(key->type, key_type(members));
  LR_TRY_VOID(check_purpose(members));
  LR_TRY(key->kid, text_member(members, "kid"));
  LR_TRY(const std::string algorithm, text_member(members, "alg"));
  if (members.contains("alg")) {
    key->pinned = parse_algorithm(algorithm);
    if (!key->pinned) return bad_key(fmt::format("\"alg\" \"{}\" is not supported", algorithm));
    if (traits(*key->pinned).type != key->type) {
      return bad_key(fmt::format("\"alg\" \"{}\" does not fit the key type", algorithm));
    }
  }
  key->is_private = key->type == KeyType::kOct || members.contains("d");
  LR_TRY_VOID(load_material(members, *key));
  if (key->pinned && key->only && key->pinned != key->only) {
    return bad_key(fmt::format("\"alg\" \"{}\" does not fit the curve", algorithm));
  }
  if (key->is_private && key->pkey != nullptr) LR_TRY_VOID(check_pair(*key));
  key->public_members = public_members_of(members, key->type);
  key->private_text = Secret(json::serialize(members));
  return ImplPtr(std::move(key));
}

Result<json::object> parse_object(std::string_view text) {
  LR_TRY(json::value document, text::parse_json(text));
  if (!document.is_object()) return bad_key("not a JSON object");
  return std::move(document.get_object());
}

std::string number_text(const EVP_PKEY* key, const char* name, std::size_t size = 0) {
  BIGNUM* raw = nullptr;
  LR_CHECK(EVP_PKEY_get_bn_param(key, name, &raw) == 1);
  const BignumPtr number(raw);
  if (size == 0) size = static_cast<std::size_t>(BN_num_bytes(number.get()));
  std::string bytes(size, '\0');
  LR_CHECK(BN_bn2binpad(number.get(), bytes_of(bytes), static_cast<int>(size)) >= 0);
  return base64url_encode(bytes);
}

void add_rsa(json::object& members, const EVP_PKEY* key) {
  constexpr std::array<std::pair<const char*, const char*>, 8> parts = {
      {{"n", OSSL_PKEY_PARAM_RSA_N},
       {"e", OSSL_PKEY_PARAM_RSA_E},
       {"d", OSSL_PKEY_PARAM_RSA_D},
       {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
       {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
       {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
       {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
       {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};
  for (const auto& [name, parameter] : parts) members[name] = number_text(key, parameter);
}

void add_ec(json::object& members, const EVP_PKEY* key, const AlgorithmTraits& how) {
  members["crv"] = how.curve;
  members["x"] = number_text(key, OSSL_PKEY_PARAM_EC_PUB_X, how.coordinate);
  members["y"] = number_text(key, OSSL_PKEY_PARAM_EC_PUB_Y, how.coordinate);
  members["d"] = number_text(key, OSSL_PKEY_PARAM_PRIV_KEY, how.coordinate);
}

void add_ed25519(json::object& members, const EVP_PKEY* key, const AlgorithmTraits& how) {
  std::string x(32, '\0');
  std::string d(32, '\0');
  std::size_t size = 32;
  LR_CHECK(EVP_PKEY_get_raw_public_key(key, bytes_of(x), &size) == 1 &&
           EVP_PKEY_get_raw_private_key(key, bytes_of(d), &size) == 1);
  members["crv"] = how.curve;
  members["x"] = base64url_encode(x);
  members["d"] = base64url_encode(d);
}

void add_new_material(json::object& members, const AlgorithmTraits& how) {
  constexpr std::size_t kRsaBits = 2048;
  if (how.type == KeyType::kOct) {
    std::string bytes(hash_bytes(how.hash), '\0');
    SystemRng().fill({bytes_of(bytes), bytes.size()});
    members["k"] = base64url_encode(bytes);
    return;
  }
  PkeyPtr key;
  if (how.type == KeyType::kRsa) key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kRsaBits));
  if (how.type == KeyType::kEc) key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", how.group));
  if (how.type == KeyType::kOkp) key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, how.group));
  LR_CHECK(key != nullptr);
  if (how.type == KeyType::kRsa) add_rsa(members, key.get());
  if (how.type == KeyType::kEc) add_ec(members, key.get(), how);
  if (how.type == KeyType::kOkp) add_ed25519(members, key.get(), how);
}

/// Two keys for signatures that one token could mean make the choice ambiguous, also when one of
/// them is broken.
Result<> refuse_ambiguous(const json::array& keys) {
  std::set<std::array<std::string_view, 3>> seen;
  for (const json::value& key : keys) {
    const auto read = [&](std::string_view member) -> std::string_view {
      const json::value* value = key.is_object() ? key.get_object().if_contains(member) : nullptr;
      if (value == nullptr || !value->is_string()) return {};
      return value->get_string();
    };
    const std::array<std::string_view, 3> name = {read("kid"), read("kty"), read("use")};
    if (!name[0].empty() && !seen.insert(name).second) {
      return bad_key(fmt::format("two keys have the kid \"{}\"", name[0]));
    }
  }
  return {};
}

/// Shared secrets beside public keys invite key confusion.
Result<> refuse_mixed(const std::vector<Jwk>& keys) {
  for (const Jwk& key : keys) {
    if ((key.impl().type == KeyType::kOct) != (keys.front().impl().type == KeyType::kOct)) {
      return bad_key("the set mixes symmetric and public keys");
    }
  }
  return {};
}

}  // namespace

const AlgorithmTraits& traits(Algorithm algorithm) {
  return kTraits[static_cast<std::size_t>(algorithm)];
}

const AlgorithmTraits* traits_of_curve(KeyType type, std::string_view curve) {
  const auto* found = std::ranges::find_if(kTraits, [&](const AlgorithmTraits& how) {
    return how.type == type && !how.curve.empty() && how.curve == curve;
  });
  return found == kTraits.end() ? nullptr : found;
}

std::string_view algorithm_name(Algorithm algorithm) { return traits(algorithm).name; }

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  const auto* found = std::ranges::find(kTraits, name, &AlgorithmTraits::name);
  if (found == kTraits.end()) return std::nullopt;
  return found->algorithm;
}

bool is_symmetric(Algorithm algorithm) { return traits(algorithm).type == KeyType::kOct; }

Result<Jwk> Jwk::parse(std::string_view json) {
  LR_TRY(const json::object members, parse_object(json));
  LR_TRY(ImplPtr impl, load_key(members));
  return Jwk(std::move(impl));
}

Result<Jwk> Jwk::generate(Algorithm algorithm, std::string kid) {
  const ErrorQueueScope errors;
  const AlgorithmTraits& how = traits(algorithm);
  const auto* type =
      std::ranges::find(kKeyTypes, how.type, &decltype(kKeyTypes)::value_type::second);
  json::object members;
  members["kty"] = type->first;
  if (!kid.empty()) members["kid"] = kid;
  members["use"] = "sig";
  members["alg"] = how.name;
  add_new_material(members, how);
  LR_TRY(ImplPtr impl, load_key(members));
  return Jwk(std::move(impl));
}

Result<Jwk> Jwk::from_hmac_secret(const Secret& secret, std::string kid) {
  json::object members;
  members["kty"] = "oct";
  if (!kid.empty()) members["kid"] = kid;
  members["use"] = "sig";
  members["k"] = base64url_encode(secret.expose());
  LR_TRY(ImplPtr impl, load_key(members));
  return Jwk(std::move(impl));
}

const std::string& Jwk::kid() const { return impl_->kid; }

std::optional<Algorithm> Jwk::pinned_algorithm() const { return impl_->pinned; }

bool Jwk::fits(Algorithm algorithm) const {
  const AlgorithmTraits& how = traits(algorithm);
  if (how.type != impl_->type) return false;
  if (impl_->pinned && impl_->pinned != algorithm) return false;
  if (impl_->only && impl_->only != algorithm) return false;
  return how.type != KeyType::kOct || impl_->hmac_key.expose().size() >= hash_bytes(how.hash);
}

bool Jwk::is_private() const { return impl_->is_private; }

std::string Jwk::public_jwk() const { return json::serialize(impl_->public_members); }

Secret Jwk::private_jwk() const { return impl_->private_text.duplicate(); }

std::string Jwk::public_pem() const {
  if (impl_->pkey == nullptr) return {};
  const BioPtr out(BIO_new(BIO_s_mem()));
  LR_CHECK(out != nullptr && PEM_write_bio_PUBKEY(out.get(), impl_->pkey.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<JwkSet> JwkSet::parse(std::string_view json) {
  if (json.size() > limits::kJwksBytes) return bad_key("the key set is too large");
  LR_TRY(const json::object document, parse_object(json));
  const json::value* keys = document.if_contains("keys");
  if (keys == nullptr || !keys->is_array()) return bad_key("the key set has no array \"keys\"");
  if (keys->get_array().size() > limits::kJwksKeys) return bad_key("the key set has too many keys");
  LR_TRY_VOID(refuse_ambiguous(keys->get_array()));
  JwkSet set;
  std::size_t index = 0;
  for (const json::value& member : keys->get_array()) {
    const std::string place = fmt::format("keys[{}]", index++);
    if (!member.is_object()) return bad_key(place + " is not an object");
    auto impl = load_key(member.get_object());
    if (impl) {
      set.keys_.push_back(Jwk(*std::move(impl)));
    } else {
      set.skipped_.push_back(fmt::format("{}: {}", place, impl.error().detail()));
    }
  }
  LR_TRY_VOID(refuse_mixed(set.keys_));
  return set;
}

std::string JwkSet::public_jwks() const {
  json::array keys;
  for (const Jwk& key : keys_) {
    if (key.impl().type != KeyType::kOct) keys.emplace_back(key.impl().public_members);
  }
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

}  // namespace lr::crypto
