#include "audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "audit/check_context.h"
#include "audit/session.h"

namespace lr::audit {
namespace {

using report::CheckRow;
using report::Report;
using report::Status;

std::string_view profile_name(contract::Profile profile) {
  switch (profile) {
    case contract::Profile::kObserve:
      return "observe";
    case contract::Profile::kSafe:
      return "safe";
    case contract::Profile::kFull:
      return "full";
  }
  return "safe";
}

Posture posture_of(contract::Profile profile) {
  switch (profile) {
    case contract::Profile::kObserve:
      return Posture::kObserve;
    case contract::Profile::kSafe:
      return Posture::kSafe;
    case contract::Profile::kFull:
      return Posture::kIntrusive;
  }
  return Posture::kObserve;
}

bool is_selected(const CheckDef& def, const std::vector<std::string>& only) {
  if (only.empty()) return true;
  return std::ranges::any_of(only, [&](const std::string& name) {
    return name == def.id || report::parse_control(name) == def.control;
  });
}

/// Guesses per account need the address limit still unspent, so they come first; everything else
/// that runs into limits comes last, because it takes them away from the rest of the audit.
int stage_of(const CheckDef& def) {
  if (def.id == "rate.account") return 0;
  return def.control == report::Control::kRate ? 2 : 1;
}

/// Why the check does not apply to this contract, or "".
std::string missing_need(const CheckDef& def, const contract::Contract* contract) {
  if (def.needs == Needs::kNothing) return "";
  if (contract == nullptr) return "needs a contract (see docs/contract.md)";
  const auto any_route = [&](auto test) { return std::ranges::any_of(contract->routes, test); };
  switch (def.needs) {
    case Needs::kNothing:
    case Needs::kContract:
      return "";
    case Needs::kPrivateRoutes:
      return any_route([](const auto& route) { return route.access.authenticated; })
                 ? ""
                 : "the contract has no private routes";
    case Needs::kRoles:
      return contract->roles.empty() ? "the contract has no roles" : "";
    case Needs::kObjects:
      return contract->objects.empty() ? "the contract has no objects" : "";
    case Needs::kLimits:
      return contract->limits.empty() ? "the contract has no limits" : "";
    case Needs::kOrigins:
      return contract->cors.origins.empty() ? "the contract lists no origins" : "";
    case Needs::kBodies:
      return any_route([](const auto& route) { return route.body && route.body->schema; })
                 ? ""
                 : "no route of the contract has a body schema";
    case Needs::kHealth:
      return any_route([](const auto& route) { return route.health; })
                 ? ""
                 : "no route of the contract is marked as health";
  }
  return "";
}

report::RuleText rule_of(const CheckDef& def) {
  report::RuleText out{std::string(def.id),
                       std::string(def.title),
                       std::string(def.why),
                       std::string(def.fix),
                       def.control,
                       def.worst,
                       {}};
  for (const std::string_view reference : def.references) out.references.emplace_back(reference);
  return out;
}

/// One run over all checks.
class Run {
 public:
  Run(const AuditOptions& options, Session& session, net::EventLoop& loop, Report& report,
      const std::function<void(const Progress&)>& on_progress)
      : options_(options),
        session_(session),
        loop_(loop),
        report_(report),
        on_progress_(on_progress) {}

  void all(std::vector<const CheckDef*> checks, Deadline deadline) {
    std::ranges::sort(checks, {},
                      [](const CheckDef* def) { return std::make_pair(stage_of(*def), def->id); });
    deadline_ = deadline;
    total_ = static_cast<std::uint32_t>(
        std::ranges::count_if(checks, [this](const CheckDef* def) { return is_tried(*def); }));
    net::TaskScope telling(loop_);
    if (on_progress_) telling.spawn(keep_telling(*this));
    for (const CheckDef* def : checks) {
      const bool tried = is_tried(*def);
      if (tried) {
        now_ = def->id;
        tell();
      }
      report_.checks.push_back(one(*def));
      report_.rules.push_back(rule_of(*def));
      if (tried) ++done_;
    }
    static_cast<void>(loop_.block_on(telling.close(Deadline::after(seconds(1)))));
  }

