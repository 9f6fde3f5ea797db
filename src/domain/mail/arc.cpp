#include "domain/mail/arc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "domain/mail/dkim_signature.h"

namespace lr::domain {
namespace {

using std::string_view;

/// One instance: the three fields that one handler added.
struct ArcSet {
  const HeaderField* results = nullptr;    ///< ARC-Authentication-Results
  const HeaderField* signature = nullptr;  ///< ARC-Message-Signature
  const HeaderField* seal = nullptr;       ///< ARC-Seal
  bool complete() const { return results != nullptr && signature != nullptr && seal != nullptr; }
};

/// "1" to "50".
std::optional<int> instance_number(string_view text) {
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  if (!whole || number < 1 || number > kArcInstances) return std::nullopt;
  return number;
}

/// The instance of a field: the tag i= of a list, or the "i=N;" that ARC-Authentication-Results
/// begins with.
std::optional<int> instance_of(const HeaderField& field, bool results) {
  if (!results) {
    const auto tags = TagList::parse(field.value);
    const auto instance = tags ? tags->value("i") : std::nullopt;
    return instance ? instance_number(*instance) : std::nullopt;
  }
  const std::size_t end = field.value.find(';');
  if (end == string_view::npos) return std::nullopt;
  const string_view first = trim_folding(field.value.substr(0, end));
  const std::size_t equals = first.find('=');
  if (equals == string_view::npos || trim_folding(first.substr(0, equals)) != "i") {
    return std::nullopt;
  }
  return instance_number(trim_folding(first.substr(equals + 1)));
}

class Chain {
 public:
  Chain(Resolver& resolver, const Message& message) : resolver_(resolver), message_(message) {}

  ArcVerdict validate() {
    if (!collect()) return failed();
    if (sets_.empty()) return {};
    if (!check_structure() || !check_message_signature()) return failed();
    for (std::size_t i = sets_.size(); i-- > 0;) {
      if (!check_seal(i)) return failed();
    }
    return {.result = ArcResult::kPass, .why = {}, .instances = static_cast<int>(sets_.size())};
  }

 private:
  ArcVerdict failed() const {
    return {.result = ArcResult::kFail, .why = why_, .instances = static_cast<int>(sets_.size())};
  }
  bool refuse(std::string why) {
    why_ = std::move(why);
    return false;
  }

  bool collect() {
    for (const HeaderField& field : message_.fields()) {
      const bool results = same_field_name(field.name, "ARC-Authentication-Results");
      const bool signature = same_field_name(field.name, "ARC-Message-Signature");
      if (!results && !signature && !same_field_name(field.name, "ARC-Seal")) continue;
      const auto instance = instance_of(field, results);
      if (!instance) return refuse(fmt::format("{}: i= is missing or wrong", field.name));
      const auto index = static_cast<std::size_t>(*instance - 1);
      if (sets_.size() <= index) sets_.resize(index + 1);
      ArcSet& set = sets_[index];
      const HeaderField*& slot = results ? set.results : signature ? set.signature : set.seal;
      if (slot != nullptr)
        return refuse(fmt::format("{} comes twice for i={}", field.name, *instance));
      slot = &field;
    }
    return true;
  }

  /// Steps 2 and 3: all sets are whole, and each seal says what it found.
  bool check_structure() {
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      if (!sets_[i].complete()) return refuse(fmt::format("the set of i={} is not whole", i + 1));
      const auto tags = TagList::parse(sets_[i].seal->value);
      const auto status = tags ? tags->value("cv") : std::nullopt;
      if (status != (i == 0 ? "none" : "pass")) {
        return refuse(fmt::format("the seal of i={} has a cv= that cannot be", i + 1));
      }
    }
    return true;
  }

  /// Step 4: the latest message signature.
  bool check_message_signature() {
    const HeaderField& field = *sets_.back().signature;
    const auto list = TagList::parse(field.value);
    const auto tags = list ? read_signature_tags(*list) : std::unexpected(list.error());
    if (!tags) return refuse(fmt::format("the message signature: {}", tags.error().detail()));
    const bool seals = std::ranges::any_of(
        tags->fields, [](const std::string& name) { return same_field_name(name, "ARC-Seal"); });
    if (!tags->has_fields || seals || tags->body_hash.empty()) {
      return refuse("the message signature needs bh=, and h= without ARC-Seal");
    }
    const auto key = fetch_key(resolver_, *tags);
    if (!key) return refuse(key.error().why);
    // Without c=, RFC 6376 means simple/simple; handlers of ARC have also meant relaxed/relaxed,
    // and the public suite asks for that. A signature fits one of them or none.
    SignatureTags relaxed = *tags;
    relaxed.form = {CanonicalForm::kRelaxed, CanonicalForm::kRelaxed};
    const bool either = !list->value("c");
    if (!is_signed(field, *tags, *key) && !(either && is_signed(field, relaxed, *key))) {
      return refuse("the latest message signature does not match");
    }
    return true;
  }

  bool is_signed(const HeaderField& field, const SignatureTags& tags,
                 const DkimPublicKey& key) const {
    return body_hash_matches(tags, message_.body()) &&
           key.verify(signed_header(message_, tags, field), tags.signature);
  }

  /// Step 5: a seal covers all sets up to its own (section 5.1.1).
  bool check_seal(std::size_t index) {
    const HeaderField& seal = *sets_[index].seal;
    const auto list = TagList::parse(seal.value);
    const auto tags = list ? read_signature_tags(*list) : std::unexpected(list.error());
    if (!tags) return refuse(fmt::format("the seal of i={}: {}", index + 1, tags.error().detail()));
    if (tags->has_fields) return refuse("a seal has no h=");
    const auto key = fetch_key(resolver_, *tags);
    if (!key) return refuse(key.error().why);
    std::string sealed;
    for (std::size_t i = 0; i <= index; ++i) {
      for (const HeaderField* field : {sets_[i].results, sets_[i].signature, sets_[i].seal}) {
        if (field == &seal) break;
        sealed += canonical_field(*field, CanonicalForm::kRelaxed) + "\r\n";
      }
    }
    SignatureTags own = *tags;
    own.form.header = CanonicalForm::kRelaxed;
    sealed += signed_header(message_, own, seal);
    if (!key->verify(sealed, tags->signature)) {
      return refuse(fmt::format("the seal of i={} does not match", index + 1));
    }
    return true;
  }

  Resolver& resolver_;
  const Message& message_;
  std::vector<ArcSet> sets_;
  std::string why_;
};

}  // namespace

std::string_view arc_result_name(ArcResult result) {
  static constexpr auto kNames = std::to_array<string_view>({"none", "pass", "fail"});
  return kNames[static_cast<std::size_t>(result)];
}

ArcVerdict validate_arc(Resolver& resolver, const Message& message) {
  return Chain(resolver, message).validate();
}

}  // namespace lr::domain
