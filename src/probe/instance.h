// Valid and nearly valid instances of a JSON Schema, for request bodies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/json.h"

namespace lr::probe {

/// The smallest instance that follows the schema: `default`, `const`, `examples` and `enum` first,
/// then required members, types and bounds. `marker` is used for free strings that have room for
/// it. Keywords beyond that (not, if, dependencies, complicated patterns) are not understood: the
/// result may then be invalid, which a positive control shows.
text::json::value make_instance(const text::json::value& schema, std::string_view marker);

/// One body with one member of the wrong type.
struct WrongInstance {
  std::string form;  ///< "/title is a number"
  text::json::value body;
};
/// `valid` with each declared top-level member in turn replaced by a value of another type, with a
/// required member left out, and with the whole replaced by an array. Only what the schema refuses.
std::vector<WrongInstance> make_wrong_instances(const text::json::value& schema,
                                                const text::json::value& valid);

/// Sets the member at `pointer`, making parents on the way; false when something else stands there.
bool set_at(text::json::value& document, std::string_view pointer, text::json::value value);

}  // namespace lr::probe
