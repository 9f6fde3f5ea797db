// The bodies that the lab promises and checks: one text for both, so that the contract it writes
// and the application cannot drift apart.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "text/json_schema.h"

namespace lr::lab {

enum class Body : std::uint8_t {
  kNone,
  kLogin,
  kProfile,
  kConversation,
  kMessage,
  kChat,
  kFile,
  kOrder,
  kNote,
};

struct BodySpec {
  Body body = Body::kNone;
  std::string_view file;  ///< "login.json", in the contract's schemas folder.
  std::size_t max_bytes = 0;
  std::string_view max_text;  ///< The same bound as the contract writes it.
  std::string_view schema;
};
/// Every body but kNone, in the order of the enum.
std::span<const BodySpec> all_bodies();
const BodySpec& body_spec(Body body);

/// The compiled schemas.
class BodySchemas {
 public:
  static Result<BodySchemas> compile();
  const text::JsonSchema& of(Body body) const;

 private:
  std::vector<text::JsonSchema> schemas_;
};

}  // namespace lr::lab
