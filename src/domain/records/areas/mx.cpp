// MX records (RFC 5321 section 5, RFC 7505): where mail for the domain goes.
#include "domain/inspection.h"
#include "domain/records/judge_mx.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "mx.missing",
     .control = Control::kMail,
     .title = "The domain promises to receive mail and has no MX record",
     .why = "Mail to this domain bounces, or goes to its web server.",
     .fix = "Publish the MX records of your mail service.",
     .worst = Severity::kHigh,
     .reference = "RFC 5321 section 5.1"},
    {.id = "mx.refuses",
     .control = Control::kMail,
     .title = "The domain promises to receive mail and says that it takes none",
     .why = "With a null MX all mail to this domain bounces.",
     .fix = "Replace the null MX by the MX records of your mail service.",
     .worst = Severity::kHigh,
     .reference = "RFC 7505 section 3"},
    {.id = "mx.null_with_others",
     .control = Control::kMail,
     .title = "A null MX stands beside other MX records",
     .why = "Senders differ in what they do then; some bounce all mail.",
     .fix = "Remove the null MX or all the others.",
     .worst = Severity::kHigh,
     .reference = "RFC 7505 section 3"},
    {.id = "mx.unused",
     .control = Control::kMail,
     .title = "A domain that takes no mail does not say so",
     .why = "Senders try for days to deliver mail that was addressed wrongly.",
     .fix = "Publish a null MX.",
     .worst = Severity::kLow,
     .reference = "RFC 7505 section 3"},
    {.id = "mx.alias",
     .control = Control::kMail,
     .title = "An MX record names an alias",
     .why = "The name of a mail server must have addresses itself; some senders refuse a CNAME.",
     .fix = "Name the host that the CNAME leads to.",
     .worst = Severity::kMedium,
     .reference = "RFC 2181 section 10.3"},
    {.id = "mx.literal",
     .control = Control::kMail,
     .title = "An MX record names an address instead of a host",
     .why = "Senders look the address up as a host name, which does not exist.",
     .fix = "Give the mail server a name and publish that.",
     .worst = Severity::kHigh,
     .reference = "RFC 1035 section 3.3.9"},
    {.id = "mx.no_address",
     .control = Control::kMail,
     .title = "A mail server of the domain has no address",
     .why = "Mail that is sent there waits and bounces.",
     .fix = "Publish an address for the host, or remove its MX record.",
     .worst = Severity::kHigh,
     .reference = "RFC 5321 section 5.1"},
    {.id = "mx.private_address",
     .control = Control::kMail,
     .title = "A mail server of the domain has a private address",
     .why = "Nobody on the internet can reach it.",
     .fix = "Publish the public address of the mail server.",
     .worst = Severity::kHigh,
     .reference = "RFC 6890 section 2.2"},
    {.id = "mx.localhost",
     .control = Control::kMail,
     .title = "A mail server of the domain is every sender itself",
     .why = "A loopback address or localhost makes senders deliver to themselves.",
     .fix = "Remove the record; publish a null MX when no mail is taken.",
     .worst = Severity::kHigh,
     .reference = "RFC 7505 section 1"},
    {.id = "mx.duplicate",
     .control = Control::kMail,
     .title = "The same mail server is named twice",
     .why = "It has no effect but slower deliveries when the server is down.",
     .fix = "Remove one of the two records.",
     .worst = Severity::kLow,
     .reference = "RFC 5321 section 5.1"},
    {.id = "mx.single",
     .control = Control::kMail,
     .title = "The domain has one mail server",
     .why = "While it is down mail waits at the senders, for some days at most.",
     .fix = "Nothing needs to be done when a mail service runs it.",
     .worst = Severity::kInfo,
     .reference = "RFC 5321 section 5.1"},
};

}  // namespace

extern constinit const Area area_mx;
constinit const Area area_mx{.name = "mx", .checks = kChecks, .inspect = judge_mx};

}  // namespace lr::domain
