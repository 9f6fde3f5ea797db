// The filters in order, cheapest first, and what they do to the confidence.
#include <algorithm>
#include <utility>

#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

Confidence lowered(Confidence confidence) {
  return confidence == Confidence::kHigh ? Confidence::kMedium : Confidence::kLow;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool keyword_near(const Subject& subject) {
  const auto holds = [](std::string_view text, std::string_view word) {
    return !std::ranges::search(text, word, {}, lower, lower).empty();
  };
  return std::ranges::any_of(subject.rule->keywords, [&](const std::string& word) {
    return holds(subject.match, word) || holds(subject.before, word);
  });
}

/// Applies what the rule's proof says. False: the structure does not hold, so it is something else.
bool apply_proof(const Subject& subject, std::int64_t now, Verdict& verdict) {
  Proven proven;
  switch (subject.rule->proof) {
    case Proof::kNone:
      return true;
    case Proof::kGithubCrc32:
    case Proof::kNpmCrc32:
      proven.holds = has_crc32_ending(subject.secret);
      break;
    case Proof::kJwt:
      proven = prove_jwt(subject.secret, now);
      break;
    case Proof::kPem:
      proven = prove_pem(subject.match);
      break;
    case Proof::kBase64Der:
      proven = prove_base64_der(subject.secret, subject.before);
      break;
    case Proof::kAwsAccount:
      if (const auto account = aws_account(subject.secret)) {
        proven = {true, "account " + *account};
      }
      break;
  }
  if (!proven.holds) return false;
  verdict.note = std::move(proven.note);
  // That an id names an account is likely by chance; check digits and structure are not.
  verdict.proved = proven.sure && subject.rule->proof != Proof::kAwsAccount;
  if (verdict.proved) verdict.confidence = Confidence::kHigh;
  if (!proven.sure) verdict.confidence = Confidence::kMedium;
  if (proven.worthless || verdict.note.starts_with("expired"))
    verdict.confidence = Confidence::kLow;
  if (verdict.note.starts_with("encrypted")) verdict.confidence = Confidence::kMedium;
  return true;
}

/// A bare word that was assigned may be code.
bool stands_as_value(const Subject& subject) {
  return subject.quoted || !(subject.path_kind.code || is_code_word(subject.secret));
}

/// The secret is all of the match but what says where it ends: a pattern may look at a byte before
/// and behind it. A name, a quote or an operator beside it would be a look of any assignment.
bool has_own_look(const Subject& subject) {
  constexpr std::size_t kStops = 2;
  return subject.rule->assigned.empty() && subject.match.size() - subject.secret.size() <= kStops;
}

/// Where it stands. Keys and tokens made for tests and for explaining look like any other; one with
/// a provider's own look is reported wherever it stands.
void apply_place(const Subject& subject, Verdict& verdict) {
  const Rule& rule = *subject.rule;
  // Imported rules name no provider; their file has exceptions of its own for paths.
  if (rule.provider.empty()) return;
  const bool own_look = has_own_look(subject);
  const bool made_for_tests =
      rule.proof == Proof::kPem || rule.proof == Proof::kBase64Der || rule.proof == Proof::kJwt;
  const bool fixture = subject.path_kind.fixture;
  const bool comment = subject.path_kind.code && is_comment(subject.line);
  if (fixture && verdict.note.empty()) verdict.note = "test fixture";
  if (fixture && (!own_look || made_for_tests)) verdict.confidence = Confidence::kLow;
  if (comment && !own_look) verdict.confidence = lowered(verdict.confidence);
}

}  // namespace

Verdict judge(const Subject& subject, const RulePatterns& patterns, std::int64_t now) {
  const Rule& rule = *subject.rule;
  Verdict verdict;
  verdict.confidence = rule.confidence;
  // A match of an assigned rule begins with one of its keywords.
  const bool asks_keyword = !rule.keywords.empty() && rule.assigned.empty();
  if (!stands_as_value(subject)) return verdict;
  if (asks_keyword && !keyword_near(subject)) return verdict;
  if (rule.placeholder_filter && is_placeholder(subject.secret)) return verdict;
  if (rule.entropy > 0 && shannon_entropy(subject.secret) < rule.entropy) return verdict;
  if (rule.token_efficiency && reads_like_words(subject.secret)) return verdict;
  if (is_excepted(subject, patterns)) return verdict;
  if (!apply_proof(subject, now, verdict)) {
    if (rule.proof != Proof::kAwsAccount) return verdict;
    verdict.note = "names no account";
    verdict.confidence = lowered(verdict.confidence);
  }
  apply_place(subject, verdict);
  verdict.allowed_inline = allows_inline(subject);
  verdict.keep = true;
  return verdict;
}

}  // namespace lr::secrets
