// The 23 controls of the scorecard.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lr::report {

// X(enumerator, id, title, passes when)
#define LR_CONTROLS(X)                                                                        \
  X(kAuthn, "AUTHN", "Authentication", "no private route answers without a valid token")      \
  X(kAuthz, "AUTHZ", "Roles and scopes", "each role reaches its functions and no others")     \
  X(kOwner, "OWNER", "Object ownership", "nobody reads or changes what belongs to others")    \
  X(kTools, "TOOLS", "Tool permissions", "the bot calls only listed tools, within limits")    \
  X(kPrompt, "PROMPT", "Prompt injection", "instructions in content gain nothing")            \
  X(kSecrets, "SECRETS", "No exposed secrets", "no secret stands in code, bundles or logs")   \
  X(kInput, "INPUT", "Input validation", "bad input is refused with 4xx, never a crash")      \
  X(kRate, "RATE", "Rate limits", "floods are refused with a clear retry window")             \
  X(kCors, "CORS", "Approved origins", "only listed origins can call the API from a browser") \
  X(kWebhook, "WEBHOOK", "Webhook trust", "forged or replayed events have no effect")         \
  X(kLogs, "LOGS", "Logs and audit trail", "every request is traceable and nothing leaks")    \
  X(kSpeed, "SPEED", "Latency", "answers arrive within the promised time")                    \
  X(kErrors, "ERRORS", "Fails safe", "failures show a clear message and no internals")        \
  X(kSurface, "SURFACE", "Every route intended", "nothing unlisted answers")                  \
  X(kHeaders, "HEADERS", "Browser hardening", "security headers and caching are right")       \
  X(kTls, "TLS", "HTTPS everywhere", "valid chains and current protocols on every host")      \
  X(kDns, "DNS", "Domain health", "names resolve, redirect and dangle nowhere")               \
  X(kMail, "MAIL", "E-mail trust", "product mail arrives authenticated")                      \
  X(kEdge, "EDGE", "Edge protection", "the origin is reachable through the edge only")        \
  X(kHealth, "HEALTH", "Health checks", "health endpoints tell the truth")                    \
  X(kAlerts, "ALERTS", "Alerts reach a person", "trouble reaches somebody within minutes")    \
  X(kDeploy, "DEPLOY", "Safe releases", "releases are checked and can be taken back")         \
  X(kHandover, "HANDOVER", "Handover", "somebody else could run the product")

enum class Control : std::uint8_t {
#define LR_X(name, id, title, when) name,
  LR_CONTROLS(LR_X)
#undef LR_X
};
inline constexpr int kControlCount = 23;

std::string_view control_id(Control control);
std::string_view control_title(Control control);
std::string_view control_passes_when(Control control);
/// Whether any verb of this version proves the control.
bool is_proved_today(Control control);
std::optional<Control> parse_control(std::string_view id);

}  // namespace lr::report
