// Errors of the upstream: a 5xx body never reaches the client, a 4xx body only when it is JSON
// that does not look like a stack trace.
#include <algorithm>
#include <array>

#include "guard/error_answer.h"
#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_safe_errors;

namespace {

constexpr std::string_view kAfter[] = {"response_headers"};

/// Words that only an unhandled error utters.
constexpr auto kTraceMarks =
    std::to_array<std::string_view>({"Traceback (most recent call last)",
                                     "\\n    at ",
                                     "\\n\\tat ",
                                     "Exception in thread",
                                     ".java:",
                                     ".py\\\", line ",
                                     "SQLSTATE",
                                     "ORA-0",
                                     "sqlite3.",
                                     "psycopg",
                                     "node_modules/",
                                     "goroutine ",
                                     "panic: ",
                                     "System.NullReferenceException",
                                     "Stack trace:",
                                     "stacktrace",
                                     "at Object.<anonymous>",
                                     "Microsoft.EntityFrameworkCore",
                                     "org.springframework",
                                     "ActiveRecord::",
                                     "You have an error in your SQL syntax",
                                     "PG::"});

bool is_json(std::string_view type) {
  type = text::trim_ows(type.substr(0, type.find(';')));
  const std::string lower = text::lower_ascii(type);
  return lower == "application/json" || lower.ends_with("+json");
}

class SafeErrorsFilter final : public Filter {
 public:
  Verdict on_request(Exchange& /*exchange*/) override { return Verdict::pass(); }

  Verdict on_response(Exchange& exchange) override {
    Answer& answer = exchange.answer;
    if (answer.local || answer.status < 400) return Verdict::pass();
    keep_retry_after(exchange);
    if (answer.status >= 500)
      return Verdict::reject(code_for_status(answer.status), "upstream_5xx");
    const auto type = answer.fields.get("Content-Type");
    if (!type || !is_json(*type) || answer.fields.get("Content-Encoding")) {
      return Verdict::reject(code_for_status(answer.status), "upstream_4xx");
    }
    exchange.buffer_answer();
    return Verdict::pass();
  }

  net::Task<Verdict> on_response_body(Exchange& exchange) override {
    const Answer& answer = exchange.answer;
    if (answer.status < 400) co_return Verdict::pass();
    const bool trace = std::ranges::any_of(kTraceMarks, [&](std::string_view mark) {
      return answer.body.find(mark) != std::string::npos;
    });
    if (!trace) co_return Verdict::pass();
    co_return Verdict::reject(code_for_status(answer.status), "upstream_trace");
  }

 private:
  static void keep_retry_after(Exchange& exchange) {
    const auto value = exchange.answer.fields.get("Retry-After");
    const bool digits = value && !value->empty() && value->size() <= 6 &&
                        std::ranges::all_of(*value, [](char c) { return c >= '0' && c <= '9'; });
    if (digits) exchange.retry_after = seconds(std::stol(std::string(*value)));
  }
};

Result<std::unique_ptr<Filter>> make(const Services& /*services*/) {
  return std::make_unique<SafeErrorsFilter>();
}

constexpr FilterSample kSamples[] = {
    {"pass: a JSON 4xx explains itself", "", "GET /public?answer=409 HTTP/1.1\nHost: a\n\n", 409,
     "the upstream says so"},
    {"reject: a 500 with a stack trace", "", "GET /public?answer=500 HTTP/1.1\nHost: a\n\n", 500,
     "\"code\":\"internal\""},
    {"reject: a 4xx page in HTML", "", "GET /public?answer=404-html HTTP/1.1\nHost: a\n\n", 404,
     "\"code\":\"not_found\""},
    {"reject: a JSON 4xx with a stack trace", "",
     "GET /public?answer=400-trace HTTP/1.1\nHost: a\n\n", 400, "\"code\":\"invalid_argument\""},
};

}  // namespace

constinit const FilterDef filter_safe_errors{
    .id = "safe_errors",
    .title = "Replaces the upstream's raw errors",
    .after = kAfter,
    .why_after = "the replacement gets the security headers",
    .section = "guard.fallback_message",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
