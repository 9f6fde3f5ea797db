// Everything that lives for one audit and that its checks share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "audit/exercise.h"
#include "audit/plan.h"
#include "base/clock.h"
#include "base/rng.h"
#include "contract/contract.h"
#include "net/event_loop.h"
#include "probe/evidence.h"
#include "probe/identities.h"
#include "probe/objects.h"
#include "probe/prober.h"
#include "probe/witness.h"

namespace lr::audit {

struct SessionOptions {
  const contract::Contract* contract = nullptr;  ///< Null: a stranger's audit of a URL.
  contract::Profile profile = contract::Profile::kSafe;
  probe::ProberOptions prober;
  std::shared_ptr<net::TlsClientContext> tls;
};

class Session {
 public:
  Session(net::EventLoop& loop, const Clock& clock, Rng& rng, SessionOptions options);

  /// Learns how the target answers what does not exist, and becomes its identities. kUnavailable
  /// when the target does not answer at all.
  net::Task<> prepare();
  /// Removes what the run made.
  net::Task<> finish();

  const contract::Contract* contract() const { return contract_; }
  contract::Profile profile() const { return profile_; }
  probe::Prober& prober() { return prober_; }
  const probe::Redactor& redactor() const { return redactor_; }
  const probe::NotFound& not_found() const { return not_found_; }
  /// Without a contract: where the root leads on the target's own origin, and the answer there.
  const std::optional<probe::Exchange>& start_page() const { return start_page_; }
  Rng& rng() { return rng_; }
  const Clock& clock() const { return clock_; }
  const std::vector<RouteCase>& cases() const { return cases_; }

  // Only with a contract.
  probe::Identities& identities() { return *identities_; }
  probe::Objects& objects() { return *objects_; }
  Exerciser& exerciser() { return *exerciser_; }
  /// Sends with the persona's credential, or with none; also without a contract.
  net::Task<probe::Exchange> send_as(probe::Request request, const probe::Persona* persona);
  /// A 429 answer that a check of the limits got, for those that look at its fields.
  std::vector<std::pair<RouteCase, probe::Exchange>>& refusals() { return refusals_; }
  /// The issuer's published keys, fetched or read once; empty when they cannot be had.
  net::Task<const std::vector<crypto::Jwk>*> public_keys();

 private:
  net::Task<std::vector<probe::Exchange>> learn_not_found();
  net::Task<> look_around(std::vector<probe::Exchange> unknown);
  net::Task<std::string> key_set_text();

  const contract::Contract* contract_;
  contract::Profile profile_;
  const Clock& clock_;
  Rng& rng_;
  probe::Redactor redactor_;
  probe::Prober prober_;
  probe::NotFound not_found_;
  std::optional<probe::Exchange> start_page_;
  std::vector<RouteCase> cases_;
  std::unique_ptr<probe::Identities> identities_;
  std::unique_ptr<probe::Objects> objects_;
  std::unique_ptr<Exerciser> exerciser_;
  std::optional<std::vector<crypto::Jwk>> public_keys_;
  std::vector<std::pair<RouteCase, probe::Exchange>> refusals_;
};

}  // namespace lr::audit
