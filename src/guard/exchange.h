// One request on its way through the guard: what was received, what the filters decided, and the
// answer. Exchanges are reused by a worker, so that their buffers keep their capacity.
#pragma once

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "contract/contract.h"
#include "decide/access.h"
#include "decide/rate.h"
#include "decide/router.h"
#include "guard/caller.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "text/json.h"
#include "text/url.h"

namespace lr::guard {

/// One limit rule that this request was counted against.
struct RateUse {
  std::string_view policy;  ///< Ready RateLimit-Policy member.
  std::string_view name;    ///< "chat-user"
  decide::RateVerdict verdict;
};

/// One object that the request names.
struct NamedObject {
  contract::ObjectIndex object = 0;
  std::string_view id;
  std::optional<decide::Owner> owner{};  ///< As the store knows it.
};

struct Answer {
  int status = 0;
  text::Fields fields;    ///< Views into the upstream's head, the contract or the arena.
  std::string body;       ///< Only when `buffered` or `local`.
  bool local = false;     ///< Made by the guard; false: comes from the upstream.
  bool buffered = false;  ///< Held until on_response_body() has judged it.
  bool event_stream = false;
  std::optional<std::uint64_t> length;
};

class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Starts over for a new request.
  void begin(net::ServerExchange& server, WallTime wall, MonoTime mono);
  /// Drops what this request held (identity, documents, big buffers).
  void finish();

  /// Copies text so that it lives as long as this exchange.
  std::string_view keep(std::string_view text);
  /// Memory for `document`, until drop_document().
  text::json::storage_ptr document_storage();
  void drop_document();
  /// Gives back what drop_document() keeps for the next request. For exchanges that will wait long.
  void drop_document_memory();
  /// Asks that the answer be held back as a whole and shown to on_response_body().
  void buffer_answer() { answer.buffered = true; }
  /// The request head has exactly one field of that name.
  std::optional<std::string_view> single(std::string_view name) const;
  bool is_public() const { return route != nullptr && !route->access.authenticated; }
  /// The route's template, or "" when none matched: safe for metrics, logs and ledgers.
  std::string_view route_label() const {
    return route != nullptr ? std::string_view(route->path) : std::string_view();
  }

  // What was received. `server` outlives the exchange.
  net::ServerExchange* server = nullptr;
  const text::RequestHead* head = nullptr;
  WallTime wall{};
  MonoTime mono{};
  MonoTime now{};  ///< As of the last time that the request was waited for.

  // What the filters found out, in the order in which they do.
  bool peer_trusted = false;  ///< The connection comes from a trusted proxy.
  text::IpAddress client;     ///< Who is really calling.
  bool secure = false;        ///< The client's leg is HTTPS.
  std::string_view request_id;
  std::string_view traceparent;
  std::optional<contract::Method> method;
  text::CanonicalTarget target;
  decide::RouteMatch match;
  const contract::Route* route = nullptr;
  std::string_view origin;  ///< An allowed Origin, or "".
  CallerPtr caller;         ///< Null for anonymous callers.
  bool credential_bad = false;
  std::string_view body;  ///< When `body_read`.
  bool body_read = false;
  std::optional<text::json::value> document;  ///< The parsed body, in document_storage().
  std::vector<NamedObject> objects;
  std::vector<decide::ObjectUse> uses;  ///< Scratch of the ownership decision.
  bool owner_by_answer = false;         ///< The answer's own fields must prove the owner.
  std::vector<RateUse> rates;
  std::optional<seconds> retry_after;

  net::ClientExchange* upstream = nullptr;  ///< While one is open.
  bool client_gone = false;
  Answer answer;
  std::string head_buffer;  ///< The head that goes upstream.
  std::string chunk_buffer;

 private:
  std::unique_ptr<unsigned char[]> document_block_;  ///< The first part of document_memory_.
  std::optional<boost::json::monotonic_resource> document_memory_;
  std::array<std::byte, 1024> inline_;
  std::pmr::monotonic_buffer_resource arena_{inline_.data(), inline_.size()};
};

}  // namespace lr::guard
