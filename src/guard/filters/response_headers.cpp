// Security headers by profile (JSON or HTML), no-store unless the route may be cached, and no
// words about the software behind.
#include <fmt/format.h>

#include "guard/filter.h"
#include "guard/snapshot.h"

namespace lr::guard {

extern const FilterDef filter_response_headers;

namespace {

constexpr std::string_view kAfter[] = {"request_id"};

bool is_html(const Exchange& exchange) {
  if (exchange.route != nullptr && exchange.route->html && !exchange.answer.local) return true;
  const auto type = exchange.answer.fields.get("Content-Type");
  constexpr std::string_view kHtml = "text/html";
  return type && text::equals_ignoring_case(type->substr(0, kHtml.size()), kHtml);
}

class ResponseHeadersFilter final : public Filter {
 public:
  explicit ResponseHeadersFilter(const Services& services)
      : policy_(services.contract.headers), upstream_(services.snapshot.upstream.origin()) {
    if (policy_.hsts.count() > 0) {
      hsts_ = fmt::format("max-age={}", policy_.hsts.count());
      if (policy_.hsts_subdomains) hsts_ += "; includeSubDomains";
    }
  }

  Verdict on_request(Exchange& /*exchange*/) override { return Verdict::pass(); }

  Verdict on_response(Exchange& exchange) override {
    Answer& answer = exchange.answer;
    if (!answer.local && answer.fields.count("Content-Type") > 1) {
      return Verdict::reject(Code::kBadGateway, "ambiguous_content_type");
    }
    for (const std::string& name : policy_.remove) answer.fields.remove(name);
    if (!answer.local) hide_upstream(exchange);
    answer.fields.add("X-Content-Type-Options", "nosniff");
    answer.fields.add("X-Frame-Options", "DENY");
    answer.fields.add("Referrer-Policy", policy_.referrer);
    answer.fields.add("Cross-Origin-Resource-Policy", "same-origin");
    if (is_html(exchange)) {
      answer.fields.add("Content-Security-Policy", policy_.csp);
      answer.fields.add("Cross-Origin-Opener-Policy", "same-origin");
      answer.fields.add("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    } else {
      answer.fields.add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    }
    if (exchange.secure && !hsts_.empty()) {
      answer.fields.add("Strict-Transport-Security", hsts_);
    }
    add_cache_fields(exchange);
    return Verdict::pass();
  }

 private:
  static void add_cache_fields(Exchange& exchange) {
    Answer& answer = exchange.answer;
    if (answer.event_stream) {
      answer.fields.set("Cache-Control", "no-cache, no-store");
      answer.fields.add("X-Accel-Buffering", "no");
      return;
    }
    // A cookie is for one client; a shared cache would hand it to all.
    const bool cacheable = exchange.route != nullptr && exchange.route->cache && !answer.local &&
                           answer.status < 400 && !answer.fields.get("Set-Cookie");
    if (!cacheable) {
      answer.fields.set("Cache-Control", "no-store");
    } else if (!exchange.is_public()) {
      // What a caller may see is not for a shared cache.
      answer.fields.set("Cache-Control", "private, max-age=60");
    } else if (!answer.fields.get("Cache-Control")) {
      answer.fields.add("Cache-Control", "public, max-age=300");
    }
  }

  /// A redirect to the upstream's own address becomes one to the same place here.
  void hide_upstream(Exchange& exchange) const {
    const auto location = exchange.answer.fields.get("Location");
    if (!location || !location->starts_with(upstream_)) return;
    const std::string_view rest = location->substr(upstream_.size());
    if (rest.empty()) {
      exchange.answer.fields.set("Location", "/");
    } else if (rest.front() == '/') {
      exchange.answer.fields.set("Location", rest);
    }
  }

  const contract::HeaderPolicy& policy_;
  std::string upstream_;
  std::string hsts_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<ResponseHeadersFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: an answer gets the JSON profile", "", "GET /public HTTP/1.1\nHost: a\n\n", 200,
     "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"},
    {"pass: so does a refusal", "", "GET /nothing HTTP/1.1\nHost: a\n\n", 404,
     "X-Content-Type-Options: nosniff\r\n"},
    {"reject: two content types", "", "GET /public?answer=two-types HTTP/1.1\nHost: a\n\n", 502,
     "bad_gateway"},
};

}  // namespace

constinit const FilterDef filter_response_headers{
    .id = "response_headers",
    .title = "Sets the security headers and removes what tells about the software",
    .after = kAfter,
    .why_after = "every answer, also a refusal by any filter below, gets the headers",
    .section = "headers",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
