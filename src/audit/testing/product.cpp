#include "audit/testing/product.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "contract/load.h"
#include "crypto/jws.h"

namespace lr::audit::testing {
namespace {

using probe::testing::TargetAnswer;
using probe::testing::TargetRequest;

constexpr std::string_view kContract = R"yaml(version: 1
product: { name: Notes, owner: ops@notes.example }
identity:
  issuers:
    - { name: main, issuer: "https://id.notes.example", audience: notes, jwks: jwks.json,
        algorithms: [ES256], claims: { user: sub, tenant: org, roles: roles } }
roles: { viewer: {} }
objects:
  note: { id: slug, ownership: { learn: /id } }
routes:
  - { path: /profile, methods: [GET], access: { roles: [viewer] } }
  - { path: /notes, methods: [POST], access: { roles: [viewer] }, creates: note,
      body: { schema: note.json } }
  - { path: "/notes/{note}", methods: [GET, DELETE],
      access: { roles: [viewer], owner: note } }
origins: ["https://app.notes.example"]
audit:
  identities:
    user_a: { tenant: t1, roles: [viewer] }
    user_b: { tenant: t1, roles: [viewer] }
    user_c: { tenant: t2, roles: [viewer] }
  mint: { issuer: main, key: "file:key.json" }
  max_rps: 5000
)yaml";

constexpr std::string_view kSchema =
    R"({"type":"object","required":["text"],"additionalProperties":false,)"
    R"("properties":{"text":{"type":"string","minLength":1,"maxLength":200}}})";

crypto::Jwk make_key() {
  auto key = crypto::Jwk::generate(crypto::Algorithm::kES256, "k1");
  if (!key) throw std::runtime_error(key.error().detail());
  return *key;
}

TargetAnswer json(int status, std::string body) {
  TargetAnswer out{status, std::move(body), "application/json", {}};
  out.headers.set("X-Content-Type-Options", "nosniff");
  out.headers.set("Cache-Control", "no-store");
  out.headers.set("X-Request-Id", "r1");
  return out;
}

}  // namespace

Product::Product(Manners manners) : manners_(manners), key_(make_key()) {
  target_ = std::make_unique<probe::testing::Target>(
      [this](const TargetRequest& request) { return answer(request); });
}

contract::Contract Product::contract(const std::string& folder) const {
  const auto write = [&folder](const std::string& name, std::string_view text) {
    std::ofstream(folder + "/" + name, std::ios::binary) << text;
  };
  write("note.json", kSchema);
  write("jwks.json", crypto::JwkSet({key_}).public_jwks());
  write("key.json", key_.private_jwk().expose());
  write("launchready.yaml", kContract);
  auto loaded = contract::load_contract(folder + "/launchready.yaml");
  if (!loaded) throw std::runtime_error(loaded.error().detail());
  return std::move(*loaded);
}

TargetAnswer Product::refuse(int status) const {
  if (manners_.soft_refusals) return json(200, R"({"status":"fail","reason":"no"})");
  return json(status, R"({"error":"refused"})");
}

/// "user/tenant" of a good token, or "".
std::string Product::caller_of(const TargetRequest& request) const {
  const auto field = request.headers.get("Authorization");
  if (!field || !field->starts_with("Bearer ")) return "";
  const auto jws = crypto::split_jws(field->substr(7));
  if (!jws) return "";
  const bool trusting = manners_.trusts_forged && request.method == "DELETE";
  if (!trusting && !crypto::verify_jws(*jws, key_, crypto::Algorithm::kES256)) return "";
  const auto claims = text::parse_json(jws->payload);
  if (!claims || !claims->is_object()) return "";
  const auto text = [&claims](std::string_view name) -> std::string {
    const auto* value = claims->get_object().if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
  };
  const auto number = [&claims](std::string_view name, std::int64_t fallback) {
    const auto* value = claims->get_object().if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
  };
  const auto now = std::chrono::floor<seconds>(SystemClock().wall()).time_since_epoch().count();
  const bool timely = number("exp", 0) > now && number("nbf", 0) <= now && number("iat", 0) <= now;
  const bool ours = text("iss") == "https://id.notes.example" && text("aud") == "notes";
  if (!timely || !ours || text("sub").empty() || text("org").empty()) return "";
  const auto* roles = claims->get_object().if_contains("roles");
  const bool viewer =
      roles != nullptr && text::json::serialize(*roles).find("\"viewer\"") != std::string::npos;
  if (!viewer && !manners_.ignores_roles) return "";
  return text("sub") + "/" + text("org");
}

