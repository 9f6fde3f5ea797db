#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "audit/sites.h"

namespace lr::audit {

extern const CheckDef check_errors_stack_trace;

namespace {

constexpr std::string_view kReferences[] = {"CWE-209", "OWASP API8:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "error_stack_trace"},
    {Sample::Kind::kFixed, ""},
};

constexpr std::string_view kTraces[] = {
    "Traceback (most recent call last)",
    "Exception in thread",
    "goroutine 1 [",
    "panic: runtime error",
    "Stack trace:",
    "System.NullReferenceException",
    "System.Exception",
    "java.lang.",
    "org.springframework.",
    "SQLSTATE[",
    "You have an error in your SQL syntax",
    "sqlite3.OperationalError",
    "psycopg2.",
    "pymysql.err",
    "ActiveRecord::",
    "ActionController::RoutingError",
    "node_modules/",
    "site-packages/",
    "Werkzeug Debugger",
    "Whoops, looks like something went wrong",
    "PHP Fatal error",
    "thread 'main' panicked",
};

/// "at module.function (file.js:10:5)", as V8, the JVM and .NET write a frame; prose that begins a
/// line with "at" has neither brackets nor a place.
bool is_frame(std::string_view line) {
  const bool call =
      line.find('(') != std::string_view::npos && line.find(')') != std::string_view::npos;
  const std::size_t colon = line.rfind(':');
  const bool place = colon != std::string_view::npos && colon + 1 < line.size() &&
                     std::isdigit(static_cast<unsigned char>(line[colon + 1])) != 0;
  return call || place || line.find(" in /") != std::string_view::npos;
}

/// Frames stand on lines of their own, which JSON writes as \n.
std::string_view frame_in(std::string_view body) {
  for (const std::string_view start : {"\n    at ", "\n\tat ", "\\n    at ", "\\n\\tat "}) {
    for (std::size_t at = body.find(start); at != std::string_view::npos;
         at = body.find(start, at + 1)) {
      std::string_view line = body.substr(at + start.size());
      line = line.substr(0, std::min(line.find('\n'), line.find("\\n")));
      if (is_frame(line)) return start;
    }
  }
  return {};
}

std::string_view trace_in(const std::string& body) {
  if (const std::string_view frame = frame_in(body); !frame.empty()) return frame;
  for (const std::string_view trace : kTraces) {
    if (body.find(trace) != std::string::npos) return trace;
  }
  return {};
}

net::Task<> run(CheckContext& context) {
  LR_CO_TRY(const std::vector<Provoked> errors, co_await provoke_errors(context, ""));
  context.plan(errors.size());
  for (const Provoked& error : errors) {
    if (trace_in(error.answer.response.body).empty()) {
      context.proved();
      continue;
    }
    Cell cell = error.cell;
    cell.form = error.cause;
    Found found = context.finding(error.answer, error.cause + ": the answer shows internals");
    found.guard = "# the guard replaces the bodies of server errors; fix the application's own 4xx";
    found.group = "all errors";
    context.found(cell, std::move(found));
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_errors_stack_trace{
    .id = "errors.stack_trace",
    .control = report::Control::kErrors,
    .title = "Errors show internals",
    .why = "Stack traces, paths and queries tell an attacker where to go next.",
    .fix = "Answer errors with a short message and a request id; keep the detail in the log.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
