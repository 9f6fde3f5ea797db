#include "audit/ownership.h"

namespace lr::audit {

extern const CheckDef check_owner_query;

namespace {

constexpr std::string_view kReferences[] = {"CWE-639", "OWASP API1:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "order_query_unowned"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const ReadAttack attack{.place = IdPlace::kQuery, .same_tenant = true};
  co_return co_await run_read_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_owner_query{
    .id = "owner.query",
    .control = report::Control::kOwner,
    .title = "An id in the query or a header reaches objects of others",
    .why = "Search and lookup routes show private objects to whoever names them.",
    .fix =
        "Compare the object's owner and tenant with the caller before answering; answer "
        "404 when they differ.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
