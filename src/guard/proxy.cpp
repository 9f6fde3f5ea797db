#include "guard/proxy.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "decide/body.h"
#include "guard/named_objects.h"
#include "guard/upstream_head.h"

namespace lr::guard {
namespace {

using contract::Method;
using FramingKind = text::BodyFraming::Kind;

/// Error answers of the upstream that are not passed on are read to their end up to this size, so
/// that the connection can be kept.
constexpr std::size_t kDiscardedBytes = 64 * limits::kKiB;

/// Fields of the upstream's answer that stop here: one hop only, framing, and what the guard alone
/// may say to clients (or to a proxy in front of it, as X-Accel-Redirect would).
constexpr auto kDroppedAnswerFields = [] {
  auto names = std::to_array<std::string_view>({"te",
                                                "date",
                                                "trailer",
                                                "upgrade",
                                                "alt-svc",
                                                "connection",
                                                "keep-alive",
                                                "ratelimit",
                                                "ratelimit-policy",
                                                "x-request-id",
                                                "traceparent",
                                                "content-length",
                                                "transfer-encoding",
                                                "proxy-connection",
                                                "proxy-authenticate",
                                                "x-accel-redirect",
                                                "x-accel-buffering",
                                                "x-accel-charset",
                                                "x-accel-expires",
                                                "x-accel-limit-rate",
                                                "x-sendfile",
                                                "access-control-allow-origin",
                                                "access-control-allow-methods",
                                                "access-control-allow-headers",
                                                "access-control-allow-credentials",
                                                "access-control-expose-headers",
                                                "access-control-max-age",
                                                "access-control-allow-private-network",
                                                "strict-transport-security",
                                                "content-security-policy",
                                                "content-security-policy-report-only",
                                                "x-frame-options",
                                                "x-content-type-options",
                                                "referrer-policy",
                                                "permissions-policy",
                                                "cross-origin-opener-policy",
                                                "cross-origin-resource-policy",
                                                "cross-origin-embedder-policy",
                                                "cache-control",
                                                "expires",
                                                "pragma",
                                                "x-xss-protection"});
  std::ranges::sort(names, {}, &std::string_view::size);
  return names;
}();

bool is_dropped(std::string_view name) {
  auto same =
      std::ranges::lower_bound(kDroppedAnswerFields, name.size(), {}, &std::string_view::size);
  for (; same != kDroppedAnswerFields.end() && same->size() == name.size(); ++same) {
    if (text::equals_ignoring_case(*same, name)) return true;
  }
  constexpr std::string_view kOwn = "x-launchready-";
  return name.size() > kOwn.size() && text::equals_ignoring_case(name.substr(0, kOwn.size()), kOwn);
}

net::ClientTimeouts timeouts_of(const contract::Contract& contract, const contract::Route& route) {
  const contract::Timeouts& chosen = route.timeouts ? *route.timeouts : contract.guard.timeouts;
  // A stream lasts as long as it has something to say, unless the route says otherwise.
  const bool endless = route.streams && !route.timeouts;
  return {.connect = chosen.connect,
          .first_byte = chosen.first_byte,
          .idle = chosen.idle,
          .total = endless ? std::chrono::hours(24) : chosen.total};
}

bool is_idempotent(std::optional<Method> method) {
  return method && *method != Method::kPost && *method != Method::kPatch;
}

text::BodyFraming framing_for(const Exchange& exchange) {
  if (exchange.body_read) return {.kind = FramingKind::kLength, .length = exchange.body.size()};
  if (exchange.server->has_body()) return exchange.head->framing;
  // Without a body, methods that usually bear one say so.
  const bool bears = exchange.method == Method::kPost || exchange.method == Method::kPut ||
                     exchange.method == Method::kPatch;
  return {.kind = bears ? FramingKind::kLength : FramingKind::kNone, .length = 0};
}

bool will_be_inspected(const Exchange& exchange) {
  return exchange.owner_by_answer || exchange.route->creates.has_value() ||
         exchange.route->lists.has_value() || forgotten_object(exchange) != nullptr;
}

Outgoing prepare(Lane& lane, Exchange& exchange) {
  const contract::Contract& contract = lane.snapshot->contract;
  // What must be judged is in the body, which HEAD would not show.
  const bool inspected = will_be_inspected(exchange);
  const bool as_get = inspected && exchange.method == Method::kHead;
  UpstreamHead head{.method = as_get ? "GET" : exchange.head->method,
                    .path = exchange.target.path,
                    .query = exchange.target.query,
                    .has_query = exchange.target.has_query,
                    .authority = lane.upstream->authority(),
                    .public_host = lane.snapshot->public_host,
                    .framing = framing_for(exchange),
                    .inspected = inspected};
  if (contract.api_keys) head.key_header = contract.api_keys->header;
  exchange.head_buffer.clear();
  append_upstream_head(exchange.head_buffer, exchange, head);
  Outgoing outgoing{.head = exchange.head_buffer,
                    .body = exchange.body_read ? exchange.body : std::string_view(),
                    .idempotent = is_idempotent(exchange.method),
                    .timeouts = timeouts_of(contract, *exchange.route),
                    .current = &exchange.upstream,
                    .cancelled = &exchange.client_gone};
  if (!exchange.body_read && exchange.server->has_body()) {
    outgoing.stream = {.from = exchange.server,
                       .chunked = head.framing.kind == FramingKind::kChunked,
                       .bytes_max = decide::body_bytes_max(*exchange.route)};
  }
  return outgoing;
}

Verdict verdict_for(const Error& error, Lane& lane, Exchange& exchange) {
  if (exchange.client_gone || error.code() == Code::kCancelled) {
    return Verdict::reject(Code::kCancelled, "client_gone");
  }
  if (error.origin() == Origin::kClient) {
    exchange.server->close_after();
    const Code code =
        error.code() == Code::kDeadlineExceeded ? Code::kRequestTimeout : error.code();
    return Verdict::reject(code, code == Code::kPayloadTooLarge ? "body_too_large" : "body_broken");
  }
  switch (error.code()) {
    case Code::kDeadlineExceeded:
      return Verdict::reject(Code::kDeadlineExceeded, "upstream_timeout");
    case Code::kResourceExhausted:
      exchange.retry_after = seconds(1);
      return Verdict::reject(Code::kUnavailable, "upstream_busy");
    case Code::kUnavailable:
      exchange.retry_after = lane.upstream->breaker().retry_after(exchange.server->loop().now());
      return Verdict::reject(Code::kUnavailable, "breaker_open");
    default:
      return Verdict::reject(Code::kBadGateway, "upstream_unreachable");
  }
}

std::optional<std::uint64_t> declared_length(const text::ResponseHead& head) {
  if (head.framing.kind == FramingKind::kLength) return head.framing.length;
  const auto text = head.fields.get("Content-Length");
  std::uint64_t length = 0;
  if (!text) return std::nullopt;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), length);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) return std::nullopt;
  return length;
}

