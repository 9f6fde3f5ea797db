#include <fmt/format.h>

#include "audit/sites.h"

namespace lr::audit {

extern const CheckDef check_errors_request_id;

namespace {

constexpr std::string_view kReferences[] = {"CWE-778"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "error_no_request_id"},
    {Sample::Kind::kFixed, ""},
};

bool has_id(const probe::Exchange& answer) {
  for (const char* name : {"X-Request-Id", "Request-Id", "X-Correlation-Id", "X-Trace-Id",
                           "Traceparent", "X-Amzn-RequestId", "CF-Ray"}) {
    if (answer.response.headers.get(name)) return true;
  }
  const std::string& body = answer.response.body;
  return body.find("request_id") != std::string::npos ||
         body.find("requestId") != std::string::npos;
}

net::Task<> run(CheckContext& context) {
  LR_CO_TRY(const std::vector<Provoked> errors, co_await provoke_errors(context, ""));
  context.plan(errors.size());
  for (const Provoked& error : errors) {
    if (has_id(error.answer)) {
      context.proved();
      continue;
    }
    Cell cell = error.cell;
    cell.form = error.cause;
    Found found = context.finding(error.answer, error.cause + ": no request id");
    found.guard = "# the guard gives every request an id and returns it";
    found.group = "all errors";
    context.found(cell, std::move(found));
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_errors_request_id{
    .id = "errors.request_id",
    .control = report::Control::kErrors,
    .title = "Answers carry no request id",
    .why = "Nobody can tell which log lines belong to the failure that a user reports.",
    .fix =
        "Give every request an id, log it, and return it in X-Request-Id and in error "
        "bodies.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kContract,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