TargetAnswer Product::answer(const TargetRequest& request) {
  if (manners_.crashes) return {500, "oops", "text/plain", {}};
  if (!manners_.redirects_to.empty()) {
    if (request.path == "/start")
      return {200, "<html>Welcome</html>", "text/html", manners_.page_headers};
    TargetAnswer out{302, "", "", {}};
    out.headers.set("Location", manners_.redirects_to);
    return out;
  }
  if (!manners_.folder_page.empty() && request.path.starts_with(manners_.folder_page)) {
    return {200, "<html>Administration</html>", "text/html", {}};
  }
  const bool known =
      request.path == "/profile" || request.path == "/notes" || request.path.starts_with("/notes/");
  if (!known) {
    if (manners_.catch_all) return {200, "<!doctype html><title>App</title>", "text/html", {}};
    return json(404, fmt::format(R"({{"error":"{}"}})", manners_.complaint));
  }
  const std::string caller = caller_of(request);
  if (caller.empty() && request.method == "DELETE" && manners_.silent_doors) {
    return {204, "", "", {}};
  }
  if (caller.empty()) return refuse(401);
  const bool one_too_often = manners_.user_limit > 0 && ++uses_[caller] > manners_.user_limit;
  const bool profile = request.path == "/profile";
  const bool all_too_often =
      manners_.address_limit > 0 && profile && ++profiles_ > manners_.address_limit;
  if (one_too_often || all_too_often) return json(429, "{}");
  if (profile) {
    if (request.method != "GET") return refuse(405);
    TargetAnswer shown = json(200, fmt::format(R"({{"user":"{}","plan":"basic"}})", caller));
    if (manners_.bare_profile) shown.headers.remove("X-Content-Type-Options");
    return shown;
  }
  return note(request, caller);
}

TargetAnswer Product::note(const TargetRequest& request, const std::string& caller) {
  if (request.path == "/notes") {
    const auto body = text::parse_json(request.body);
    const auto* text = body ? text::resolve_pointer(*body, "/text") : nullptr;
    const bool typed = request.headers.get("Content-Type") == "application/json";
    if (request.method != "POST") return refuse(405);
    if (!typed || text == nullptr || !text->is_string() || body->get_object().size() != 1 ||
        request.body.size() > limits::kBodyBytes) {
      return json(422, R"({"error":"bad note"})");
    }
    const std::string id = fmt::format("note-{}", ++next_);
    notes_[id] = {caller, std::string(text->get_string())};
    notes_left_ = static_cast<int>(notes_.size());
    return json(201, fmt::format(R"({{"id":"{}","text":"{}"}})", id, notes_[id].text));
  }
  const auto found = notes_.find(request.path.substr(7));
  const bool reads = request.method == "GET";
  if (found == notes_.end()) return refuse(404);
  const bool own = found->second.owner == caller;
  if (found->second.locked) return refuse(403);
  if (request.method == "DELETE" && !own && manners_.locks_out) {
    found->second.locked = true;
    return refuse(404);
  }
  if (reads && (own || manners_.open_notes)) {
    return json(200, fmt::format(R"({{"id":"{}","text":"{}"}})", found->first, found->second.text));
  }
  if (request.method == "DELETE" && (own || manners_.deletes_foreign)) {
    notes_.erase(found);
    notes_left_ = static_cast<int>(notes_.size());
    return own ? TargetAnswer{204, "", "", {}} : refuse(404);
  }
  if (request.method == "DELETE" && manners_.silent_writes) return {204, "", "", {}};
  return refuse(404);
}

contract::Contract alone(contract::Contract contract, const std::string& folder) {
  const auto key = crypto::Jwk::parse(contract::read_secret(contract.audit.mint->key)->expose());
  const auto now = std::chrono::floor<seconds>(SystemClock().wall()).time_since_epoch().count();
  const auto token = crypto::sign_jws(
      *key, crypto::Algorithm::kES256,
      fmt::format(R"({{"iss":"https://id.notes.example","aud":"notes","sub":"user_a","org":"t1",)"
                  R"("roles":["viewer"],"iat":{},"exp":{}}})",
                  now, now + 3600),
      {});
  std::ofstream(folder + "/token") << token.value();
  contract.audit.mint.reset();
  contract.audit.identities.resize(1);
  contract.audit.identities[0].token =
      contract::SecretRef{contract::SecretRef::Kind::kFile, folder + "/token", {}};
  return contract;
}

}  // namespace lr::audit::testing
