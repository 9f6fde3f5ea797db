// Errors are values. A function that can fail returns Result<T>; the Error says what went wrong
// (Code), whose fault it was (Origin), what to do next (Retry), what may be shown to a stranger
// (public_text) and what may only be logged (detail). Exceptions stop at the door of the room
// that called the library that threw them.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lr {

/// Every way a thing can fail: X(name, stable number, HTTP status, exit code, public text).
/// Numbers are never reused. The exit codes are those of the command line: 0 done, 1 findings,
/// 2 usage or contract error, 3 incomplete.
#define LR_CODES(X)                                                                       \
  X(kInvalidArgument, 1, 400, 2, "The request is malformed.")                             \
  X(kUnauthenticated, 2, 401, 3, "Authentication is required.")                           \
  X(kPermissionDenied, 3, 403, 3, "You may not do this.")                                 \
  X(kNotFound, 4, 404, 2, "There is nothing here.")                                       \
  X(kMethodNotAllowed, 5, 405, 2, "This method is not allowed here.")                     \
  X(kConflict, 6, 409, 3, "The request conflicts with the current state.")                \
  X(kPayloadTooLarge, 7, 413, 2, "The request body is too large.")                        \
  X(kUriTooLong, 8, 414, 2, "The request target is too long.")                            \
  X(kUnsupportedMediaType, 9, 415, 2, "This content type is not accepted here.")          \
  X(kUnprocessable, 10, 422, 2, "The request body does not match what is expected here.") \
  X(kResourceExhausted, 11, 429, 3, "Too many requests. Try again later.")                \
  X(kHeadersTooLarge, 12, 431, 2, "The request headers are too large.")                   \
  X(kInternal, 13, 500, 3, "Something went wrong on our side.")                           \
  X(kUnimplemented, 14, 501, 2, "This is not supported.")                                 \
  X(kBadGateway, 15, 502, 3, "The service behind this one did not answer properly.")      \
  X(kUnavailable, 16, 503, 3, "The service is not available right now. Try again later.") \
  X(kDeadlineExceeded, 17, 504, 3, "The service took too long to answer.")                \
  X(kCancelled, 18, 499, 3, "The request was cancelled.")                                 \
  X(kVersionNotSupported, 19, 505, 2, "This HTTP version is not supported.")              \
  X(kMisdirected, 20, 421, 2, "This host is not served here.")                            \
  X(kRequestTimeout, 21, 408, 3, "The request took too long to arrive.")                  \
  X(kExpectationFailed, 22, 417, 2, "This expectation cannot be met.")

enum class Code : std::uint8_t {
#define LR_X(name, number, http, exit, text) name = number,
  LR_CODES(LR_X)
#undef LR_X
};

/// Whose fault it is.
enum class Origin : std::uint8_t { kSelf, kClient, kTarget, kUpstream, kContract };

/// Whether the same call may be tried again.
enum class Retry : std::uint8_t { kNo, kIfConnectionWasReused, kYes };

/// "invalid_argument", "unauthenticated", … as used in JSON error bodies, metrics and logs.
std::string_view code_name(Code code);
int http_status(Code code);
int exit_code(Code code);
/// The only text of an error that a stranger may see.
std::string_view public_text(Code code);

class [[nodiscard]] Error {
 public:
  Error(Code code, std::string detail, Origin origin = Origin::kSelf, Retry retry = Retry::kNo);
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  Error(const Error& other);
  Error& operator=(const Error& other);
  ~Error() = default;

  Code code() const { return state_->code; }
  Origin origin() const { return state_->origin; }
  Retry retry() const { return state_->retry; }
  /// For operators and logs. May quote input, so it never reaches a client.
  const std::string& detail() const { return state_->detail; }

  /// Adds one hop in front of the detail: "loading keys.json: no such file".
  Error context(std::string_view what) &&;

 private:
  struct State {
    Code code;
    Origin origin;
    Retry retry;
    std::string detail;
  };
  std::unique_ptr<State> state_;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(Code::kNotFound, "no such route");`
inline std::unexpected<Error> fail(Code code, std::string detail, Origin origin = Origin::kSelf,
                                   Retry retry = Retry::kNo) {
  return std::unexpected(Error(code, std::move(detail), origin, retry));
}

/// Aborts with the place: for bugs of ours, never for input.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace lr

#define LR_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::lr::check_failed(#condition, __FILE__, __LINE__))

#define LR_CONCAT_INNER(a, b) a##b
#define LR_CONCAT(a, b) LR_CONCAT_INNER(a, b)

// LR_TRY(auto x, f());   declares x, or returns f's error.
#define LR_TRY_IMPL(tmp, declaration, expression)           \
  auto tmp = (expression);                                  \
  if (!tmp) return std::unexpected(std::move(tmp).error()); \
  declaration = std::move(*tmp)
#define LR_TRY(declaration, ...) LR_TRY_IMPL(LR_CONCAT(lr_try_, __LINE__), declaration, __VA_ARGS__)

// LR_TRY_VOID(f());      returns f's error.
#define LR_TRY_VOID(...)                                                          \
  do {                                                                            \
    auto lr_try_result = (__VA_ARGS__);                                           \
    if (!lr_try_result) return std::unexpected(std::move(lr_try_result).error()); \
  } while (false)

// The same inside coroutines: LR_CO_TRY(auto x, co_await f(a));  The co_await stands alone in its
// own full statement, as the coroutine lint demands.
#define LR_CO_TRY_IMPL(tmp, declaration, expression)           \
  auto tmp = expression;                                       \
  if (!tmp) co_return std::unexpected(std::move(tmp).error()); \
  declaration = std::move(*tmp)
#define LR_CO_TRY(declaration, ...) \
  LR_CO_TRY_IMPL(LR_CONCAT(lr_co_try_, __LINE__), declaration, __VA_ARGS__)
#define LR_CO_TRY_VOID_IMPL(tmp, expression) \
  auto tmp = expression;                     \
  if (!tmp) co_return std::unexpected(std::move(tmp).error())
#define LR_CO_TRY_VOID(...) LR_CO_TRY_VOID_IMPL(LR_CONCAT(lr_co_try_, __LINE__), __VA_ARGS__)
