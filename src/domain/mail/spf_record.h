// The grammar of an SPF record (RFC 7208 sections 4.6 and 12), with the place of every term, so
// that a finding can quote the bytes and a correction can keep the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "text/ip.h"

namespace lr::domain {

enum class SpfQualifier : char { kPass = '+', kFail = '-', kSoftFail = '~', kNeutral = '?' };
enum class SpfMechanism : std::uint8_t { kAll, kInclude, kA, kMx, kPtr, kIp4, kIp6, kExists };
std::string_view spf_mechanism_name(SpfMechanism mechanism);  ///< "all", "include", "a"…

/// Part of a macro-string (section 7): literal text, or one macro.
struct SpfMacroPart {
  std::string literal;      ///< When `letter` is 0; %%, %_ and %- are already replaced.
  char letter = 0;          ///< Lower case: one of slodiphcrtv.
  bool url_escape = false;  ///< The letter was upper case.
  std::uint32_t keep = 0;   ///< Rightmost parts to keep; 0: all.
  bool reverse = false;
  std::string delimiters;  ///< "" means ".".
};
using SpfMacroString = std::vector<SpfMacroPart>;

struct SpfDirective {
  SpfQualifier qualifier = SpfQualifier::kPass;
  SpfMechanism mechanism = SpfMechanism::kAll;
  SpfMacroString domain;   ///< Empty: the current domain.
  text::IpPrefix network;  ///< For ip4 and ip6.
  int ip4_bits = 32;       ///< For a and mx.
  int ip6_bits = 128;
  std::size_t begin = 0;  ///< The term's bytes in the record.
  std::size_t end = 0;
};

/// A name=value term; unknown ones are ignored by receivers (section 6).
struct SpfModifier {
  std::string name;  ///< Lower case.
  std::string value;
  std::size_t begin = 0;  ///< The term's bytes in the record.
  std::size_t end = 0;
};

struct SpfRecord {
  std::vector<SpfDirective> directives;
  std::vector<SpfModifier> modifiers;  ///< All of them, in order.
  std::optional<SpfMacroString> redirect;
  std::optional<SpfMacroString> explanation;  ///< exp=
};

/// Does the text begin with the version section and a space, or consist of it (section 4.5)?
bool is_spf_record(std::string_view text);

/// Errors (a permerror): kInvalidArgument, detail "column N: 'term': why".
Result<SpfRecord> parse_spf(std::string_view text);

/// A term that makes the whole record a permerror.
struct SpfProblem {
  std::size_t begin = 0;  ///< The term's bytes in the record.
  std::size_t end = 0;
  std::string why;
  bool unknown_mechanism = false;
};
/// Every broken term, where parse_spf() stops at the first. Empty when there is none.
std::vector<SpfProblem> spf_problems(std::string_view text);

/// Where a macro-string stands decides what it may hold (section 7.1).
enum class SpfMacroUse : std::uint8_t {
  kDomain,       ///< A domain-spec: must end in a top label or a macro; no c, r, t.
  kText,         ///< An unknown modifier's value: any visible characters.
  kExplanation,  ///< The text of exp=: c, r, t and spaces too.
};
Result<SpfMacroString> parse_spf_macros(std::string_view text, SpfMacroUse use);

}  // namespace lr::domain
