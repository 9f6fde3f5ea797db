#include <fmt/format.h>

#include "audit/origins.h"

namespace lr::audit {

extern const CheckDef check_cors_error_paths;

namespace {

constexpr std::string_view kReferences[] = {"CWE-942"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "cors_reflects_on_error"},
    {Sample::Kind::kFixed, ""},
};

constexpr std::string_view kStranger = "https://launchready-audit.invalid";

net::Task<> run(CheckContext& context) {
  const std::string origin(kStranger);
  LR_CO_TRY(const std::vector<Provoked> errors, co_await provoke_errors(context, origin));
  context.plan(errors.size());
  for (const Provoked& error : errors) {
    if (!lets_in(error.answer, origin)) {
      context.proved();
      continue;
    }
    Cell cell = error.cell;
    cell.form = error.cause;
    Found found = context.finding(error.answer,
                                  fmt::format("{}: a stranger's origin is let in", error.cause));
    found.guard = "origins: [https://your-own-site.example]  # also on errors";
    found.group = "all routes";
    context.found(cell, std::move(found));
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_cors_error_paths{
    .id = "cors.error_paths",
    .control = report::Control::kCors,
    .title = "Error answers let every origin in",
    .why =
        "A website reads error answers of the API in its visitors' browsers: who is "
        "logged in, what exists.",
    .fix =
        "Answer only the exact origins that you list, on errors and preflights too; never "
        "echo Origin.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
