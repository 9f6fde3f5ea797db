#include <fmt/core.h>

#include <array>

#include "lab/testing/probes.h"

namespace lr::lab::testing {
namespace {

int status_of(Visitor& v, std::string body, std::string_view type = "application/json") {
  return v.send("POST", "/v1/conversations", v.token(World::kUserA), std::move(body), type).status;
}

bool malformed_crashes(Visitor& v) { return status_of(v, R"({"title":)") == 500; }
bool oversized_passes(Visitor& v) {
  // White space, so that only the size is wrong.
  return status_of(v, R"({"title":"x"})" + std::string(70'000, ' ')) == 201;
}
bool type_crashes(Visitor& v) { return status_of(v, R"({"title":5})") == 500; }
bool any_type(Visitor& v) { return status_of(v, R"({"title":"x"})", "text/plain") == 201; }
bool duplicates_pass(Visitor& v) { return status_of(v, R"({"title":"x","title":"y"})") == 201; }
bool depth_crashes(Visitor& v) {
  return status_of(v, R"({"title":)" + std::string(5'000, '[') + std::string(5'000, ']') + "}") ==
         500;
}

constexpr auto kProbes = std::to_array<Probe>({
    {"input_crash_malformed", malformed_crashes},
    {"input_no_size_limit", oversized_passes},
    {"input_type_500", type_crashes},
    {"input_any_content_type", any_type},
    {"input_duplicate_keys_accepted", duplicates_pass},
    {"input_depth_500", depth_crashes},
});

/// Logs in with a wrong password.
net::HttpResponse guess(Visitor& v, std::string_view email, std::string_view claimed_address) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = v.url();
  request.url.target = "/v1/login";
  request.headers.add("Content-Type", "application/json");
  if (!claimed_address.empty())
    request.headers.add("X-Forwarded-For", std::string(claimed_address));
  request.body = fmt::format(R"({{"email":"{}","password":"wrong"}})", email);
  return v.call(std::move(request));
}

}  // namespace

std::span<const Probe> input_probes() { return kProbes; }

LimitFacts measure_limits(Visitor& v) {
  LimitFacts facts;
  const std::string chatter = v.stranger_token("usr-chatter");
  for (int i = 0; i < 70 && !facts.chat_limited; ++i) {
    const auto answer = v.send("POST", "/v1/chat", chatter, R"({"message":"hello"})");
    facts.chat_limited = answer.status == 429;
  }
  for (int i = 0; i < 12 && !facts.account_limited; ++i) {
    facts.account_limited = guess(v, "one@customers.example", "").status == 429;
  }
  for (int i = 0; i < 80 && !facts.address_limited; ++i) {
    const auto answer = guess(v, fmt::format("user{}@customers.example", i), "");
    facts.address_limited = answer.status == 429;
    facts.tells_when = answer.headers.get("retry-after").has_value();
  }
  facts.header_escapes =
      facts.address_limited && guess(v, "x@customers.example", "203.0.113.9").status != 429;
  return facts;
}

}  // namespace lr::lab::testing
