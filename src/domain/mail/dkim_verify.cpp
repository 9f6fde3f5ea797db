#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domain/mail/dkim.h"
#include "domain/mail/dkim_signature.h"
#include "domain/mail/spf_macro.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr auto kResultNames =
    std::to_array<string_view>({"pass", "fail", "neutral", "temperror", "permerror"});

/// Clocks differ: a signature from the near future is none from the future.
constexpr std::int64_t kClockSkew = 300;

class Verification {
 public:
  Verification(Resolver& resolver, const Message& message, std::int64_t now)
      : resolver_(resolver), message_(message), now_(now) {}

  DkimVerdict run(const HeaderField& signature) {
    verdict_ = {};
    verdict_.result = judge(signature);
    return std::move(verdict_);
  }

 private:
  DkimResult end(DkimResult result, std::string why) {
    verdict_.why = std::move(why);
    return result;
  }

  DkimResult judge(const HeaderField& signature) {
    const auto list = TagList::parse(signature.value);
    if (!list) return end(DkimResult::kPermError, list.error().detail());
    const auto tags = read_signature_tags(*list);
    if (!tags) return end(DkimResult::kPermError, tags.error().detail());
    describe(*list, *tags);
    if (const std::string problem = rule_broken(*list, *tags); !problem.empty()) {
      return end(DkimResult::kPermError, problem);
    }
    if (tags->expires && *tags->expires < now_) return end(DkimResult::kFail, "it has expired");
    const auto key = fetch_key(resolver_, *tags);
    if (!key) {
      return end(key.error().temporary ? DkimResult::kTempError : DkimResult::kPermError,
                 key.error().why);
    }
    verdict_.key_bits = key->bits();
    verdict_.testing = key->testing();
    if (key->same_domain_only() && identity_domain(*list, *tags) != tags->domain) {
      return end(DkimResult::kPermError, "the key's t=s asks that i= be the domain itself");
    }
    if (!body_hash_matches(*tags, message_.body())) {
      return end(DkimResult::kFail, "the body was changed after it was signed");
    }
    if (!key->verify(signed_header(message_, *tags, signature), tags->signature)) {
      return end(DkimResult::kFail, "the signature does not match the signed fields");
    }
    return DkimResult::kPass;
  }

  void describe(const TagList& list, const SignatureTags& tags) {
    verdict_.domain = tags.domain;
    verdict_.selector = tags.selector;
    verdict_.algorithm = list.value("a").value_or("");
    verdict_.fields = tags.fields;
    verdict_.body_is_partial =
        tags.body_length &&
        *tags.body_length < canonical_body(message_.body(), tags.form.body).size();
  }

  /// What section 6.1.1 asks of the field itself; "" when all is right.
  std::string rule_broken(const TagList& list, const SignatureTags& tags) const {
    if (list.value("v") != "1") return "v= must be 1";
    if (tags.body_hash.empty()) return "bh= is missing";
    const bool from = std::ranges::any_of(
        tags.fields, [](const std::string& name) { return same_field_name(name, "From"); });
    if (!from) return "h= does not name From";
    if (!is_same_or_below(identity_domain(list, tags), tags.domain)) {
      return "i= is not in the domain of d=";
    }
    if (const auto query = list.value("q"); query && !has_dns_query(*query)) {
      return "q= names no way to the key that is known";
    }
    if (tags.expires && tags.signed_at && *tags.expires <= *tags.signed_at) {
      return "x= is not after t=";
    }
    if (tags.signed_at && *tags.signed_at > now_ + kClockSkew) return "t= is in the future";
    return {};
  }

  static bool has_dns_query(string_view query) {
    while (true) {
      const std::size_t end = query.find(':');
      if (trim_folding(query.substr(0, end)) == "dns/txt") return true;
      if (end == string_view::npos) return false;
      query.remove_prefix(end + 1);
    }
  }

  /// Behind the last '@' of i=; d= when there is no i=.
  static string_view identity_domain(const TagList& list, const SignatureTags& tags) {
    const auto identity = list.value("i");
    return identity ? identity->substr(identity->rfind('@') + 1) : string_view(tags.domain);
  }

  Resolver& resolver_;
  const Message& message_;
  std::int64_t now_;
  DkimVerdict verdict_;
};

}  // namespace

std::string_view dkim_result_name(DkimResult result) {
  return kResultNames[static_cast<std::size_t>(result)];
}

std::vector<DkimVerdict> verify_dkim(Resolver& resolver, const Message& message, std::int64_t now) {
  std::vector<DkimVerdict> verdicts;
  Verification verification(resolver, message, now);
  for (const HeaderField& field : message.fields()) {
    if (!same_field_name(field.name, "DKIM-Signature")) continue;
    if (verdicts.size() == kDkimSignatures) break;
    verdicts.push_back(verification.run(field));
  }
  return verdicts;
}

}  // namespace lr::domain
