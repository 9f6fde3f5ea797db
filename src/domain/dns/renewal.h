// Will the next certificate be issued? CAs look at the DNS at that moment: CAA records (RFC 8659),
// DNSSEC (their own baseline requirements ask them to validate it) and the name itself.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lr::domain {

/// What is known of one host; what nobody could find out is marked as such.
struct RenewalFacts {
  std::string host{};
  std::vector<std::string> refused_issuers{};  ///< Promised CAs that CAA records keep out.
  std::string caa_unknown{};  ///< Why the CAA records are not known; "" when they are.
  std::string bogus{};        ///< Why validation fails; "" when it does not.
  bool has_address = true;
  std::string address_unknown{};  ///< Why it is not known whether there is one.
  /// Of the certificate in use, when a handshake has shown it.
  std::optional<std::chrono::seconds> certificate_left{};
  std::optional<std::chrono::seconds> certificate_lifetime{};
};

struct RenewalOutlook {
  enum class Verdict : std::uint8_t { kOpen, kUnknown, kBlocked };
  Verdict verdict = Verdict::kOpen;
  std::vector<std::string> reasons{};  ///< Sentences, for kBlocked and kUnknown.
  /// Less than a third of the certificate's life is left: the renewal is due or overdue.
  bool due = false;
};

RenewalOutlook renewal_outlook(const RenewalFacts& facts);

}  // namespace lr::domain
