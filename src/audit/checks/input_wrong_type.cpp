#include <boost/json/serialize.hpp>

#include "audit/bodies.h"
#include "probe/instance.h"

namespace lr::audit {

extern const CheckDef check_input_wrong_type;

namespace {

constexpr std::string_view kReferences[] = {"CWE-20", "CWE-843"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "input_type_500"},
    {Sample::Kind::kFixed, ""},
};

std::vector<BadBody> make(const contract::Route& route, const std::string& valid) {
  std::vector<BadBody> out;
  const auto document = text::parse_json(valid);
  if (!document || !route.body || !route.body->schema_document) return out;
  for (const auto& wrong : probe::make_wrong_instances(*route.body->schema_document, *document)) {
    out.push_back({wrong.form, text::json::serialize(wrong.body), ""});
  }
  return out;
}

net::Task<> run(CheckContext& context) {
  const BodyAttack attack{.make = make};
  co_return co_await run_body_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_input_wrong_type{
    .id = "input.wrong_type",
    .control = report::Control::kInput,
    .title = "Bodies that break their schema are not refused",
    .why =
        "Wrong types reach code that does not expect them: crashes, or worse, surprising "
        "effects.",
    .fix = "Validate every body against its schema before any business logic and answer 4xx.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kBodies,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
