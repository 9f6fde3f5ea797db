#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"

namespace lr::contract {
namespace {

std::string default_algorithms_hint(bool symmetric) {
  return symmetric ? "[HS256]" : "[RS256, ES256]";
}

/// Public keys come by URL over TLS, or from a file.
std::optional<KeySource> read_jwks(const Loading& loading, const Reader& value) {
  const std::string text = value.text();
  if (text.find("://") == std::string::npos) {
    constexpr std::string_view kFile = "file:";
    const std::string path = text.starts_with(kFile) ? text.substr(kFile.size()) : text;
    return JwksFile{in_folder(loading, path)};
  }
  auto url = text::parse_url(text);
  if (!url) {
    value.error(
        fmt::format("{} is not an http or https URL: {}", in_quotes(text), url.error().detail()));
    return std::nullopt;
  }
  if (url->scheme == "http" && !is_loopback_host(url->host)) {
    value.error("keys must come over https: anybody on the way could replace them");
    return std::nullopt;
  }
  return JwksUrl{std::move(*url)};
}

std::optional<KeySource> read_keys(const Loading& loading, const Reader& entry) {
  const Reader jwks = entry.at("jwks");
  const Reader secret = entry.at("secret");
  if (jwks && secret) {
    secret.error(
        "an issuer has either jwks or a secret: with both, a public key could be used "
        "as the secret");
  }
  if (jwks) return read_jwks(loading, jwks);
  if (secret) {
    secret.warning(
        "a shared secret (HS256) lets everybody who verifies tokens also make them: "
        "for development only");
    if (auto reference = read_reference(loading, secret)) return SharedSecret{*reference};
    return std::nullopt;
  }
  entry.error("needs jwks: the URL or file of the issuer's public keys");
  return std::nullopt;
}

void read_algorithms(const Reader& list, bool symmetric, Issuer& issuer) {
  for (const Reader& item : list.items()) {
    const auto algorithm = crypto::parse_algorithm(item.text());
    if (!algorithm) continue;
    if (crypto::is_symmetric(*algorithm) != symmetric) {
      item.error(
          symmetric ? fmt::format("{} needs public keys, but this issuer has a secret", item.text())
                    : fmt::format("{} would take a public key as the secret: HS* and jwks "
                                  "exclude each other",
                                  item.text()));
    } else if (std::ranges::find(issuer.algorithms, *algorithm) != issuer.algorithms.end()) {
      item.error(fmt::format("{} is listed twice", item.text()));
    } else {
      issuer.algorithms.push_back(*algorithm);
    }
  }
  if (list && issuer.algorithms.empty()) {
    list.error(fmt::format("no usable algorithm is left; for example {}",
                           default_algorithms_hint(symmetric)));
  }
  if (list) return;
  if (symmetric) {
    issuer.algorithms = {crypto::Algorithm::kHS256};
  } else {
    issuer.algorithms = {crypto::Algorithm::kRS256, crypto::Algorithm::kES256};
  }
}

void read_claims(const Reader& claims, ClaimMap& out) {
  for (const auto& [key, target] : {std::pair{"user", &out.user},
                                    {"tenant", &out.tenant},
                                    {"roles", &out.roles},
                                    {"scopes", &out.scopes}}) {
    const Reader value = claims.at(key);
    *target = value.text(*target);
    if (target->starts_with('/') && !text::is_json_pointer(*target)) {
      value.error(fmt::format("{} is not a JSON Pointer", in_quotes(*target)));
    }
  }
}

Issuer read_issuer(const Loading& loading, const Reader& entry) {
  Issuer issuer;
  issuer.at = entry.mark();
  issuer.name = entry.at("name").text();
  issuer.issuer = entry.at("issuer").text();
  issuer.audiences = entry.at("audience").texts();
  if (auto keys = read_keys(loading, entry)) issuer.keys = std::move(*keys);
  const bool symmetric = !entry.at("jwks") && entry.at("secret");
  read_algorithms(entry.at("algorithms"), symmetric, issuer);
  read_claims(entry.at("claims"), issuer.claims);
  const Reader skew = entry.at("clock_skew");
  issuer.clock_skew = skew.whole_seconds(issuer.clock_skew);
  if (issuer.clock_skew > std::chrono::minutes(5)) {
    skew.error("more than 5m keeps expired tokens alive; mend the clocks instead");
  }
  issuer.max_age = entry.at("max_age").whole_seconds(issuer.max_age);
  issuer.token_type = entry.at("type").text();
  return issuer;
}

void refuse_repeated(const Contract& contract, const Issuer& issuer, const Reader& entry) {
  for (const Issuer& other : contract.issuers) {
    if (other.name == issuer.name) {
      entry.at("name").error(
          fmt::format("another issuer is called {} too", in_quotes(issuer.name)));
    }
    if (other.issuer == issuer.issuer) {
      entry.at("issuer").error(
          fmt::format("issuer {} (line {}) has the same iss, so a token could "
                      "not be told to belong to one of them",
                      in_quotes(other.name), other.at.line));
    }
  }
  if (issuer.name == "api_key") {
    entry.at("name").error("\"api_key\" is how callers with API keys are named; choose another");
  }
}

}  // namespace

void load_issuers(Loading& loading, const Reader& section) {
  for (const Reader& entry : section.items()) {
    Issuer issuer = read_issuer(loading, entry);
    refuse_repeated(loading.contract, issuer, entry);
    loading.contract.issuers.push_back(std::move(issuer));
  }
}

}  // namespace lr::contract
