#include "domain/edge/testing/cloudflare_stand_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text/url.h"

namespace lr::domain {
namespace {

constexpr std::string_view kBase = "/client/v4/zones/";

std::string success(std::string_view result, std::string_view info = "") {
  return fmt::format(R"({{"result":{},"success":true,"errors":[],"messages":[]{}}})", result, info);
}

std::string failure(int code, std::string_view message) {
  return fmt::format(
      R"({{"result":null,"success":false,"errors":[{{"code":{},"message":"{}"}}],"messages":[]}})",
      code, message);
}

std::size_t page_of(std::string_view query) {
  for (const text::QueryParameter& parameter : text::parse_query(query)) {
    if (parameter.name != "page") continue;
    std::size_t page = 1;
    const std::string& text = parameter.value;
    std::from_chars(text.data(), text.data() + text.size(), page);
    return std::max<std::size_t>(page, 1);
  }
  return 1;
}

}  // namespace

CloudflareStandIn::CloudflareStandIn()
    : rig_([this](net::ServerExchange& exchange) { return answer(exchange, *this); }) {
  set("", fmt::format(R"({{"id":"{}","name":"acme.test","status":"active","paused":false,)"
                      R"("type":"full","plan":{{"legacy_id":"pro"}}}})",
                      kZone));
  for (const auto& [id, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"ssl", R"("strict")"},
           {"always_use_https", R"("on")"},
           {"min_tls_version", R"("1.2")"},
           {"tls_1_3", R"("on")"},
           {"automatic_https_rewrites", R"("on")"},
           {"security_header", R"({"strict_transport_security":{"enabled":true,"max_age":31536000,)"
                               R"("include_subdomains":true,"preload":false,"nosniff":true}})"},
           {"development_mode", R"("off")"},
           {"0rtt", R"("off")"},
           {"security_level", R"("medium")"}}) {
    set_setting(id, value);
  }
  set("/origin_tls_client_auth/settings", R"({"enabled":true})");
  set("/origin_tls_client_auth",
      R"([{"id":"2458ce5a-0c35-4c7f-82c7-8e9487d3ff60","certificate":"-----BEGIN CERTIFICATE-----",)"
      R"("issuer":"GlobalSign","signature":"SHA256WithRSA","status":"active","enabled":true,)"
      R"("expires_on":"2100-01-01T05:20:00Z","uploaded_on":"2019-10-28T18:11:23.37411Z"}])");
  set("/bot_management",
      R"({"ai_bots_protection":"disabled","crawler_protection":"disabled","enable_js":false,)"
      R"("optimize_wordpress":false,"sbfm_definitely_automated":"allow",)"
      R"("sbfm_static_resource_protection":false,"sbfm_verified_bots":"allow",)"
      R"("using_latest_model":true})");
  set("/dnssec", R"({"status":"active","algorithm":"13"})");
  set("/ssl/universal/settings", R"({"enabled":true})");
  set("/rulesets/phases/http_request_firewall_managed/entrypoint",
      R"({"id":"1","kind":"zone","phase":"http_request_firewall_managed","rules":[)"
      R"({"action":"execute","enabled":true,"expression":"true",)"
      R"("action_parameters":{"id":"efb7b8c949ac4650a09736fc376e9aee"}}]})");
  set("/rulesets/phases/http_ratelimit/entrypoint",
      R"({"id":"2","kind":"zone","phase":"http_ratelimit","rules":[)"
      R"({"action":"block","enabled":true,"expression":"http.request.uri.path eq \"/v1/chat\"",)"
      R"("ratelimit":{"characteristics":["cf.colo.id","ip.src"],"period":10,)"
      R"("requests_per_period":20,"mitigation_timeout":10}}]})");
  records_ = {record("A", "acme.test", "198.51.100.10", true),
              record("TXT", "acme.test", "v=spf1 -all", false)};
}

std::string CloudflareStandIn::api() const {
  return fmt::format("http://127.0.0.1:{}/client/v4", rig_.port());
}

