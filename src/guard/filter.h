// A guard filter is one file: src/guard/filters/<name>.cpp defines `constinit const FilterDef
// filter_<name>`. The order is a topological sort of `after`.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "guard/exchange.h"
#include "guard/services.h"
#include "net/task.h"

namespace lr::guard {

/// What a filter says about a request or an answer.
struct Verdict {
  enum class Kind : std::uint8_t {
    kPass,     ///< Go on.
    kReject,   ///< Answer with `code` and stop; the reason goes to log and ledger.
    kRespond,  ///< The filter has put an answer into the exchange (preflights).
    kSuspend,  ///< Only from on_request: I/O is needed, call on_request_slow.
  };
  Kind kind = Kind::kPass;
  Code code = Code::kInternal;
  std::string_view reason{};                  ///< A literal, e.g. "missing_role".
  contract::Mark at{.line = 0, .column = 0};  ///< The deciding contract line; 0 when none did.
  /// More for log and ledger, e.g. "expired"; quotes nothing that the client sent. Lives as long
  /// as the exchange.
  std::string_view detail{};

  bool passed() const { return kind == Kind::kPass; }
  static Verdict pass() { return {}; }
  static Verdict suspend() { return {.kind = Kind::kSuspend}; }
  static Verdict respond() { return {.kind = Kind::kRespond}; }
  static Verdict reject(Code code, std::string_view reason,
                        contract::Mark at = {.line = 0, .column = 0}) {
    return {.kind = Kind::kReject, .code = code, .reason = reason, .at = at};
  }
};

/// One per contract and worker; holds no per-request state.
class Filter {
 public:
  virtual ~Filter() = default;
  /// The fast path: no I/O, no waiting.
  virtual Verdict on_request(Exchange& exchange) = 0;
  /// Called after on_request() returned kSuspend.
  virtual net::Task<Verdict> on_request_slow(Exchange& exchange);
  /// Before the head of the answer leaves, in reverse order of the requests, for local answers
  /// too. May change status and fields, or ask for the whole body with exchange.buffer_answer().
  /// A local answer (exchange.answer.local) can no longer be rejected.
  virtual Verdict on_response(Exchange& exchange);
  /// Only for upstream answers that were buffered; may change the body. Runs before anything is
  /// released.
  virtual net::Task<Verdict> on_response_body(Exchange& exchange);
};

/// One request and what it proves, for the build. Runs through a whole guard in front of an
/// upstream that echoes the request.
struct FilterSample {
  std::string_view name;  ///< "pass" or "reject", with a word on what it shows.
  /// YAML lines that follow the basic contract of the sample test.
  std::string_view contract;
  /// Raw HTTP/1.1 with \n line ends. {token} is a valid token of user alice.
  std::string_view request;
  int status = 0;        ///< Expected; 200 is what the echo upstream answers.
  std::string_view has;  ///< Text that the whole answer must contain.
};

struct FilterDef {
  std::string_view id;
  std::string_view title;
  std::span<const std::string_view> after;  ///< Ids of filters that must run earlier.
  std::string_view why_after;               ///< Shown by --explain-pipeline.
  std::string_view section;                 ///< Section of the contract that configures it.
  Result<std::unique_ptr<Filter>> (*make)(const Services& services);
  std::span<const FilterSample> samples;  ///< At least one pass and one reject.
};

/// Generated from the files of filters/.
std::span<const FilterDef* const> all_filters();
/// In running order; an unknown name or a cycle is a bug of ours and an error here.
Result<std::vector<const FilterDef*>> order_filters(std::span<const FilterDef* const> filters);

}  // namespace lr::guard
