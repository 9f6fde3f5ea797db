// DMARC: which policy a domain has, and whether a message's SPF and DKIM results are aligned with
// its From domain. By both editions, because receivers of both are out there: RFC 9989 walks the
// DNS tree, RFC 7489 asks a public suffix list.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/dns.h"
#include "domain/mail/dmarc_record.h"

namespace lr::domain {

enum class DmarcEdition : std::uint8_t { kRfc7489, kRfc9989 };

/// The registrable domain of a name by the public suffix list; "" when the name is a suffix.
using RegistrableDomain = std::function<std::string(std::string_view)>;

/// One question of a tree walk (RFC 9989 section 4.10).
struct DmarcWalkStep {
  std::string domain;  ///< Asked at "_dmarc." before it.
  std::string text;    ///< The one DMARC record there, or "".
  std::optional<DmarcRecord> record;
  bool failed = false;   ///< Nobody could say.
  bool several = false;  ///< More than one record: all are discarded.
};

/// RFC 9989: at most this many questions.
inline constexpr std::size_t kDmarcWalkSteps = 8;

/// From `domain` to the top, longest name first, until a record says psd=n or psd=y.
std::vector<DmarcWalkStep> walk_dmarc_tree(Resolver& resolver, std::string_view domain);

/// The organizational domain by the records of a walk (section 4.10.2).
std::string organizational_domain(const std::vector<DmarcWalkStep>& walk);

struct DmarcDiscovery {
  enum class Outcome : std::uint8_t { kNoRecord, kFound, kUnknown };
  /// kUnknown: a question had no answer. With a record, only `effective` is not known.
  Outcome outcome = Outcome::kNoRecord;
  std::string where;  ///< The domain whose record applies.
  std::string text;
  std::optional<DmarcRecord> record;
  std::string organization;        ///< The organizational domain.
  bool organization_known = true;  ///< False: a question of the walk above had no answer.
  /// What a receiver is asked to do with mail of the domain that fails: after sp=, np=, t=y.
  DmarcPolicy effective = DmarcPolicy::kNone;
  DmarcPolicy published = DmarcPolicy::kNone;  ///< The same before t=y.
  std::string_view tag;  ///< Which tag said so: "p", "sp", "np", "" for a default.
  bool several = false;  ///< There were records, but more than one.
};

/// `registrable` is only used for RFC 7489.
DmarcDiscovery discover_dmarc(Resolver& resolver, std::string_view domain, DmarcEdition edition,
                              const RegistrableDomain& registrable);

/// Who a message says it is from, and what was proved of it.
struct DmarcMessage {
  std::string from_domain;
  std::string spf_domain;                   ///< Of MAIL FROM, when SPF passed; else "".
  std::vector<std::string> dkim_domains{};  ///< d= of the signatures that passed.
};

struct DmarcVerdict {
  enum class Result : std::uint8_t { kNone, kPass, kFail, kTempError };
  Result result = Result::kNone;  ///< kNone: no policy applies.
  bool spf_aligned = false;
  bool dkim_aligned = false;
  DmarcDiscovery policy;
};

DmarcVerdict evaluate_dmarc(Resolver& resolver, const DmarcMessage& message, DmarcEdition edition,
                            const RegistrableDomain& registrable);

/// May reports about `domain`, where a policy stands, go to `report_domain` (RFC 9990 section 4)?
/// Yes within one organization; otherwise the other one has to agree. nullopt: nobody could say.
std::optional<bool> may_report_to(Resolver& resolver, std::string_view domain,
                                  std::string_view report_domain);

}  // namespace lr::domain
