// Every bound of the program has a name and stands here. Anything that grows with input names
// one of these, or a value of the contract whose default is one of these.
#pragma once

#include <chrono>
#include <cstddef>

namespace lr::limits {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// HTTP messages (both directions).
inline constexpr std::size_t kRequestLineBytes = 8 * kKiB;
inline constexpr std::size_t kHeaderLineBytes = 8 * kKiB;
inline constexpr std::size_t kHeadBytes = 32 * kKiB;
inline constexpr std::size_t kHeaderFields = 100;
inline constexpr std::size_t kChunkExtensionBytes = 256;
inline constexpr std::size_t kTrailerBytes = 4 * kKiB;
inline constexpr std::size_t kBodyBytes = 1 * kMiB;            ///< Default of `body.max_bytes`.
inline constexpr std::size_t kBufferedAnswerBytes = 4 * kMiB;  ///< Answers judged before release.

// JSON and YAML.
inline constexpr std::size_t kJsonDepth = 64;
inline constexpr std::size_t kContractBytes = 1 * kMiB;
inline constexpr std::size_t kContractDepth = 32;
inline constexpr std::size_t kSchemaNodes = 20'000;
inline constexpr std::size_t kSchemaSteps = 1'000'000;  ///< Work per validation.

// Contract.
inline constexpr std::size_t kRoles = 64;
inline constexpr std::size_t kScopes = 64;
inline constexpr std::size_t kRoutes = 4'000;
inline constexpr std::size_t kPathSegments = 64;

// Tokens.
inline constexpr std::size_t kTokenBytes = 8 * kKiB;
inline constexpr std::size_t kJwksBytes = 256 * kKiB;
inline constexpr std::size_t kJwksKeys = 100;

// Connections.
inline constexpr std::size_t kConnections = 20'000;
inline constexpr std::size_t kUpstreamConnections = 16'384;

}  // namespace lr::limits