 private:
  /// Whether the check sends anything at all: only such checks count as progress.
  bool is_tried(const CheckDef& def) const {
    return is_selected(def, options_.only) && missing_need(def, session_.contract()).empty() &&
           def.posture <= posture_of(session_.profile());
  }

  CheckRow blank_row(const CheckDef& def, Status status, std::string reason) const {
    CheckRow row;
    row.id = def.id;
    row.control = def.control;
    row.title = def.title;
    row.status = status;
    row.reason = std::move(reason);
    return row;
  }

  CheckRow one(const CheckDef& def) {
    if (!is_selected(def, options_.only)) {
      return blank_row(def, Status::kNotApplicable, "not selected");
    }
    if (std::string missing = missing_need(def, session_.contract()); !missing.empty()) {
      return blank_row(def, Status::kNotApplicable, std::move(missing));
    }
    if (def.posture > posture_of(session_.profile())) {
      return unproved(def,
                      fmt::format("not tried at profile {}", profile_name(session_.profile())));
    }
    if (session_.prober().stopped()) return unproved(def, session_.prober().stop_reason());
    return run(def);
  }

  /// Untested never reads as a pass.
  CheckRow unproved(const CheckDef& def, std::string reason) {
    report_.inconclusive.push_back({std::string(def.id), reason, {}});
    return blank_row(def, Status::kInconclusive, std::move(reason));
  }

  CheckRow run(const CheckDef& def) {
    const MonoTime start = std::chrono::steady_clock::now();
    const std::uint32_t requests = session_.prober().requests();
    CheckContext context(def, session_);
    const auto done = loop_.block_on(def.run(context));
    if (!done) {
      context.plan(1);
      context.inconclusive(Cell{}, session_.prober().stopped() ? session_.prober().stop_reason()
                                                               : done.error().detail());
    }
    CheckRow row = context.conclude(report_);
    row.requests = session_.prober().requests() - requests;
    row.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    return row;
  }

  void tell() const {
    if (!on_progress_) return;
    const MonoTime now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> elapsed = now - start_;
    Progress progress{now_, done_, total_, session_.prober().requests(), 0, seconds(0)};
    if (elapsed > kRateKnownAfter) {
      progress.requests_per_second = (progress.requests - requests_before_) / elapsed.count();
    }
    if (done_ > 0) {
      const std::chrono::duration<double> left = elapsed * (total_ - done_) / done_;
      progress.eta = std::chrono::ceil<seconds>(
          std::min<std::chrono::duration<double>>(left, deadline_.when() - now));
    }
    on_progress_(progress);
  }

  /// A check may take long, so the clock tells, too.
  static net::Task<> keep_telling(const Run& run) {
    while (true) {
      LR_CO_TRY_VOID(co_await net::sleep_for(kTellEvery));
      run.tell();
    }
  }

  static constexpr milliseconds kTellEvery{200};
  static constexpr milliseconds kRateKnownAfter{200};

