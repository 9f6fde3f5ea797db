#include "guard/upstream_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/fields.h"
#include "text/http1.h"

namespace lr::guard {
namespace {

using std::string_view;

/// One hop only (RFC 9110 section 7.6.1), framing, and what the guard writes itself.
constexpr auto kHopFields = std::to_array<string_view>(
    {"te", "host", "proxy", "expect", "upgrade", "trailer", "connection", "keep-alive",
     "content-length", "http2-settings", "proxy-connection", "transfer-encoding",
     "proxy-authenticate", "proxy-authorization", "x-request-id", "traceparent"});

/// Who the client says it is or comes from.
constexpr auto kClaimFields = std::to_array<string_view>({"forwarded",
                                                          "client-ip",
                                                          "x-real-ip",
                                                          "x-client-ip",
                                                          "x-remote-ip",
                                                          "x-remote-addr",
                                                          "true-client-ip",
                                                          "cf-connecting-ip",
                                                          "cf-connecting-ipv6",
                                                          "fastly-client-ip",
                                                          "x-azure-clientip",
                                                          "x-originating-ip",
                                                          "x-cluster-client-ip",
                                                          "x-original-forwarded-for",
                                                          "x-appengine-user-ip",
                                                          "x-envoy-external-address",
                                                          "x-custom-ip-authorization",
                                                          "x-proxyuser-ip",
                                                          "remote-user",
                                                          "x-remote-user",
                                                          "x-user",
                                                          "x-userid",
                                                          "x-username",
                                                          "x-tenant",
                                                          "x-tenantid",
                                                          "x-role",
                                                          "x-roles",
                                                          "x-scope",
                                                          "x-scopes",
                                                          "x-group",
                                                          "x-groups",
                                                          "x-admin",
                                                          "x-is-admin",
                                                          "x-email",
                                                          "x-ssl-client-cert",
                                                          "x-client-cert",
                                                          "x-client-verify"});

/// What the client would like the request to be instead.
constexpr auto kOverrideFields = std::to_array<string_view>(
    {"x-host", "x-real-host", "x-original-host", "x-original-url", "x-rewrite-url",
     "x-override-url", "x-original-uri", "x-original-method", "x-http-method", "x-method-override",
     "x-http-method-override", "x-scheme", "x-url-scheme", "front-end-https",
     "x-middleware-subrequest", "x-accel-redirect", "x-sendfile"});

/// All of them, sorted by length, so that one field is compared with a handful of names.
constexpr auto kOwned = [] {
  std::array<string_view, kHopFields.size() + kClaimFields.size() + kOverrideFields.size()> all;
  auto* end = std::ranges::copy(kHopFields, all.data()).out;
  end = std::ranges::copy(kClaimFields, end).out;
  std::ranges::copy(kOverrideFields, end);
  std::ranges::sort(all, {}, &string_view::size);
  return all;
}();

constexpr auto kOwnedPrefixes =
    std::to_array<string_view>({"x-user-", "x-tenant-", "x-launchready-", "x-forwarded",
                                "x-authenticated-", "x-auth-request-", "x-role-", "x-admin-"});

constexpr auto kConditional = std::to_array<string_view>(
    {"range", "if-range", "if-none-match", "if-modified-since", "accept-encoding"});
constexpr auto kBodyFields = std::to_array<string_view>(
    {"content-type", "content-encoding", "content-language", "content-md5", "digest"});

bool starts_with_ignoring_case(string_view text, string_view prefix) {
  return text.size() >= prefix.size() &&
         text::equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

template <class List>
bool is_one_of(string_view name, const List& list) {
  return std::ranges::any_of(
      list, [&](string_view one) { return text::equals_ignoring_case(name, one); });
}

void append_line(std::string& out, string_view name, string_view value) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

/// What the decision rests on. A client that lists it as meant for the guard alone would have the
/// application see another request than the one that was judged: a body without its type, say.
bool was_judged(const Exchange& exchange, string_view name) {
  if (is_one_of(name, kBodyFields) || text::equals_ignoring_case(name, "authorization"))
    return true;
  return std::ranges::any_of(exchange.route->references, [&](const contract::Reference& reference) {
    return reference.place == contract::Reference::Place::kHeader &&
           text::equals_ignoring_case(reference.name, name);
  });
}

void append_client_fields(std::string& out, const Exchange& exchange, const UpstreamHead& what) {
  const text::Fields& fields = exchange.head->fields;
  const bool lists_fields = connection_names_fields(fields);
  for (const text::Field& field : fields) {
    if (is_guard_owned_field(field.name)) continue;
    if (lists_fields && fields.has_token("Connection", field.name) &&
        !was_judged(exchange, field.name)) {
      continue;
    }
    if (!what.key_header.empty() && text::equals_ignoring_case(field.name, what.key_header)) {
      continue;
    }
    if (what.inspected && is_one_of(field.name, kConditional)) continue;
    if (what.without_body_fields && is_one_of(field.name, kBodyFields)) continue;
    append_line(out, field.name, field.value);
  }
}

void append_own_fields(std::string& out, const Exchange& exchange, string_view public_host) {
  append_line(out, "X-Request-Id", exchange.request_id);
  append_line(out, "traceparent", exchange.traceparent);
  append_line(out, "X-Forwarded-For", exchange.client.str());
  append_line(out, "X-Forwarded-Proto", exchange.secure ? "https" : "http");
  append_line(out, "X-Forwarded-Host", public_host.empty() ? exchange.head->host : public_host);
  if (exchange.caller != nullptr) out.append(exchange.caller->upstream_fields);
}

void append_framing(std::string& out, const text::BodyFraming& framing) {
  using Kind = text::BodyFraming::Kind;
  if (framing.kind == Kind::kLength) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", framing.length);
  } else if (framing.kind == Kind::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
}

}  // namespace

bool is_guard_owned_field(string_view name) {
  if (name.find('_') != string_view::npos) return true;
  auto same = std::ranges::lower_bound(kOwned, name.size(), {}, &string_view::size);
  for (; same != kOwned.end() && same->size() == name.size(); ++same) {
    if (text::equals_ignoring_case(*same, name)) return true;
  }
  if (name.size() < 7 || (name[0] | 0x20) != 'x' || name[1] != '-') return false;
  return std::ranges::any_of(
      kOwnedPrefixes, [&](string_view prefix) { return starts_with_ignoring_case(name, prefix); });
}

bool connection_names_fields(const text::Fields& fields) {
  return std::ranges::any_of(fields, [](const text::Field& field) {
    return field.name.size() == 10 && text::equals_ignoring_case(field.name, "Connection") &&
           !text::equals_ignoring_case(field.value, "keep-alive") &&
           !text::equals_ignoring_case(field.value, "close");
  });
}

void append_upstream_head(std::string& out, const Exchange& exchange, const UpstreamHead& what) {
  out.append(what.method);
  out.push_back(' ');
  out.append(what.path);
  if (what.has_query) {
    out.push_back('?');
    out.append(what.query);
  }
  out.append(" HTTP/1.1\r\n");
  append_line(out, "Host", what.authority);
  append_client_fields(out, exchange, what);
  if (what.inspected) append_line(out, "Accept-Encoding", "identity");
  append_own_fields(out, exchange, what.public_host);
  append_framing(out, what.framing);
  out.append("\r\n");
}

}  // namespace lr::guard
