#include "domain/edge/cloudflare_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text/fields.h"

namespace lr::domain {
namespace {

using Kind = ApiAnswer::Kind;
namespace json = text::json;

constexpr std::size_t kMessageBytes = 300;

struct ApiError {
  std::int64_t code = 0;
  std::string message{};
};

ApiError first_error(const json::object& envelope) {
  ApiError out;
  const json::value* errors = envelope.if_contains("errors");
  const json::array* list = errors != nullptr ? errors->if_array() : nullptr;
  const json::object* first =
      list != nullptr && !list->empty() ? list->front().if_object() : nullptr;
  if (first == nullptr) return out;
  if (const json::value* code = first->if_contains("code"); code != nullptr && code->is_int64()) {
    out.code = code->get_int64();
  }
  if (const json::value* text = first->if_contains("message");
      text != nullptr && text->is_string()) {
    out.message = std::string(text->get_string()).substr(0, kMessageBytes);
  }
  return out;
}

/// The API words it in many ways. 50002, 10015, 10016: "not entitled" of rulesets, workers, rules.
bool is_about_the_plan(const ApiError& error) {
  const std::string text = text::lower_ascii(error.message);
  return error.code == 50002 || error.code == 10015 || error.code == 10016 ||
         text.contains("entitle") || text.contains(" plan") || text.contains("upgrade") ||
         text.contains("not available");
}

/// 6003, 6111: the Authorization field is no token at all; 1000, 9109: an invalid token. A missing
/// permission is 10000 or 9109 with other words.
bool is_no_token(int status, const ApiError& error) {
  const bool malformed = error.code == 6003 || error.code == 6111 || error.code == 1000;
  const std::string text = text::lower_ascii(error.message);
  return status == 401 || (status == 400 && malformed) ||
         (error.code == 9109 && text.contains("invalid") && text.contains("token"));
}

Kind kind_of(int status, const ApiError& error) {
  constexpr std::int64_t kNoEntryPoint = 10003;
  const bool no_route = error.code == 7000 || error.code == 7003;
  if (status == 429) return Kind::kLimited;
  if (status < 400 || status >= 500) return Kind::kFailed;
  if (is_no_token(status, error)) return Kind::kBadToken;
  if (is_about_the_plan(error)) return Kind::kPlan;
  if (status == 403) return Kind::kForbidden;
  if (status == 404 && error.code == kNoEntryPoint) return Kind::kNoRules;
  if (status == 404 || status == 410 || no_route) return Kind::kMissing;
  return Kind::kFailed;
}

std::string_view reason_of(Kind kind) {
  switch (kind) {
    case Kind::kMissing:
      return "the API knows nothing of it";
    case Kind::kNoRules:
      return "the phase has no rules";
    case Kind::kPlan:
      return "not provable on this plan";
    case Kind::kForbidden:
      return "the token may not read it; give it read permission for the zone's settings, rules, "
             "DNS, SSL and bot management";
    case Kind::kBadToken:
      return "the API refuses the token";
    case Kind::kLimited:
      return "the API asks for a pause (429)";
    default:
      return "the API did not answer as documented";
  }
}

/// total_pages is not promised by every list; without it a page that is full may have a next one.
std::uint32_t page_count(const json::object& envelope) {
  const json::value* info = envelope.if_contains("result_info");
  const json::object* object = info != nullptr ? info->if_object() : nullptr;
  const json::value* pages = object != nullptr ? object->if_contains("total_pages") : nullptr;
  if (pages == nullptr || !pages->is_int64()) return 0;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(pages->get_int64(), 1, 1'000'000));
}

/// Seconds of Retry-After; dates are not waited for.
std::optional<seconds> retry_after(const net::HttpResponse& response) {
  const auto field = response.headers.get("Retry-After");
  if (!field) return std::nullopt;
  int value = 0;
  const char* end = field->data() + field->size();
  const auto [stop, error] = std::from_chars(field->data(), end, value);
  if (error != std::errc() || stop != end || value < 0) return std::nullopt;
  return seconds(value);
}

}  // namespace

ApiAnswer read_api_answer(const net::HttpResponse& response) {
  ApiAnswer out;
  Result<json::value> parsed = text::parse_json(response.body);
  json::object* envelope = parsed ? parsed->if_object() : nullptr;
  ApiError error;
  if (envelope != nullptr) {
    error = first_error(*envelope);
    const json::value* success = envelope->if_contains("success");
    json::value* result = envelope->if_contains("result");
    const bool good = success != nullptr && success->is_bool() && success->get_bool();
    if (response.status == 200 && good && result != nullptr) {
      out.kind = Kind::kOk;
      out.pages = page_count(*envelope);
      out.result = std::move(*result);
      return out;
    }
  }
  out.kind = kind_of(response.status, error);
  out.why = fmt::format("{} (status {}", reason_of(out.kind), response.status);
  if (error.code != 0) out.why += fmt::format(", code {}", error.code);
  if (!error.message.empty()) out.why += ": " + error.message;
  out.why += ")";
  return out;
}

