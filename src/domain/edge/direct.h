// Requests to an origin's own address under the name of the product, as somebody would send them
// who goes around the edge.
#pragma once

#include <cstdint>
#include <string>

#include "domain/web/visitor.h"

namespace lr::domain {

enum class Direct : std::uint8_t {
  kRefused,  ///< No connection, no handshake, or a refusal that the edge does not give.
  kAnswers,  ///< As it would answer the edge.
  kUnknown,
};

struct DirectAnswer {
  Direct verdict = Direct::kUnknown;
  Visit direct{};
  std::string why{};  ///< For kUnknown.
};

/// What the direct answer means beside the one through the edge. A certificate that nobody trusts
/// protects nothing: its answer counts.
DirectAnswer judge_direct(Visit direct, const Visit& through_edge);

DirectAnswer ask_directly(Visitor& visitor, const text::Url& url, const text::IpAddress& origin,
                          const text::Headers& headers = {});

}  // namespace lr::domain
