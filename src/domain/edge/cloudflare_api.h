// Cloudflare's API v4, as far as it is read: GET with a token, pages, refusals told apart.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "domain/inspection.h"
#include "net/http_client.h"
#include "text/json.h"

namespace lr::domain {

struct ApiAnswer {
  enum class Kind : std::uint8_t {
    kOk,
    kMissing,    ///< 404, 410 or no such route: there is no such thing (any more).
    kNoRules,    ///< A phase that was never given a rule: it has no entry point.
    kPlan,       ///< The zone's plan does not have it: never a failure.
    kForbidden,  ///< The token lacks a permission.
    kBadToken,
    kLimited,  ///< 429, also after waiting.
    kFailed,   ///< No answer, or none that the API gives.
  };
  Kind kind = Kind::kFailed;
  text::json::value result{};
  std::string why{};        ///< Unless kOk; never has the token in it.
  std::uint32_t pages = 0;  ///< Of a list, when the answer says so.

  bool ok() const { return kind == Kind::kOk; }
};

/// Reads one HTTP answer of the API: the envelope {"result", "success", "errors", "messages"}.
ApiAnswer read_api_answer(const net::HttpResponse& response);

class CloudflareApi {
 public:
  static constexpr std::size_t kCalls = 80;
  static constexpr std::uint32_t kPages = 20;
  static constexpr std::size_t kAnswerBytes = 4 * 1024 * 1024;
  static constexpr seconds kPatience{10};
  static constexpr seconds kWaitMost{3};  ///< For Retry-After; longer ones are not waited for.

  /// Connects to the addresses that the inspection's resolver has for the API's host. The token
  /// goes over verified TLS only; plain http is for loopback addresses.
  explicit CloudflareApi(Inspection& inspection);
  ~CloudflareApi();
  CloudflareApi(const CloudflareApi&) = delete;
  CloudflareApi& operator=(const CloudflareApi&) = delete;

  /// `path` begins with '/': "/zones/abc".
  ApiAnswer get(const std::string& path);
  /// All pages of a list, as one array.
  ApiAnswer list(const std::string& path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::domain
