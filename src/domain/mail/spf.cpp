#include "domain/mail/spf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "domain/mail/spf_macro.h"
#include "domain/mail/spf_record.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr auto kResultNames = std::to_array<string_view>(
    {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"});

SpfResult result_of(SpfQualifier qualifier) {
  switch (qualifier) {
    case SpfQualifier::kPass:
      return SpfResult::kPass;
    case SpfQualifier::kFail:
      return SpfResult::kFail;
    case SpfQualifier::kSoftFail:
      return SpfResult::kSoftFail;
    case SpfQualifier::kNeutral:
      return SpfResult::kNeutral;
  }
  return SpfResult::kNeutral;
}

/// Why the whole check ends at once (sections 2.6.6 and 2.6.7).
struct Halt {
  SpfResult result = SpfResult::kPermError;
  std::string why;
};
template <class T>
using OrHalt = std::expected<T, Halt>;

std::unexpected<Halt> permerror(std::string why) {
  return std::unexpected(Halt{SpfResult::kPermError, std::move(why)});
}

/// What one record decided.
struct Decision {
  SpfResult result = SpfResult::kNeutral;
  std::string term{};
  std::optional<SpfMacroString> explanation{};
  std::string domain{};  ///< Whose record it was, for exp=.
};

class Evaluation {
 public:
  Evaluation(Resolver& resolver, SpfMacroValues values)
      : resolver_(resolver), values_(std::move(values)) {}

  SpfAnswer run(const std::string& domain) {
    OrHalt<Decision> decision = check(domain, 0);
    if (!decision) {
      answer_.result = decision.error().result;
      answer_.why = std::move(decision.error().why);
      return std::move(answer_);
    }
    answer_.result = decision->result;
    answer_.term = decision->term;
    if (answer_.result == SpfResult::kFail) answer_.explanation = explain(*decision);
    return std::move(answer_);
  }

 private:
  // One record (section 4).

  OrHalt<Decision> check(const std::string& domain, int depth) {
    const std::size_t step = answer_.steps.size();
    answer_.steps.push_back({.depth = depth, .domain = domain});
    OrHalt<Decision> decision = judge(domain, depth, step);
    SpfStep& line = answer_.steps[step];
    line.result = decision ? decision->result : decision.error().result;
    line.because = decision ? decision->term : decision.error().why;
    return decision;
  }

  OrHalt<Decision> judge(const std::string& domain, int depth, std::size_t step) {
    if (!is_mail_domain(domain)) return Decision{.result = SpfResult::kNone};
    OrHalt<std::optional<std::string>> text = fetch(domain);
    if (!text) return std::unexpected(std::move(text).error());
    if (!*text) return Decision{.result = SpfResult::kNone};
    answer_.steps[step].record = **text;
    Result<SpfRecord> record = parse_spf(**text);
    if (!record) return permerror(fmt::format("{}: {}", domain, record.error().detail()));
    return evaluate(*record, **text, domain, depth);
  }

  /// Section 4.5: exactly one of the TXT records is an SPF record.
  OrHalt<std::optional<std::string>> fetch(const std::string& domain) {
    const Answer answer = resolver_.query(domain, RecordType::kTxt);
    if (answer.failed()) return std::unexpected(temperror(domain, RecordType::kTxt, answer));
    std::optional<std::string> found;
    for (const Text& text : answer.all<Text>()) {
      std::string joined = text.joined();
      if (!is_spf_record(joined)) continue;
      if (found) return permerror(domain + " has more than one SPF record");
      found = std::move(joined);
    }
    return found;
  }

  OrHalt<Decision> evaluate(const SpfRecord& record, string_view text, const std::string& domain,
                            int depth) {
    for (const SpfDirective& directive : record.directives) {
      OrHalt<bool> matched = matches(directive, domain, depth);
      if (!matched) return std::unexpected(std::move(matched).error());
      if (!*matched) continue;
      const string_view term = text.substr(directive.begin, directive.end - directive.begin);
      return Decision{.result = result_of(directive.qualifier),
                      .term = std::string(term),
                      .explanation = record.explanation,
                      .domain = domain};
    }
    if (record.redirect) return redirect(*record.redirect, domain, depth);
    return Decision{.result = SpfResult::kNeutral, .domain = domain};
  }

  /// Section 6.1.
  OrHalt<Decision> redirect(const SpfMacroString& to, const std::string& domain, int depth) {
    if (auto over = count_lookup("redirect"); !over) return std::unexpected(over.error());
    const std::string target = expand_domain(to, domain);
    if (auto over = within_voids(); !over) return std::unexpected(over.error());
    OrHalt<Decision> decision = check(target, depth + 1);
    if (decision && decision->result == SpfResult::kNone) {
      return permerror(fmt::format("redirect={}: it has no SPF record", target));
    }
    return decision;
  }

  // Mechanisms (section 5).

  OrHalt<bool> matches(const SpfDirective& directive, const std::string& domain, int depth) {
    switch (directive.mechanism) {
      case SpfMechanism::kAll:
        return true;
      case SpfMechanism::kIp4:
        return values_.client.is_v4() && directive.network.contains(values_.client);
      case SpfMechanism::kIp6:
        return !values_.client.is_v4() && directive.network.contains(values_.client);
      default:
        break;
    }
    const string_view name = spf_mechanism_name(directive.mechanism);
    if (auto over = count_lookup(name); !over) return std::unexpected(over.error());
    const std::string target =
        directive.domain.empty() ? domain : expand_domain(directive.domain, domain);
    if (auto over = within_voids(); !over) return std::unexpected(over.error());
    switch (directive.mechanism) {
      case SpfMechanism::kInclude:
        return include(target, depth);
      case SpfMechanism::kA:
        return has_address(target, directive);
      case SpfMechanism::kMx:
        return has_exchange(target, directive);
      case SpfMechanism::kPtr:
        return has_pointer(target);
      default:
        return exists(target);
    }
  }

  /// Section 5.2, the table.
  OrHalt<bool> include(const std::string& target, int depth) {
    OrHalt<Decision> decision = check(target, depth + 1);
    if (!decision) return std::unexpected(std::move(decision).error());
    if (decision->result == SpfResult::kNone) {
      return permerror(fmt::format("include:{}: it has no SPF record", target));
    }
    return decision->result == SpfResult::kPass;
  }

  OrHalt<bool> has_address(const std::string& host, const SpfDirective& directive) {
    OrHalt<Answer> answer = ask(host, values_.address_type());
    if (!answer) return std::unexpected(std::move(answer).error());
    const int bits = values_.client.is_v4() ? directive.ip4_bits + 96 : directive.ip6_bits;
    return std::ranges::any_of(answer->all<text::IpAddress>(), [&](const text::IpAddress& one) {
      return text::IpPrefix{one, bits}.contains(values_.client);
    });
  }

  OrHalt<bool> has_exchange(const std::string& target, const SpfDirective& directive) {
    OrHalt<Answer> answer = ask(target, RecordType::kMx);
    if (!answer) return std::unexpected(std::move(answer).error());
    std::vector<MailExchange> exchanges = answer->all<MailExchange>();
    if (exchanges.size() > kSpfNames) {
      return permerror(fmt::format("{} has more than {} MX records", target, kSpfNames));
    }
    std::ranges::sort(exchanges, {}, &MailExchange::preference);
    for (const MailExchange& exchange : exchanges) {
      OrHalt<bool> matched = has_address(exchange.host, directive);
      if (!matched || *matched) return matched;
    }
    return false;
  }

  /// Section 5.5. An error of the PTR lookup is no match.
  OrHalt<bool> has_pointer(const std::string& target) {
    OrHalt<std::vector<std::string>> names = pointers();
    if (!names) return std::unexpected(std::move(names).error());
    for (const std::string& name : *names) {
      if (!is_same_or_below(name, target)) continue;
      OrHalt<bool> valid = is_validated(name);
      if (!valid || *valid) return valid;
    }
    return false;
  }

  OrHalt<bool> exists(const std::string& target) {
    OrHalt<Answer> answer = ask(target, RecordType::kA);
    if (!answer) return std::unexpected(std::move(answer).error());
    return answer->outcome == Outcome::kAnswer;
  }

  // Validated names of the client (section 5.5), for ptr and for the macro p.

  OrHalt<std::vector<std::string>> pointers() {
    if (auto over = within_voids(); !over) return std::unexpected(over.error());
    const Answer answer = resolver_.query(values_.reverse_name(), RecordType::kPtr);
    std::vector<std::string> names;
    if (answer.failed()) return names;
    if (auto over = count_void(answer); !over) return std::unexpected(over.error());
    for (HostName& host : answer.all<HostName>()) {
      if (names.size() == kSpfNames) break;
      names.push_back(std::move(host.name));
    }
    return names;
  }

  OrHalt<bool> is_validated(const std::string& name) {
    const Answer answer = resolver_.query(name, values_.address_type());
    if (answer.failed()) return false;  // "… is skipped".
    if (auto over = count_void(answer); !over) return std::unexpected(over.error());
    const auto addresses = answer.all<text::IpAddress>();
    return std::ranges::find(addresses, values_.client) != addresses.end();
  }

  /// The name itself before one below it before any other; "unknown" when none is valid. Whoever
  /// expands a macro asks within_voids() afterwards.
  std::string validated_domain(const std::string& domain) {
    OrHalt<std::vector<std::string>> names = pointers();
    if (!names) return "unknown";
    std::ranges::sort(*names, {}, [&](const std::string& name) {
      return is_same_or_below(name, domain) ? (name.size() == domain.size() ? 0 : 1) : 2;
    });
    for (const std::string& name : *names) {
      const OrHalt<bool> valid = is_validated(name);
      if (!valid) break;
      if (*valid) return name;
    }
    return "unknown";
  }

  // Lookups and their limits (section 4.6.4).

  OrHalt<Answer> ask(const std::string& name, RecordType type) {
    Answer answer = resolver_.query(name, type);
    if (answer.failed()) return std::unexpected(temperror(name, type, answer));
    if (auto over = count_void(answer); !over) return std::unexpected(over.error());
    return answer;
  }

  static Halt temperror(string_view name, RecordType type, const Answer& answer) {
    return {SpfResult::kTempError,
            fmt::format("{} {}: {}", name, record_type_name(type), answer.why)};
  }

  OrHalt<bool> count_lookup(string_view term) {
    if (++answer_.lookups <= kSpfLookups) return true;
    return permerror(
        fmt::format("'{}' would be lookup {} of at most {}", term, answer_.lookups, kSpfLookups));
  }

  OrHalt<bool> count_void(const Answer& answer) {
    if (answer.empty()) ++answer_.voids;
    return within_voids();
  }

  OrHalt<bool> within_voids() {
    if (answer_.voids <= kSpfVoidLookups) return true;
    return permerror(fmt::format("more than {} lookups found nothing", kSpfVoidLookups));
  }

  // Macros (section 7).

  std::string expand(const SpfMacroString& parts, const std::string& domain) {
    const bool needs_name =
        std::ranges::any_of(parts, [](const SpfMacroPart& part) { return part.letter == 'p'; });
    if (needs_name) values_.validated = validated_domain(domain);
    return expand_spf_macros(parts, values_, domain);
  }

  std::string expand_domain(const SpfMacroString& parts, const std::string& domain) {
    return fit_domain(expand(parts, domain));
  }

  /// Section 6.2: whatever goes wrong here leaves the explanation empty.
  std::string explain(const Decision& decision) {
    if (!decision.explanation) return {};
    const std::string name = expand_domain(*decision.explanation, decision.domain);
    const Answer answer = resolver_.query(name, RecordType::kTxt);
    const std::vector<Text> texts = answer.all<Text>();
    if (answer.failed() || texts.size() != 1) return {};
    const auto parts = parse_spf_macros(texts.front().joined(), SpfMacroUse::kExplanation);
    return parts ? expand(*parts, decision.domain) : std::string();
  }

  Resolver& resolver_;
  SpfMacroValues values_;
  SpfAnswer answer_;
};

}  // namespace

std::string_view spf_result_name(SpfResult result) {
  return kResultNames[static_cast<std::size_t>(result)];
}

SpfAnswer check_host(Resolver& resolver, const SpfQuestion& question) {
  SpfMacroValues values{
      .client = question.client,
      .helo = question.helo,
      .sender = question.mail_from.empty() ? "postmaster@" + question.helo : question.mail_from,
      .receiver = question.receiver.empty() ? "unknown" : question.receiver,
      .time = question.time};
  const std::size_t at = values.sender.rfind('@');
  if (at == std::string::npos) {
    values.sender = "postmaster@" + values.sender;
  } else if (at == 0) {
    values.sender = "postmaster" + values.sender;
  }
  const std::string domain(values.sender_domain());
  return Evaluation(resolver, std::move(values)).run(domain);
}

}  // namespace lr::domain
