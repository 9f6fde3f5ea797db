#include "net/http_client.h"

#include <array>
#include <map>

namespace lr::net {
namespace {

constexpr std::size_t kRawBytes = 64 * limits::kKiB;
constexpr std::size_t kPools = 256;

/// RFC 9110 section 9.2.2: may be sent twice.
bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE" || method == "TRACE";
}

Result<std::string> build_head(const HttpRequest& request) {
  if (!text::is_token(request.method)) return fail(Code::kInvalidArgument, "not a method");
  std::string head;
  text::append_request_line(head, request.method,
                            request.raw_target ? *request.raw_target : request.url.target);
  const text::Headers& headers = request.headers;
  if (!headers.get("Host")) text::append_field(head, "Host", request.url.authority());
  for (const text::Header& field : headers) {
    if (!text::is_token(field.name) || !text::is_field_value(field.value)) {
      return fail(Code::kInvalidArgument, "the field '" + field.name + "' cannot be sent");
    }
    text::append_field(head, field.name, field.value);
  }
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  const bool framed = headers.get("Content-Length") || headers.get("Transfer-Encoding");
  if (has_body && !framed) {
    text::append_field(head, "Content-Length", std::to_string(request.body.size()));
  }
  if (!headers.get("Connection")) text::append_field(head, "Connection", "keep-alive");
  head += "\r\n";
  return head;
}

milliseconds time_left(Deadline deadline) {
  const MonoTime now = std::chrono::steady_clock::now();
  if (deadline.when() == MonoTime::max()) return std::chrono::hours(24);
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline.when() - now));
}

Task<> read_body(ClientExchange& exchange, std::size_t max, HttpResponse& response) {
  while (true) {
    LR_CO_TRY(const std::string_view piece, co_await exchange.read_some());
    if (piece.empty()) co_return Result<>();
    const std::size_t room = max - response.body.size();
    response.body.append(piece.substr(0, room));
    if (piece.size() > room) {
      response.body_cut = true;
      co_return Result<>();
    }
  }
}

/// One try on one connection.
Task<HttpResponse> attempt(ClientExchange& exchange, std::string_view head, std::string_view body,
                           const CallOptions& options) {
  const MonoTime start = std::chrono::steady_clock::now();
  Result<> sent = co_await exchange.send(head, body);
  // A server may answer (413, say) and close before it has read everything.
  Result<const text::ResponseHead*> answer = co_await exchange.read_head();
  if (!answer) {
    co_return std::unexpected(sent ? std::move(answer).error() : std::move(sent).error());
  }
  HttpResponse response;
  response.first_byte = std::chrono::steady_clock::now() - start;
  response.status = (*answer)->status;
  response.headers = text::Headers((*answer)->fields);
  if (options.head_only) {
    exchange.abort();
    response.total = response.first_byte;
    co_return response;
  }
  LR_CO_TRY_VOID(co_await read_body(exchange, options.body_max, response));
  response.total = std::chrono::steady_clock::now() - start;
  co_return response;
}

}  // namespace

struct HttpClient::Impl {
  Impl(EventLoop& owner, std::shared_ptr<TlsClientContext> context)
      : loop(owner), tls(std::move(context)) {}

  Result<std::shared_ptr<ConnectionPool>> pool_for(const HttpRequest& request) {
    const text::Url& url = request.url;
    std::string key = url.origin();
    if (request.connect_to) key += " at " + request.connect_to->str();
    auto found = pools.find(key);
    if (found != pools.end()) return found->second;
    if (url.scheme == "https" && !tls) {
      LR_TRY(tls, TlsClientContext::create());
    }
    if (pools.size() >= kPools) pools.clear();  // Exchanges under way keep theirs alive.
    auto pool = std::make_shared<ConnectionPool>(loop, url, tls, ClientTimeouts(),
                                                 limits::kUpstreamConnections);
    if (request.connect_to) pool->connect_to(*request.connect_to);
    pools.emplace(std::move(key), pool);
    return pool;
  }

  EventLoop& loop;
  std::shared_ptr<TlsClientContext> tls;
  std::map<std::string, std::shared_ptr<ConnectionPool>> pools;
};

HttpClient::HttpClient(EventLoop& loop, std::shared_ptr<TlsClientContext> tls)
    : impl_(std::make_unique<Impl>(loop, std::move(tls))) {}

HttpClient::~HttpClient() = default;

Task<HttpResponse> HttpClient::call(HttpRequest request, CallOptions options) {
  LR_CO_TRY(const std::string head, build_head(request));
  LR_CO_TRY(auto pool, impl_->pool_for(request));
  for (bool fresh = false;; fresh = true) {
    ClientTimeouts timeouts;
    timeouts.connect = timeouts.first_byte = timeouts.idle = timeouts.total =
        time_left(options.deadline);
    timeouts.connect = std::min(timeouts.connect, options.connect);
    LR_CO_TRY(auto exchange, co_await pool->acquire(timeouts, fresh));
    Result<HttpResponse> response = co_await attempt(*exchange, head, request.body, options);
    if (response || fresh || !is_idempotent(request.method) ||
        response.error().retry() != Retry::kIfConnectionWasReused) {
      co_return response;
    }
  }
}

Task<std::string> HttpClient::raw(text::Url origin, std::string bytes, milliseconds quiet) {
  const Deadline connect_by = Deadline::after(ClientTimeouts().connect);
  auto tls = impl_->tls;
  LR_CO_TRY(auto stream, co_await connect(impl_->loop, origin, tls, connect_by));
  stream->expires(Deadline::after(seconds(10)));
  // A server that refuses in the middle of the bytes has an answer all the same.
  Result<> written = co_await stream->write_all(bytes);
  std::string answer;
  std::array<char, 4096> piece;
  while (answer.size() < kRawBytes) {
    stream->expires(Deadline::after(quiet));
    Result<std::size_t> got = co_await stream->read_some(piece);
    if (!got || *got == 0) break;
    answer.append(piece.data(), std::min(*got, kRawBytes - answer.size()));
  }
  stream->close();
  if (answer.empty() && !written) co_return std::unexpected(std::move(written).error());
  co_return answer;
}

}  // namespace lr::net
