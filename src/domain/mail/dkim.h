// DKIM (RFC 6376, RFC 8301, RFC 8463): verifying the signatures of a message, and making one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/secret.h"
#include "domain/dns.h"
#include "domain/mail/message.h"

namespace lr::domain {

/// RFC 8601 section 2.7.1.
enum class DkimResult : std::uint8_t { kPass, kFail, kNeutral, kTempError, kPermError };
std::string_view dkim_result_name(DkimResult result);  ///< "pass", "fail"…

struct DkimVerdict {
  DkimResult result = DkimResult::kPermError;
  std::string why{};        ///< "" for kPass.
  std::string domain{};     ///< d=
  std::string selector{};   ///< s=
  std::string algorithm{};  ///< "rsa-sha256"
  int key_bits = 0;
  bool testing = false;               ///< The key says t=y: nobody acts on its signatures.
  bool body_is_partial = false;       ///< l= is shorter than the body: anyone may add to it.
  std::vector<std::string> fields{};  ///< h=
};

/// Signatures past this many are not looked at (RFC 6376 section 6.1 allows a limit).
inline constexpr std::size_t kDkimSignatures = 10;

/// In the order of the message. `now`: seconds since 1970.
std::vector<DkimVerdict> verify_dkim(Resolver& resolver, const Message& message, std::int64_t now);

struct DkimSigner {
  std::string domain;
  std::string selector;
  /// PEM (PKCS #8 or PKCS #1): RSA of at least 1024 bits, or Ed25519.
  Secret private_key;
  /// Fields to sign, in order. A name once more than the message has it keeps others from adding
  /// one ("oversigning").
  std::vector<std::string> fields;
};

/// "DKIM-Signature: …" with relaxed/relaxed forms, folded, without the final line end. Errors:
/// kInvalidArgument for a key that cannot sign or fields without From.
Result<std::string> sign_dkim(const Message& message, const DkimSigner& signer, std::int64_t now);

}  // namespace lr::domain
