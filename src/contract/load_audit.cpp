#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"

namespace lr::contract {
namespace {

AuditIdentity read_identity(const Loading& loading, const Reader::Entry& entry) {
  const Contract& contract = loading.contract;
  AuditIdentity identity;
  identity.name = entry.name;
  identity.at = entry.mark;
  identity.user = UserId(entry.value.at("user").text(entry.name));
  identity.tenant = TenantId(entry.value.at("tenant").text());
  identity.roles = read_closed_roles(contract, entry.value.at("roles"));
  identity.scopes = read_scopes(contract, entry.value.at("scopes"));
  identity.token = read_reference(loading, entry.value.at("token"));
  identity.password = read_reference(loading, entry.value.at("password"));
  return identity;
}

void load_identities(Loading& loading, const Reader& section, AuditSettings& audit) {
  for (const Reader::Entry& entry : section.at("identities").entries()) {
    AuditIdentity identity = read_identity(loading, entry);
    if (identity.password && !audit.login) {
      entry.value.at("password").error("is used by audit.login, which is missing");
    }
    const bool reachable = identity.token || audit.mint || (audit.login && identity.password);
    if (!reachable) {
      section.problems().warning(
          entry.mark, path_of(section.at("identities").path(), entry.name),
          "audit cannot become this identity: give it a token, or a password with audit.login, or "
          "declare audit.mint");
    }
    audit.identities.push_back(std::move(identity));
  }
}

void load_login(const Reader& login, AuditSettings& audit) {
  if (!login) return;
  const Reader body = login.at("body");
  audit.login = AuditLogin{login.at("path").text(), read_json_body(body), login.at("token").text()};
  if (!text::parse_json(audit.login->body)) body.error("is not JSON");
  if (audit.login->body.find("{user}") == std::string::npos) {
    body.error("must hold {user}, which is replaced by the user's id");
  }
}

void load_mint(const Loading& loading, const Reader& mint, AuditSettings& audit) {
  if (!mint) return;
  const Reader name = mint.at("issuer");
  const auto& issuers = loading.contract.issuers;
  const auto found = std::ranges::find(issuers, name.text(), &Issuer::name);
  if (found == issuers.end()) {
    std::vector<std::string_view> names;
    for (const Issuer& issuer : issuers) names.emplace_back(issuer.name);
    if (name) name.error(unknown_name("issuer", name.text(), names));
    return;
  }
  const auto key = read_reference(loading, mint.at("key"));
  if (key) audit.mint = AuditMint{static_cast<std::uint16_t>(found - issuers.begin()), *key};
}

std::optional<AuditCall> read_call(const Reader& section, bool needs_id) {
  if (!section) return std::nullopt;
  AuditCall call;
  call.method = parse_method(section.at("method").text()).value_or(Method::kGet);
  call.path = section.at("path").text();
  call.body = read_json_body(section.at("body"));
  call.content_type = section.at("content_type").text(call.content_type);
  const bool names_id = (call.path + call.body).find("{id}") != std::string::npos;
  if (needs_id && !names_id) section.error("must name the object: put {id} into path or body");
  return call;
}

void load_audit_objects(const Loading& loading, const Reader& section, AuditSettings& audit) {
  for (const Reader::Entry& entry : section.entries()) {
    const auto object = loading.contract.find_object(entry.name);
    if (!object) {
      std::vector<std::string_view> names;
      for (const Object& known : loading.contract.objects) names.emplace_back(known.name);
      section.problems().error(entry.mark, path_of(section.path(), entry.name),
                               unknown_name("object", entry.name, names));
      continue;
    }
    AuditObject out;
    out.object = *object;
    out.at = entry.mark;
    out.create = read_call(entry.value.at("create"), false).value_or(AuditCall{});
    out.id = entry.value.at("id").text(out.id);
    out.read = read_call(entry.value.at("read"), true);
    out.write = read_call(entry.value.at("write"), true);
    out.remove = read_call(entry.value.at("delete"), true);
    if (entry.value && !out.remove && !out.read) {
      entry.value.warning(
          "has neither read nor delete: audit can make this object, but neither "
          "witness nor remove it");
    }
    audit.objects.push_back(std::move(out));
  }
}

Profile read_profile(const Reader& value) {
  const std::string name = value.text("safe");
  if (name == "observe") return Profile::kObserve;
  return name == "full" ? Profile::kFull : Profile::kSafe;
}

}  // namespace

void load_audit(Loading& loading, const Reader& section) {
  AuditSettings& audit = loading.contract.audit;
  audit.profile = read_profile(section.at("profile"));
  load_login(section.at("login"), audit);
  load_mint(loading, section.at("mint"), audit);
  load_identities(loading, section, audit);
  load_audit_objects(loading, section.at("objects"), audit);
  for (const Reader::Entry& entry : section.at("effects").entries()) {
    audit.effects.push_back(
        {entry.name, entry.value.at("path").text(), entry.value.at("value").text(), entry.mark});
  }
  audit.max_rps = static_cast<std::uint32_t>(section.at("max_rps").count(audit.max_rps));
  audit.deadline = section.at("deadline").whole_seconds(audit.deadline);
  audit.max_requests =
      static_cast<std::uint32_t>(section.at("max_requests").count(audit.max_requests));
}

}  // namespace lr::contract
