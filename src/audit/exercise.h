// Exercising a route the way its users do: as an allowed identity with objects of its own. What
// comes back is the yardstick for every attack on the same route.
#pragma once

#include <map>
#include <string>

#include "audit/plan.h"
#include "base/rng.h"
#include "probe/prober.h"
#include "probe/witness.h"

namespace lr::audit {

/// Refused by every JSON parser, so that nothing behind it happens.
inline constexpr std::string_view kInertBody = R"({"launchready":)";

/// Who acts on what.
struct Actor {
  const probe::Persona* persona = nullptr;  ///< Null on public routes.
  probe::ObjectIds ids;
  std::map<contract::ObjectIndex, probe::Sacrifice> objects;
  std::string marker;  ///< For free text in bodies.
};

/// What the route answers to those who may use it and to nobody in particular.
struct Baseline {
  Manner manner = Manner::kValid;
  std::string problem;  ///< Why no verdict about the route is possible; "" when one is.
  bool absent = false;  ///< Answers like a path that does not exist, even to the allowed identity.
  const probe::Persona* persona = nullptr;
  probe::Exchange positive;
  probe::Shape shape;
  probe::Exchange anonymous;
  bool usable() const { return problem.empty() && !absent; }
};

class Exerciser {
 public:
  struct Parts {
    const contract::Contract& contract;
    contract::Profile profile;
    probe::Prober& prober;
    probe::Identities& identities;
    probe::Objects& objects;
    const probe::NotFound& not_found;
    Rng& rng;
  };
  explicit Exerciser(Parts parts) : parts_(parts) {}

  /// The least privileged declared identity that the contract allows to use the case with objects
  /// of its own; null when there is none.
  const probe::Persona* allowed(const RouteCase& route_case) const;
  /// Makes what the case needs: a fresh person where limits count persons, fresh objects where the
  /// case changes them. kNotFound with the reason when that is impossible.
  net::Task<Actor> actor(const RouteCase& route_case);
  /// The same for a given person.
  net::Task<Actor> actor_as(const RouteCase& route_case, const probe::Persona& persona);
  /// The actor's request without a credential, in the manner that the profile permits.
  Result<probe::Request> request(const RouteCase& route_case, const Actor& actor) const;
  /// Measured once per case and kept. Errors are those of the run only.
  net::Task<const Baseline*> baseline(const RouteCase& route_case);

  net::Task<probe::Exchange> send_as(probe::Request request, const probe::Persona* persona,
                                     probe::Intent intent);
  Manner manner(const RouteCase& route_case) const;
  /// Remembers what an answer of a creating route has made, for the clean-up.
  void adopt_created(const RouteCase& route_case, const probe::Exchange& exchange,
                     const probe::Persona* owner);

 private:
  net::Task<> measure(const RouteCase& route_case, Baseline& out);
  void judge_positive(const RouteCase& route_case, Baseline& out) const;

  Parts parts_;
  std::map<std::pair<contract::RouteIndex, contract::Method>, Baseline> baselines_;
};

}  // namespace lr::audit