void take_answer(Exchange& exchange, const text::ResponseHead& head) {
  Answer& answer = exchange.answer;
  answer.status = head.status;
  answer.local = false;
  answer.length = declared_length(head);
  answer.fields.clear();
  const bool lists_fields = connection_names_fields(head.fields);
  for (const text::Field& field : head.fields) {
    const bool kept =
        exchange.route->cache && text::equals_ignoring_case(field.name, "Cache-Control");
    if (is_dropped(field.name) && !kept) continue;
    if (lists_fields && head.fields.has_token("Connection", field.name)) continue;
    answer.fields.add(field.name, field.value);
  }
  const auto type = answer.fields.get("Content-Type");
  constexpr std::string_view kEventStream = "text/event-stream";
  answer.event_stream =
      type && type->size() >= kEventStream.size() &&
      text::equals_ignoring_case(type->substr(0, kEventStream.size()), kEventStream);
}

net::Task<> discard(net::ClientExchange& exchange) {
  auto rest = co_await exchange.read_all(kDiscardedBytes);
  if (!rest) exchange.abort();
  co_return Result<>();
}

void answer_broke_off(Lane& lane, const Exchange& exchange) {
  if (exchange.body_read || !kept_waiting(*exchange.server)) lane.upstream->report_failure();
}

net::Task<Verdict> release_buffered(Lane& lane, Exchange& exchange, net::ClientExchange& upstream) {
  auto body = co_await upstream.read_all(limits::kBufferedAnswerBytes);
  if (!body) {
    upstream.abort();
    if (body.error().code() == Code::kPayloadTooLarge) {
      co_return Verdict::reject(Code::kBadGateway, "answer_too_large_to_judge");
    }
    answer_broke_off(lane, exchange);
    co_return verdict_for(body.error(), lane, exchange);
  }
  exchange.answer.body = std::move(*body);
  for (auto filter = lane.filters.rbegin(); filter != lane.filters.rend(); ++filter) {
    auto verdict = co_await (*filter)->on_response_body(exchange);
    if (!verdict) co_return Verdict::reject(Code::kInternal, "answer_filter_failed");
    if (!verdict->passed()) co_return verdict;
  }
  auto sent = co_await exchange.server->send(exchange.answer.status, exchange.answer.fields,
                                             exchange.answer.body);
  if (!sent) exchange.client_gone = true;
  co_return Verdict::pass();
}

/// An answer that breaks off must not look complete.
void cut(Lane& lane, Exchange& exchange, net::ClientExchange& upstream, bool client_failed) {
  upstream.abort();
  if (client_failed || exchange.client_gone) {
    exchange.client_gone = true;
  } else {
    answer_broke_off(lane, exchange);
  }
  exchange.server->abort();
}

