#include <boost/json/serialize.hpp>

#include "audit/bodies.h"

namespace lr::audit {

extern const CheckDef check_input_duplicate_keys;

namespace {

constexpr std::string_view kReferences[] = {"CWE-436", "RFC 8259 4"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "input_duplicate_keys_accepted"},
    {Sample::Kind::kFixed, ""},
};

/// The first member written twice with the same value, so that only the repetition is wrong.
std::vector<BadBody> make(const contract::Route&, const std::string& valid) {
  const auto document = text::parse_json(valid);
  if (!document || !document->is_object() || document->get_object().empty()) return {};
  const auto& member = *document->get_object().begin();
  const std::string again = text::json::serialize(text::json::value(member.key())) + ":" +
                            text::json::serialize(member.value());
  return {{"the first member twice", "{" + again + "," + valid.substr(1), ""}};
}

net::Task<> run(CheckContext& context) {
  const BodyAttack attack{.make = make};
  co_return co_await run_body_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_input_duplicate_keys{
    .id = "input.duplicate_keys",
    .control = report::Control::kInput,
    .title = "Bodies with the same key twice are accepted",
    .why =
        "Two parsers read two different values: a check sees one, the code behind it the "
        "other.",
    .fix = "Refuse JSON objects that name a member twice.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kBodies,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
