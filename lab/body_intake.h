// Reads and checks the body of one call: type, size, strict JSON, depth, schema.
#pragma once

#include "lab/service.h"
#include "net/task.h"

namespace lr::lab {

/// Sets call.body. Errors carry the code of the answer to give.
net::Task<> take_body(Service& service, Call& call);

/// The deepest nesting of arrays and objects, read without building anything.
std::size_t json_depth(std::string_view text);

}  // namespace lr::lab