net::Task<> pump(Lane& lane, Exchange& exchange, net::ClientExchange& upstream,
                 std::string_view first) {
  std::string_view piece = first;
  while (!piece.empty()) {
    auto written = co_await exchange.server->write(piece);
    if (!written) {
      cut(lane, exchange, upstream, true);
      co_return Result<>();
    }
    auto next = co_await upstream.read_some();
    if (!next) {
      cut(lane, exchange, upstream, false);
      co_return Result<>();
    }
    piece = *next;
  }
  auto ended = co_await exchange.server->end();
  if (!ended) cut(lane, exchange, upstream, true);
  co_return Result<>();
}

bool has_no_body(const Exchange& exchange) {
  const int status = exchange.answer.status;
  return exchange.method == Method::kHead || status == 204 || status == 304;
}

/// A short answer that came with its head goes on without waiting. False when it is not one.
bool release_at_once(Exchange& exchange, net::ClientExchange& upstream) {
  const Answer& answer = exchange.answer;
  if (answer.event_stream || has_no_body(exchange)) return false;
  const auto body = upstream.body_at_hand();
  if (!body) return false;
  const auto sent = exchange.server->answer(answer.status, answer.fields, *body);
  if (!sent) exchange.client_gone = true;
  return true;
}

net::Task<Verdict> release_streamed(Lane& lane, Exchange& exchange, net::ClientExchange& upstream) {
  const Answer& answer = exchange.answer;
  net::ServerExchange& server = *exchange.server;
  if (answer.event_stream || has_no_body(exchange)) {
    // The head of an event stream leaves at once: the first event may be a long time coming.
    auto begun = co_await server.begin(answer.status, answer.fields, answer.length);
    if (!begun) {
      cut(lane, exchange, upstream, true);
      co_return Verdict::pass();
    }
  }
  auto first = co_await upstream.read_some();
  if (!first) {
    if (!server.started()) {
      answer_broke_off(lane, exchange);
      upstream.abort();
      co_return verdict_for(first.error(), lane, exchange);
    }
    cut(lane, exchange, upstream, false);
    co_return Verdict::pass();
  }
  if (!server.started() && answer.length == first->size()) {
    // Everything is here already: one write.
    auto sent = co_await server.send(answer.status, answer.fields, *first);
    if (!sent) exchange.client_gone = true;
    // Lets the exchange see the end of the body, so that its connection is kept.
    if (!first->empty()) co_await upstream.read_some();
    co_return Verdict::pass();
  }
  if (!server.started()) {
    auto begun = co_await server.begin(answer.status, answer.fields, answer.length);
    if (!begun) {
      cut(lane, exchange, upstream, true);
      co_return Verdict::pass();
    }
  }
  co_await pump(lane, exchange, upstream, *first);
  co_return Verdict::pass();
}

/// What happens when the client leaves while the upstream is at work.
struct ClientGone {
  Exchange* exchange;
  void operator()() const {
    exchange->client_gone = true;
    if (exchange->upstream != nullptr) exchange->upstream->abort();
  }
};

}  // namespace

Verdict filter_response(Lane& lane, Exchange& exchange) {
  for (auto filter = lane.filters.rbegin(); filter != lane.filters.rend(); ++filter) {
    const Verdict verdict = (*filter)->on_response(exchange);
    if (!verdict.passed() && !exchange.answer.local) return verdict;
  }
  return Verdict::pass();
}

net::Task<Verdict> forward(Lane& lane, Exchange& exchange) {
  const Outgoing outgoing = prepare(lane, exchange);
  exchange.server->watch_client(ClientGone{&exchange});
  auto incoming = co_await lane.upstream->open(outgoing);
  if (!incoming) {
    exchange.upstream = nullptr;
    co_return verdict_for(incoming.error(), lane, exchange);
  }
  // The parsed request is not needed any more; a long stream should not hold it.
  exchange.drop_document();
  net::ClientExchange& upstream = *incoming->exchange;
  take_answer(exchange, *incoming->head);
  if (exchange.answer.event_stream) exchange.drop_document_memory();
  Verdict verdict = filter_response(lane, exchange);
  if (!verdict.passed()) {
    co_await discard(upstream);
  } else if (exchange.answer.buffered) {
    auto released = co_await release_buffered(lane, exchange, upstream);
    verdict = released ? *released : Verdict::reject(Code::kInternal, "release_failed");
  } else if (!release_at_once(exchange, upstream)) {
    auto released = co_await release_streamed(lane, exchange, upstream);
    verdict = released ? *released : Verdict::reject(Code::kInternal, "release_failed");
  }
  exchange.upstream = nullptr;
  co_return verdict;
}

}  // namespace lr::guard
