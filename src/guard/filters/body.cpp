// Request bodies: type, size, strict JSON, schema. Bodies that need no parsing are streamed later,
// under the same bound.
#include "decide/body.h"

#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_body;

namespace {

constexpr std::string_view kAfter[] = {"roles"};

std::string_view reason_for(Code code) {
  switch (code) {
    case Code::kPayloadTooLarge:
      return "body_too_large";
    case Code::kUnsupportedMediaType:
      return "content_type_refused";
    case Code::kUnprocessable:
      return "schema_mismatch";
    case Code::kRequestTimeout:
    case Code::kDeadlineExceeded:
      return "body_too_slow";
    default:
      return "bad_body";
  }
}

class BodyFilter final : public Filter {
 public:
  explicit BodyFilter(const Services& services) : services_(services) {}

  Verdict on_request(Exchange& exchange) override {
    const contract::Route& route = *exchange.route;
    const bool has_body = exchange.server->has_body();
    const text::BodyFraming& framing = exchange.head->framing;
    const bool declared = framing.kind == text::BodyFraming::Kind::kLength;
    const auto judged =
        decide::judge_body_head(route, *exchange.method, exchange.head->fields.get("Content-Type"),
                                declared ? std::optional(framing.length) : std::nullopt, has_body);
    if (!judged) return refuse(judged.error(), route);
    if (!has_body) return Verdict::pass();
    if (exchange.head->fields.count("Content-Type") > 1) {
      return Verdict::reject(Code::kUnsupportedMediaType, "repeated_content_type", route.at);
    }
    if (!decide::needs_parsed_body(services_.contract, route)) return Verdict::pass();
    // A compressed body would be judged in one form and used in another.
    if (const auto coding = exchange.head->fields.get("Content-Encoding");
        coding && !text::equals_ignoring_case(*coding, "identity")) {
      return Verdict::reject(Code::kUnsupportedMediaType, "encoded_body", route.at);
    }
    const auto body = exchange.server->body_at_hand(decide::body_bytes_max(route));
    return body ? judge(exchange, *body) : Verdict::suspend();
  }

  net::Task<Verdict> on_request_slow(Exchange& exchange) override {
    const contract::Route& route = *exchange.route;
    auto body = co_await exchange.server->read_all(decide::body_bytes_max(route));
    if (!body) {
      exchange.server->close_after();
      if (body.error().code() == Code::kCancelled) {
        exchange.client_gone = true;
        co_return Verdict::reject(Code::kCancelled, "client_gone");
      }
      co_return refuse(body.error(), route);
    }
    exchange.now = services_.clock.mono();
    co_return judge(exchange, *body);
  }

 private:
  static Verdict judge(Exchange& exchange, std::string_view body) {
    exchange.body = body;
    exchange.body_read = true;
    auto document = decide::judge_body(*exchange.route, body, exchange.document_storage());
    if (!document) return refuse(document.error(), *exchange.route);
    exchange.document.emplace(std::move(*document));
    return Verdict::pass();
  }

  static Verdict refuse(const Error& error, const contract::Route& route) {
    const Code code =
        error.code() == Code::kDeadlineExceeded ? Code::kRequestTimeout : error.code();
    return Verdict::reject(code, reason_for(code), route.at);
  }

  const Services& services_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<BodyFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: a body that fits its schema", "",
     "POST /messages HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
     "Content-Type: application/json\nContent-Length: 13\n\n{\"text\":\"hi\"}",
     200, "\n\n{\"text\":\"hi\"}"},
    {"reject: a number where text belongs", "",
     "POST /messages HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
     "Content-Type: application/json\nContent-Length: 10\n\n{\"text\":1}",
     422, "unprocessable"},
    {"reject: the same key twice", "",
     "POST /messages HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
     "Content-Type: application/json\nContent-Length: 23\n\n{\"text\":\"a\",\"text\":\"b\"}",
     400, "invalid_argument"},
    {"reject: not the type that was promised", "",
     "POST /messages HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
     "Content-Type: text/plain\nContent-Length: 13\n\n{\"text\":\"hi\"}",
     415, "unsupported_media_type"},
};

}  // namespace

constinit const FilterDef filter_body{
    .id = "body",
    .title = "Judges the body: type, size, strict JSON, schema",
    .after = kAfter,
    .why_after = "nobody without the role makes us read a body",
    .section = "routes[].body",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
