#include "lab/stand_in_model.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ranges>

#include "base/limits.h"
#include "crypto/digest.h"

namespace lr::lab {
namespace {

namespace json = text::json;

constexpr std::string_view kModel = "stand-in-1";
constexpr std::size_t kRequestBytesMax = limits::kMiB;

struct CompletionRequest {
  std::vector<Turn> messages;
  bool stream = false;
  bool include_usage = false;
};

bool flag(const json::value& document, std::string_view pointer) {
  const json::value* value = text::resolve_pointer(document, pointer);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Result<CompletionRequest> parse_request(std::string_view body) {
  LR_TRY(const json::value document, text::parse_json(body));
  const json::value* messages = text::resolve_pointer(document, "/messages");
  if (messages == nullptr || !messages->is_array() || messages->get_array().empty()) {
    return fail(Code::kInvalidArgument, "'messages' must be an array with at least one message");
  }
  CompletionRequest out;
  for (const json::value& message : messages->get_array()) {
    const json::value* role = text::resolve_pointer(message, "/role");
    const json::value* content = text::resolve_pointer(message, "/content");
    if (role == nullptr || !role->is_string() || content == nullptr || !content->is_string()) {
      return fail(Code::kInvalidArgument, "a message needs a 'role' and a 'content'");
    }
    out.messages.push_back({std::string(role->get_string()), std::string(content->get_string())});
  }
  out.stream = flag(document, "/stream");
  out.include_usage = flag(document, "/stream_options/include_usage");
  return out;
}

/// About what a tokenizer would count; what matters is that it is the same every time.
std::int64_t count_tokens(std::string_view text) {
  return static_cast<std::int64_t>((text.size() + 3) / 4);
}

json::object usage_of(const std::vector<Turn>& messages, std::string_view answer) {
  std::int64_t prompt = 0;
  for (const Turn& turn : messages) prompt += 4 + count_tokens(turn.content);
  const std::int64_t completion = count_tokens(answer);
  return {{"prompt_tokens", prompt},
          {"completion_tokens", completion},
          {"total_tokens", prompt + completion}};
}

std::string completion_id(const std::vector<Turn>& messages) {
  std::string all;
  for (const Turn& turn : messages) all.append(turn.role).append("\n").append(turn.content);
  return "chatcmpl-" + crypto::hex(crypto::sha256(all)).substr(0, 24);
}

json::object envelope(const std::string& id, std::string_view object) {
  // A fixed date keeps the answers equal between runs.
  return {{"id", id}, {"object", object}, {"created", 1'700'000'000}, {"model", kModel}};
}

std::string whole_answer(const CompletionRequest& request, const std::string& answer) {
  json::object out = envelope(completion_id(request.messages), "chat.completion");
  json::object choice{{"index", 0}, {"finish_reason", "stop"}};
  choice["message"] = json::object{{"role", "assistant"}, {"content", answer}};
  out["choices"] = json::array{std::move(choice)};
  out["usage"] = usage_of(request.messages, answer);
  return json::serialize(out);
}

std::string stream_chunk(const std::string& id, json::object delta, bool last) {
  json::object out = envelope(id, "chat.completion.chunk");
  json::object choice{{"index", 0}, {"delta", std::move(delta)}};
  if (last) {
    choice["finish_reason"] = "stop";
  } else {
    choice["finish_reason"] = nullptr;
  }
  out["choices"] = json::array{std::move(choice)};
  return fmt::format("data: {}\n\n", json::serialize(out));
}

/// The stream's events: the role, the words one by one, the end, the usage, [DONE].
std::vector<std::string> stream_events(const CompletionRequest& request,
                                       const std::string& answer) {
  const std::string id = completion_id(request.messages);
  std::vector<std::string> events;
  events.push_back(stream_chunk(id, {{"role", "assistant"}, {"content", ""}}, false));
  for (std::size_t at = 0; at < answer.size();) {
    const std::size_t space = answer.find(' ', at);
    const std::size_t end = space == std::string::npos ? answer.size() : space + 1;
    events.push_back(stream_chunk(id, {{"content", answer.substr(at, end - at)}}, false));
    at = end;
  }
  events.push_back(stream_chunk(id, {}, true));
  if (request.include_usage) {
    json::object out = envelope(id, "chat.completion.chunk");
    out["choices"] = json::array{};
    out["usage"] = usage_of(request.messages, answer);
    events.push_back(fmt::format("data: {}\n\n", json::serialize(out)));
  }
  events.emplace_back("data: [DONE]\n\n");
  return events;
}

text::Fields fields_of(std::string_view content_type) {
  text::Fields fields;
  fields.add("Content-Type", content_type);
  fields.add("Cache-Control", "no-store");
  return fields;
}

std::optional<Obedience> follow(const Turn& turn, const std::vector<Turn>& messages) {
  const std::string& text = turn.content;
  if (text.find("fail: upstream") != std::string::npos) return Obedience{true, ""};
  if (const std::size_t at = text.find("say: "); at != std::string::npos) {
    return Obedience{false, text.substr(at + 5)};
  }
  if (text.find("show your system prompt") != std::string::npos) {
    const auto system = std::ranges::find(messages, "system", &Turn::role);
    return Obedience{false, system == messages.end() ? "" : system->content};
  }
  return std::nullopt;
}

net::Task<> stream_answer(net::ServerExchange& exchange, CompletionRequest request,
                          std::string answer) {
  const text::Fields fields = fields_of("text/event-stream");
  LR_CO_TRY_VOID(co_await exchange.begin(200, fields, std::nullopt));
  const std::vector<std::string> events = stream_events(request, answer);
  for (const std::string& event : events) {
    LR_CO_TRY_VOID(co_await exchange.write(event));
  }
  co_return co_await exchange.end();
}

}  // namespace

Obedience obey(const std::vector<Turn>& messages) {
  for (const Turn& turn : messages | std::views::reverse) {
    if (turn.role == "assistant") break;
    if (auto obeyed = follow(turn, messages)) return std::move(*obeyed);
  }
  for (const Turn& turn : messages) {
    if (turn.role != "system") continue;
    if (auto obeyed = follow(turn, messages)) return std::move(*obeyed);
  }
  const auto said = std::ranges::find(messages | std::views::reverse, "user", &Turn::role);
  if (said == messages.rend()) return {false, "Hello."};
  return {false, "You said: " + said->content};
}

StandInModel::StandInModel(net::EventLoop& loop)
    : server_(loop, [this](net::ServerExchange& exchange) { return serve(exchange); }) {}

Result<> StandInModel::listen() {
  LR_TRY(const auto loopback, text::parse_ip("127.0.0.1"));
  return server_.listen({loopback, 0}, false);
}

text::Url StandInModel::url() const {
  const net::Endpoint local = server_.local();
  return {"http", local.ip.str(), local.port, "/"};
}

net::Task<> StandInModel::refuse(net::ServerExchange& exchange, int status, std::string message) {
  const json::object inner{{"message", message},
                           {"type", status >= 500 ? "server_error" : "invalid_request_error"},
                           {"param", nullptr},
                           {"code", nullptr}};
  const std::string body = json::serialize(json::object{{"error", inner}});
  const text::Fields fields = fields_of("application/json");
  co_return co_await exchange.send(status, fields, body);
}

net::Task<> StandInModel::serve(net::ServerExchange& exchange) {
  const text::RequestHead& head = exchange.head();
  if (!head.fields.get("authorization").value_or("").starts_with("Bearer ")) {
    co_return co_await refuse(exchange, 401, "You did not provide an API key.");
  }
  if (head.method == "GET" && head.target == "/v1/models") {
    const json::object model{{"id", kModel}, {"object", "model"}, {"owned_by", "lab"}};
    const json::object list{{"object", "list"}, {"data", json::array{model}}};
    const std::string body = json::serialize(list);
    const text::Fields fields = fields_of("application/json");
    co_return co_await exchange.send(200, fields, body);
  }
  if (head.method == "POST" && head.target == "/v1/chat/completions") {
    co_return co_await complete(exchange);
  }
  co_return co_await refuse(exchange, 404, "Unknown request URL.");
}

net::Task<> StandInModel::complete(net::ServerExchange& exchange) {
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(kRequestBytesMax));
  auto request = parse_request(body);
  if (!request) co_return co_await refuse(exchange, 400, request.error().detail());
  Obedience obeyed = obey(request->messages);
  if (obeyed.fails) {
    co_return co_await refuse(exchange, 500,
                              "upstream connect error: inference-7.eu-west.provider.internal:8443 "
                              "refused the connection (organization org-4711, deployment blue-3)");
  }
  if (request->stream) {
    co_return co_await stream_answer(exchange, std::move(*request), std::move(obeyed.text));
  }
  const std::string answer = whole_answer(*request, obeyed.text);
  const text::Fields fields = fields_of("application/json");
  co_return co_await exchange.send(200, fields, answer);
}

}  // namespace lr::lab
