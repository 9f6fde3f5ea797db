// A verified caller as the guard keeps it: the identity, and what the upstream is told about it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "contract/contract.h"
#include "decide/identity.h"

namespace lr::guard {

struct Caller {
  decide::Identity identity;
  /// Complete header lines ("X-Launchready-User: …\r\n" and relatives), built once per token.
  std::string upstream_fields;
  /// Where in the rate store this caller stands: issuer and user, so that equal subjects of two
  /// issuers are two callers.
  std::string limit_key;
  /// Of the issuer's keys at verification; a rotation makes cached verdicts void.
  std::uint64_t keys_generation = 0;
};

using CallerPtr = std::shared_ptr<const Caller>;

/// Values are percent-encoded where they hold anything but visible ASCII without '%' and ',', so
/// that a claim can neither break a header nor forge a list member.
CallerPtr make_caller(const contract::Contract& contract, decide::Identity identity,
                      std::uint64_t keys_generation);

}  // namespace lr::guard
