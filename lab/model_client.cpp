#include "lab/model_client.h"

#include <fmt/core.h>

#include <boost/json/serialize.hpp>

#include "base/limits.h"

namespace lr::lab {
namespace {

namespace json = text::json;

constexpr std::size_t kAnswerBytesMax = 256 * limits::kKiB;

net::ClientTimeouts model_timeouts() {
  net::ClientTimeouts timeouts;
  timeouts.connect = milliseconds(1'000);
  timeouts.first_byte = milliseconds(10'000);
  timeouts.idle = milliseconds(10'000);
  timeouts.total = milliseconds(60'000);
  return timeouts;
}

std::unexpected<Error> broken(std::string why) {
  return fail(Code::kBadGateway, std::move(why), Origin::kUpstream);
}

net::Task<const text::ResponseHead*> ask(net::ClientExchange& exchange, std::string_view head,
                                         std::string_view body) {
  LR_CO_TRY_VOID(co_await exchange.send(head, body));
  co_return co_await exchange.read_head();
}

}  // namespace

std::string completion_request(const json::array& messages, bool stream) {
  json::object request;
  request["model"] = "stand-in-1";
  request["messages"] = messages;
  if (stream) {
    request["stream"] = true;
    request["stream_options"] = json::object{{"include_usage", true}};
  }
  return json::serialize(request);
}

ModelStream::ModelStream(std::unique_ptr<net::ClientExchange> exchange)
    : exchange_(std::move(exchange)) {}

Result<std::string> ModelStream::take(const std::string& data) {
  if (data == "[DONE]") {
    done_ = true;
    return std::string();
  }
  LR_TRY(const json::value chunk, text::parse_json(data));
  if (text::resolve_pointer(chunk, "/error") != nullptr) return broken(data);
  const json::value* piece = text::resolve_pointer(chunk, "/choices/0/delta/content");
  if (piece == nullptr || !piece->is_string()) return std::string();
  return std::string(piece->get_string());
}

net::Task<std::string> ModelStream::next() {
  while (!done_) {
    if (auto event = reader_.next()) {
      LR_CO_TRY(std::string piece, take(event->data));
      if (!piece.empty()) co_return piece;
      continue;
    }
    LR_CO_TRY(const std::string_view bytes, co_await exchange_->read_some());
    if (bytes.empty()) co_return broken("the model's stream ended without [DONE]");
    LR_CO_TRY_VOID(reader_.feed(bytes));
  }
  // Reads to the end, so that the connection can be kept.
  while (true) {
    LR_CO_TRY(const std::string_view rest, co_await exchange_->read_some());
    if (rest.empty()) co_return std::string();
  }
}

ModelClient::ModelClient(net::EventLoop& loop, text::Url base)
    : base_(std::move(base)),
      timeouts_(model_timeouts()),
      pool_(loop, base_, nullptr, timeouts_, limits::kUpstreamConnections) {}

net::Task<std::unique_ptr<net::ClientExchange>> ModelClient::open(std::string method,
                                                                  std::string target,
                                                                  std::string body) {
  std::string head;
  text::append_request_line(head, method, target);
  text::append_field(head, "Host", base_.authority());
  text::append_field(head, "Authorization", "Bearer stand-in");
  if (!body.empty()) {
    text::append_field(head, "Content-Type", "application/json");
    text::append_field(head, "Content-Length", std::to_string(body.size()));
  }
  head += "\r\n";
  LR_CO_TRY(auto exchange, co_await pool_.acquire(timeouts_, false));
  auto answer = co_await ask(*exchange, head, body);
  if (!answer && exchange->reused()) {
    LR_CO_TRY(exchange, co_await pool_.acquire(timeouts_, true));
    answer = co_await ask(*exchange, head, body);
  }
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if ((*answer)->status == 200) co_return exchange;
  const int status = (*answer)->status;
  LR_CO_TRY(const std::string why, co_await exchange->read_all(kAnswerBytesMax));
  co_return broken(fmt::format("{} {}", status, why));
}

net::Task<std::string> ModelClient::complete(std::string request) {
  LR_CO_TRY(auto exchange, co_await open("POST", "/v1/chat/completions", std::move(request)));
  LR_CO_TRY(const std::string body, co_await exchange->read_all(kAnswerBytesMax));
  LR_CO_TRY(const json::value document, text::parse_json(body));
  const json::value* content = text::resolve_pointer(document, "/choices/0/message/content");
  if (content == nullptr || !content->is_string()) co_return broken("no content in the answer");
  co_return std::string(content->get_string());
}

net::Task<std::unique_ptr<ModelStream>> ModelClient::stream(std::string request) {
  LR_CO_TRY(auto exchange, co_await open("POST", "/v1/chat/completions", std::move(request)));
  co_return std::make_unique<ModelStream>(std::move(exchange));
}

net::Task<> ModelClient::ping() {
  LR_CO_TRY(auto exchange, co_await open("GET", "/v1/models", ""));
  LR_CO_TRY_VOID(co_await exchange->read_all(kAnswerBytesMax));
  co_return Result<>();
}

}  // namespace lr::lab