void CloudflareStandIn::set(const std::string& path, std::string result) {
  const std::scoped_lock lock(mutex_);
  replies_[path] = {200, success(result)};
}

void CloudflareStandIn::set_setting(const std::string& id, std::string value, bool editable) {
  const std::scoped_lock lock(mutex_);
  settings_[id] =
      fmt::format(R"({{"id":"{}","value":{},"modified_on":"2026-01-01T00:00:00Z","editable":{}}})",
                  id, value, editable);
}

void CloudflareStandIn::refuse(const std::string& path, int status, int code,
                               std::string_view message) {
  const std::scoped_lock lock(mutex_);
  replies_[path] = {status, failure(code, message)};
}

void CloudflareStandIn::limit(int times, int retry_after) {
  const std::scoped_lock lock(mutex_);
  limited_ = times;
  retry_after_ = retry_after;
}

std::string CloudflareStandIn::record(std::string_view type, std::string_view name,
                                      std::string_view content, bool proxied) {
  return fmt::format(R"({{"type":"{}","name":"{}","content":"{}","proxied":{},"ttl":1}})", type,
                     name, content, proxied);
}

std::size_t CloudflareStandIn::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::string CloudflareStandIn::settings() const {
  std::string list;
  for (const auto& [id, object] : settings_) list += (list.empty() ? "" : ",") + object;
  return success("[" + list + "]");
}

std::string CloudflareStandIn::records_page(std::string_view query) const {
  const std::size_t page = page_of(query);
  const std::size_t pages = (records_.size() + page_ - 1) / page_;
  std::string list;
  for (std::size_t i = (page - 1) * page_; i < std::min(page * page_, records_.size()); ++i) {
    list += (list.empty() ? "" : ",") + records_[i];
  }
  return success("[" + list + "]",
                 counts_pages_
                     ? fmt::format(R"(,"result_info":{{"page":{},"per_page":{},"total_pages":{},)"
                                   R"("total_count":{}}})",
                                   page, page_, pages, records_.size())
                     : fmt::format(R"(,"result_info":{{"page":{},"per_page":{}}})", page, page_));
}

CloudflareStandIn::Reply CloudflareStandIn::reply_below(const std::string& path,
                                                        std::string_view query) {
  const auto at = replies_.find(path);
  if (at != replies_.end()) return at->second;
  if (path == "/settings") return {200, settings()};
  if (path == "/dns_records") return {200, records_page(query)};
  if (path.starts_with("/rulesets/phases/")) {
    return {404, failure(10003, "could not find entrypoint ruleset")};
  }
  return {404, failure(7003, "Could not route to the path")};
}

CloudflareStandIn::Reply CloudflareStandIn::reply(std::string_view target,
                                                  std::string_view authorization) {
  const std::scoped_lock lock(mutex_);
  ++requests_;
  if (limited_ > 0) {
    --limited_;
    return {429, failure(10429, "too many requests"), std::to_string(retry_after_)};
  }
  if (authorization != "Bearer " + std::string(kToken)) {
    return {401, failure(10000, "Authentication error")};
  }
  const std::string prefix = std::string(kBase) + std::string(kZone);
  if (!target.starts_with(prefix)) return {404, failure(7003, "no such zone")};
  target.remove_prefix(prefix.size());
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view query = target.substr(std::min(question + 1, target.size()));
  return reply_below(std::string(target.substr(0, question)), query);
}

net::Task<> CloudflareStandIn::answer(net::ServerExchange& exchange, CloudflareStandIn& owner) {
  const Reply reply =
      owner.reply(exchange.head().target, exchange.head().fields.get("Authorization").value_or(""));
  text::Fields fields;
  fields.add("Content-Type", "application/json");
  if (!reply.retry_after.empty()) fields.add("Retry-After", reply.retry_after);
  co_return co_await exchange.send(reply.status, fields, reply.body);
}

}  // namespace lr::domain
