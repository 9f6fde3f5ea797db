// MTA-STS (RFC 8461): other mail servers must use TLS, and with the right servers.
#include "domain/inspection.h"
#include "domain/records/judge_mta_sts.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "mta_sts.missing",
     .control = Control::kMail,
     .title = "The domain has no MTA-STS policy",
     .why = "Somebody in the network path can make mail servers deliver your mail in the clear.",
     .fix = "Publish an MTA-STS policy and its record, first with mode testing.",
     .worst = Severity::kLow,
     .reference = "RFC 8461 section 1"},
    {.id = "mta_sts.several",
     .control = Control::kMail,
     .title = "There is more than one MTA-STS record",
     .why = "Senders then act as if there were none.",
     .fix = "Remove all but one.",
     .worst = Severity::kMedium,
     .reference = "RFC 8461 section 3.1"},
    {.id = "mta_sts.record",
     .control = Control::kMail,
     .title = "The MTA-STS record cannot be read",
     .why = "Senders ignore it and do not fetch the policy.",
     .fix = "Write v=STSv1; id= and 1 to 32 letters and digits.",
     .worst = Severity::kMedium,
     .reference = "RFC 8461 section 3.1"},
    {.id = "mta_sts.host",
     .control = Control::kMail,
     .title = "The host of the MTA-STS policy has no address",
     .why = "Senders cannot fetch the policy, so that it has no effect.",
     .fix = "Publish an address for mta-sts below your domain and serve the policy there.",
     .worst = Severity::kMedium,
     .reference = "RFC 8461 section 3.3"},
    {.id = "mta_sts.policy_unreachable",
     .control = Control::kMail,
     .title = "The MTA-STS policy cannot be fetched",
     .why = "Senders need status 200 over HTTPS with a valid certificate; it has no effect.",
     .fix = "Serve /.well-known/mta-sts.txt with a certificate that is valid for the host.",
     .worst = Severity::kMedium,
     .reference = "RFC 8461 section 3.3"},
    {.id = "mta_sts.redirect",
     .control = Control::kMail,
     .title = "The MTA-STS policy is redirected",
     .why = "Senders must not follow redirects, so that the policy has no effect.",
     .fix = "Serve the policy itself at that address.",
     .worst = Severity::kMedium,
     .reference = "RFC 8461 section 3.3"},
    {.id = "mta_sts.content_type",
     .control = Control::kMail,
     .title = "The MTA-STS policy is not served as plain text",
     .why = "Careful senders ignore a policy that is not text/plain.",
     .fix = "Serve it with Content-Type text/plain.",
     .worst = Severity::kLow,
     .reference = "RFC 8461 section 3.2"},
    {.id = "mta_sts.policy",
     .control = Control::kMail,
     .title = "The MTA-STS policy cannot be read",
     .why = "Senders ignore the policy as a whole.",
     .fix = "Correct the line that is named.",
     .worst = Severity::kMedium,
     .reference = "RFC 8461 section 3.2"},
    {.id = "mta_sts.mode",
     .control = Control::kMail,
     .title = "The MTA-STS policy is not enforced",
     .why = "With mode testing or none, mail is delivered without TLS all the same.",
     .fix = "Read the TLS reports, then set mode to enforce and change the record's id.",
     .worst = Severity::kInfo,
     .reference = "RFC 8461 section 5"},
    {.id = "mta_sts.max_age",
     .control = Control::kMail,
     .title = "The MTA-STS policy is kept for less than a day",
     .why = "Senders that write seldom meet the domain without a policy each time.",
     .fix = "Set max_age to 604800 or more.",
     .worst = Severity::kLow,
     .reference = "RFC 8461 section 3.2"},
    {.id = "mta_sts.coverage",
     .control = Control::kMail,
     .title = "The MTA-STS policy does not name all mail servers",
     .why = "Senders refuse to deliver to an MX host that the policy does not name.",
     .fix = "Add an mx line for the host and change the record's id.",
     .worst = Severity::kHigh,
     .reference = "RFC 8461 section 4.1"},
};

}  // namespace

extern constinit const Area area_mta_sts;
constinit const Area area_mta_sts{.name = "mta_sts", .checks = kChecks, .inspect = judge_mta_sts};

}  // namespace lr::domain