struct CloudflareApi::Impl {
  explicit Impl(Inspection& owner)
      : inspection(owner), network(owner.network()), edge(owner.subject().edge) {}

  Result<> prepare();
  ApiAnswer call(const std::string& path);
  Result<net::HttpResponse> call_at(const text::IpAddress& ip, const std::string& path);

  Inspection& inspection;
  const Network& network;
  const EdgePromise& edge;
  net::EventLoop loop;
  std::unique_ptr<net::HttpClient> client;
  text::Url base{};
  HostAddresses addresses{};
  std::size_t calls = 0;
};

Result<> CloudflareApi::Impl::prepare() {
  if (client) return {};
  if (!edge.token || edge.token->empty()) {
    return fail(Code::kInvalidArgument, "no token is given; add edge.token to the contract");
  }
  LR_TRY(base, text::parse_url(edge.api));
  if (Result<text::IpAddress> ip = text::parse_ip(base.host)) {
    addresses.all.push_back(*ip);
  } else {
    addresses = addresses_of(network.resolver, base.host);
  }
  if (addresses.all.empty()) {
    return fail(Code::kUnavailable,
                "the API's host " + base.host + " has no address " + addresses.why);
  }
  const bool safe =
      base.scheme == "https" || std::ranges::all_of(addresses.all, &text::IpAddress::is_loopback);
  if (!safe) return fail(Code::kInvalidArgument, "the token is not sent over plain http");
  LR_TRY(auto tls, net::TlsClientContext::create(network.ca_file));
  client = std::make_unique<net::HttpClient>(loop, std::move(tls));
  return {};
}

Result<net::HttpResponse> CloudflareApi::Impl::call_at(const text::IpAddress& ip,
                                                       const std::string& path) {
  net::HttpRequest request;
  request.url = base;
  request.url.target = base.target == "/" ? path : base.target + path;
  request.headers.add("Authorization", "Bearer " + std::string(edge.token->expose()));
  request.headers.add("Accept", "application/json");
  request.headers.add("User-Agent", "LaunchReady");
  request.connect_to = network.endpoint(ip, base.port);
  net::CallOptions options;
  options.connect = network.connect_patience;
  options.deadline = Deadline::after(kPatience).sooner(network.deadline);
  options.body_max = kAnswerBytes;
  ++calls;
  inspection.count_requests(1);
  return loop.block_on(client->call(std::move(request), options));
}

ApiAnswer CloudflareApi::Impl::call(const std::string& path) {
  ApiAnswer out;
  if (Result<> ready = prepare(); !ready) {
    out.why = ready.error().detail();
    return out;
  }
  for (int tries = 0; tries < 2; ++tries) {
    for (const text::IpAddress& ip : addresses.all) {
      if (calls >= kCalls) {
        out.why = fmt::format("more than {} calls would be needed", kCalls);
        return out;
      }
      Result<net::HttpResponse> response = call_at(ip, path);
      if (!response) {
        out.why = "the API did not answer: " + response.error().detail();
        continue;
      }
      out = read_api_answer(*response);
      const auto pause = retry_after(*response);
      const bool again = out.kind == Kind::kLimited && tries == 0 && pause && *pause <= kWaitMost;
      if (!again) return out;
      static_cast<void>(loop.block_on(net::sleep_for(*pause)));
      break;
    }
    if (out.kind != Kind::kLimited) return out;
  }
  return out;
}

CloudflareApi::CloudflareApi(Inspection& inspection) : impl_(std::make_unique<Impl>(inspection)) {}
CloudflareApi::~CloudflareApi() = default;

ApiAnswer CloudflareApi::get(const std::string& path) {
  ApiAnswer out = impl_->call(path);
  const auto& token = impl_->edge.token;
  if (!token || token->empty()) return out;
  // A server that repeats the token in its message must not get it into a report.
  for (std::size_t at = out.why.find(token->expose()); at != std::string::npos;
       at = out.why.find(token->expose(), at)) {
    out.why.replace(at, token->expose().size(), "…");
  }
  return out;
}

ApiAnswer CloudflareApi::list(const std::string& path) {
  constexpr std::size_t kPerPage = 100;
  ApiAnswer all;
  json::array items;
  for (std::uint32_t page = 1; page <= kPages; ++page) {
    ApiAnswer one = get(fmt::format("{}?per_page={}&page={}", path, kPerPage, page));
    if (!one.ok()) return one;
    const json::array* here = one.result.if_array();
    if (here == nullptr) {
      all.why = "the API's list has no array";
      return all;
    }
    items.insert(items.end(), here->begin(), here->end());
    const bool last = one.pages == 0 ? here->size() < kPerPage : page >= one.pages;
    if (!last) continue;
    all.kind = Kind::kOk;
    all.result = std::move(items);
    return all;
  }
  all.why = fmt::format("the API's list has more than {} pages", kPages);
  return all;
}

}  // namespace lr::domain
