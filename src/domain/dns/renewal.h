// Will the next certificate be issued? CAs look at the DNS at that moment: CAA records (RFC 8659),
// DNSSEC (their own baseline requirements ask them to validate it) and the name itself. What the
// server shows today says who will be asked, and how soon.
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
  /// What keeps the issuer of the certificate in use out, a sentence for each name.
  std::vector<std::string> issuer_refused{};
  std::string issuer_unknown{};  ///< Why it is not known whether it is kept out; "".
  /// Of the certificate in use, when a handshake has shown it.
  std::optional<std::chrono::seconds> certificate_left{};
  std::optional<std::chrono::seconds> certificate_lifetime{};
};

struct RenewalOutlook {
  enum class Verdict : std::uint8_t { kOpen, kUnknown, kBlocked };
  /// By the part of the certificate's life that is left, whatever its length: certificates of 47
  /// days are renewed after 31, those of 90 after 60.
  enum class Urgency : std::uint8_t {
    kUnknown,  ///< No certificate was seen.
    kCalm,
    kDue,       ///< Less than a third is left: ACME clients should have renewed it.
    kPressing,  ///< Less than a sixth is left, or nothing.
  };
  Verdict verdict = Verdict::kOpen;
  std::vector<std::string> reasons{};  ///< Sentences, for kBlocked and kUnknown.
  Urgency urgency = Urgency::kUnknown;
};

/// kUnknown also when nothing stands in the way and yet the renewal has not happened in time:
/// what hinders it is not in the DNS.
RenewalOutlook renewal_outlook(const RenewalFacts& facts);

/// "9 of 90 days are left", "it ended 3 days ago"; "" when no certificate was seen.
std::string life_in_words(const RenewalFacts& facts);

}  // namespace lr::domain
