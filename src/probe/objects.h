// Sacrificial objects: whatever an audit writes to, it made itself, and takes away at the end.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "contract/contract.h"
#include "probe/identities.h"
#include "probe/prober.h"
#include "probe/route_request.h"

namespace lr::probe {

/// How to make, show, change and remove objects of one kind: as the contract says, or derived from
/// its routes (`creates`, and GET and DELETE of the path that ends in the object).
struct Recipe {
  contract::AuditObject calls;
  std::vector<contract::ObjectIndex> parents;  ///< Other objects that the paths name.
  bool derived = false;
};
/// nullopt when the contract gives no way to make one.
std::optional<Recipe> find_recipe(const contract::Contract& contract, contract::ObjectIndex object);

struct Sacrifice {
  contract::ObjectIndex object = 0;
  std::string id;
  std::string marker;  ///< Written into the object when it was made.
  const Persona* owner = nullptr;
  ObjectIds ids;  ///< Itself and its parents.
  bool gone = false;
};

class Objects {
 public:
  Objects(const contract::Contract& contract, Prober& prober, Identities& identities, Rng& rng);

  const Recipe* recipe(contract::ObjectIndex object) const;
  bool can_read(contract::ObjectIndex object) const;

  /// A new one, made by `owner`. kNotFound without a recipe; kUnavailable, naming the answer, when
  /// the target did not make it.
  net::Task<Sacrifice> create(contract::ObjectIndex object, const Persona& owner);
  /// One per owner and kind that is only read, made at the first call.
  net::Task<Sacrifice> shared(contract::ObjectIndex object, const Persona& owner);
  /// The recipe's read call, as anybody. kNotFound when the recipe has none.
  net::Task<Exchange> read(const Sacrifice& object, const Persona& reader);
  /// The request of one of the recipe's calls, without a credential.
  Request call_request(const contract::AuditCall& call, const Sacrifice& object,
                       const std::string& marker) const;
  /// Something that a check made by breaking in: to be removed at the end by `owner`.
  void adopt(Sacrifice object);
  /// An id of the right form that nobody has, as like to `like` as possible.
  std::string absent_id(contract::ObjectIndex object, const std::string& like);
  /// Removes everything that is left. Never touches anything else.
  net::Task<> cleanup();

  std::uint32_t made() const { return made_; }

 private:
  net::Task<ObjectIds> make_parents(const Recipe& recipe, const Persona& owner);
  net::Task<Exchange> send_create(const contract::AuditCall& call, const Sacrifice& object);

  const contract::Contract& contract_;
  Prober& prober_;
  Identities& identities_;
  Rng& rng_;
  std::map<contract::ObjectIndex, Recipe> recipes_;
  std::map<std::pair<contract::ObjectIndex, const Persona*>, Sacrifice> shared_;
  std::deque<Sacrifice> all_;
  std::uint32_t made_ = 0;
};

}  // namespace lr::probe
