// Origins, cross-origin settings and security headers: what browsers are told.
#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"

namespace lr::contract {
namespace {

/// The cure for an origin that can never be right, or "" when it is a plausible one.
std::string_view wildcard_cure(const std::string& text) {
  if (text == "null") {
    return "\"null\" is what any sandboxed page sends; list the real origins instead";
  }
  if (text.find('*') != std::string::npos) {
    return "wildcards are not supported: every page that matches could call your API; list each "
           "origin";
  }
  return {};
}

std::optional<std::string> read_origin(const Reader& item) {
  const std::string text = item.text();
  if (const std::string_view cure = wildcard_cure(text); !cure.empty()) {
    item.error(std::string(cure));
    return std::nullopt;
  }
  const auto url = text::parse_url(text);
  if (!url) {
    item.error(fmt::format("{} is not an origin such as https://app.example: {}", in_quotes(text),
                           url.error().detail()));
    return std::nullopt;
  }
  if (url->origin() != text) {
    item.error(
        fmt::format("an origin is only scheme, host and port: write {}", in_quotes(url->origin())));
    return std::nullopt;
  }
  if (url->scheme == "http" && !is_loopback_host(url->host)) {
    item.warning("an http origin can be forged by anybody on the way; use https");
  }
  return text;
}

}  // namespace

void load_origins(Loading& loading, const Reader& root) {
  Cors& cors = loading.contract.cors;
  for (const Reader& item : root.at("origins").items()) {
    const auto origin = read_origin(item);
    if (!origin) continue;
    if (std::ranges::find(cors.origins, *origin) != cors.origins.end()) {
      item.error("this origin is listed twice");
    }
    cors.origins.push_back(*origin);
  }
  const Reader section = root.at("cors");
  cors.credentials = section.at("credentials").flag(cors.credentials);
  cors.max_age = section.at("max_age").whole_seconds(cors.max_age);
  if (section && cors.origins.empty()) {
    section.warning("has no effect without origins");
  }
}

void load_headers(Loading& loading, const Reader& section) {
  HeaderPolicy& headers = loading.contract.headers;
  headers.hsts = section.at("hsts").whole_seconds(headers.hsts);
  headers.hsts_subdomains = section.at("hsts_subdomains").flag(headers.hsts_subdomains);
  headers.csp = section.at("csp").text(headers.csp);
  headers.referrer = section.at("referrer").text(headers.referrer);
  if (const Reader remove = section.at("remove")) headers.remove = remove.texts();
}

}  // namespace lr::contract