  const AuditOptions& options_;
  Session& session_;
  net::EventLoop& loop_;
  Report& report_;
  const std::function<void(const Progress&)>& on_progress_;
  MonoTime start_ = std::chrono::steady_clock::now();
  Deadline deadline_ = Deadline::never();
  std::uint32_t requests_before_ = session_.prober().requests();
  std::string_view now_;
  std::uint32_t done_ = 0;
  std::uint32_t total_ = 0;
};

SessionOptions session_options(const AuditOptions& options,
                               std::shared_ptr<net::TlsClientContext> tls, Rng& rng) {
  SessionOptions out;
  out.contract = options.contract;
  out.tls = std::move(tls);
  const contract::AuditSettings defaults;
  const contract::AuditSettings& settings =
      options.contract == nullptr ? defaults : options.contract->audit;
  out.profile = options.profile.value_or(options.contract == nullptr ? contract::Profile::kObserve
                                                                     : settings.profile);
  out.prober.target = options.target;
  out.prober.interrupted = options.interrupted;
  out.prober.run_id = "lr-" + rng.hex(8);
  out.prober.max_rps = options.max_rps.value_or(settings.max_rps);
  out.prober.max_requests = settings.max_requests;
  out.prober.deadline = Deadline::after(options.deadline.value_or(settings.deadline));
  return out;
}

Report start_report(const AuditOptions& options, const SessionOptions& session) {
  Report out;
  out.target = options.target.origin();
  out.profile = profile_name(session.profile);
  out.run_id = session.prober.run_id;
  out.started = SystemClock().wall();
  if (options.contract != nullptr) {
    out.product = options.contract->product_name;
    out.contract_file = options.contract->file;
    out.contract_digest = options.contract->digest;
  } else {
    out.product = options.target.host;
  }
  return out;
}

bool is_wanted(const AuditOptions::Contributor& other, const std::vector<std::string>& only) {
  return only.empty() || std::ranges::any_of(only, [&](const std::string& name) {
           const auto control = report::parse_control(name);
           return (control &&
                   std::ranges::find(other.controls, *control) != other.controls.end()) ||
                  std::ranges::find(other.checks, name) != other.checks.end();
         });
}

bool is_interrupted(const AuditOptions& options) {
  return options.interrupted != nullptr && options.interrupted->load();
}

Error cannot_start(const AuditOptions& options, const Error& error) {
  if (error.origin() == Origin::kContract) return error;
  if (is_interrupted(options)) {
    return Error(Code::kUnavailable, "interrupted before anything was proved", Origin::kClient);
  }
  if (error.detail().find("certificate") != std::string::npos) {
    return Error(Code::kUnavailable,
                 fmt::format("{} shows a certificate that browsers do not trust ({}); renew it, or "
                             "trust its authority with --ca FILE",
                             options.target.origin(), error.detail()),
                 Origin::kTarget);
  }
  return Error(Code::kUnavailable,
               fmt::format("{} does not answer ({}); is the product running and the address right?",
                           options.target.origin(), error.detail()),
               Origin::kTarget);
}

Result<> check_selection(const AuditOptions& options, std::span<const CheckDef* const> checks) {
  for (const std::string& name : options.only) {
    const bool known =
        report::parse_control(name) ||
        std::ranges::any_of(checks, [&](const CheckDef* def) { return def->id == name; }) ||
        std::ranges::any_of(options.contributors, [&](const auto& other) {
          return std::ranges::find(other.checks, name) != other.checks.end();
        });
    if (!known) {
      return fail(Code::kInvalidArgument,
                  fmt::format("no check or control is called \"{}\"; `launchready checks list` "
                              "shows them",
                              name));
    }
  }
  return {};
}

}  // namespace

Result<Report> run_audit(const AuditOptions& options, std::span<const CheckDef* const> checks,
                         const std::function<void(const Progress&)>& on_progress) {
  const MonoTime start = std::chrono::steady_clock::now();
  LR_TRY_VOID(check_selection(options, checks));
  LR_TRY(auto tls, net::TlsClientContext::create(options.ca_file));
  std::unique_ptr<Rng> rng = std::make_unique<SystemRng>();
  if (options.seed != 0) rng = std::make_unique<SeededRng>(options.seed);
  const SystemClock clock;
  net::EventLoop loop;
  SessionOptions setup = session_options(options, std::move(tls), *rng);
  Report report = start_report(options, setup);
  const Deadline deadline = setup.prober.deadline;
  Session session(loop, clock, *rng, std::move(setup));
  if (const auto ready = loop.block_on(session.prepare()); !ready) {
    return std::unexpected(cannot_start(options, ready.error()));
  }
  Run run(options, session, loop, report, on_progress);
  run.all({checks.begin(), checks.end()}, deadline);
  // What could not be removed stays under its marker; it does not change any verdict.
  (void)loop.block_on(session.finish());
  report.requests = session.prober().requests();
  for (const AuditOptions::Contributor& other : options.contributors) {
    if (!is_interrupted(options) && is_wanted(other, options.only)) other.contribute(report);
  }
  report.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
  report::conclude(report);
  return report;
}

}  // namespace lr::audit
