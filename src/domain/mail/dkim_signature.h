// A signature field of a message: DKIM-Signature (RFC 6376 section 3.5) or one of ARC's two
// (RFC 8617 section 4.1), which share its tags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "domain/dns.h"
#include "domain/mail/canonical.h"
#include "domain/mail/dkim_key.h"
#include "domain/mail/message.h"
#include "domain/mail/tag_list.h"

namespace lr::domain {

struct SignatureTags {
  DkimKeyType algorithm = DkimKeyType::kRsa;  ///< a=rsa-sha256 or a=ed25519-sha256.
  std::string domain;                         ///< d=
  std::string selector;                       ///< s=
  std::string signature;                      ///< b=, decoded.
  std::string body_hash;                      ///< bh=, decoded; "" when there is none.
  Canonicalization form;                      ///< c=
  std::vector<std::string> fields;            ///< h=
  bool has_fields = false;                    ///< h= is there, even if empty.
  std::optional<std::uint64_t> body_length;   ///< l=
  std::optional<std::int64_t> signed_at;      ///< t=, seconds since 1970.
  std::optional<std::int64_t> expires;        ///< x=
};

/// Errors: kInvalidArgument with the tag that is missing or wrong.
Result<SignatureTags> read_signature_tags(const TagList& tags);

/// SHA-256 of the canonical body, cut at l=, equals bh=. False too when l= exceeds the body.
bool body_hash_matches(const SignatureTags& tags, std::string_view body);

/// What is signed: the fields of h=, each name from the bottom up, then `signature` without its
/// b= value and without a line end.
std::string signed_header(const Message& message, const SignatureTags& tags,
                          const HeaderField& signature);

/// Why a key is not there. kFailed means that nobody could say.
struct KeyProblem {
  bool temporary = false;
  std::string why;
};
/// "<selector>._domainkey.<domain>", exactly one TXT record that is a key.
std::expected<DkimPublicKey, KeyProblem> fetch_key(Resolver& resolver, const SignatureTags& tags);

/// RFC 8301 section 3.2: shorter RSA keys prove nothing.
inline constexpr int kRsaBitsMin = 1024;

}  // namespace lr::domain
