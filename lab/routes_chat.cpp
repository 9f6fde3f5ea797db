// The two ways to talk to the model: a whole answer, and one streamed as server-sent events.
#include <boost/json/serialize.hpp>

#include "lab/routes.h"
#include "text/sse.h"

namespace lr::lab {
namespace {

constexpr std::string_view kSystemPrompt =
    "You are the support assistant of this shop. Answer briefly and politely.";

json::object turn(std::string_view role, std::string_view content) {
  return {{"role", role}, {"content", content}};
}

std::string prompt(const Conversation* conversation, std::string_view text, bool stream) {
  json::array messages;
  messages.push_back(turn("system", kSystemPrompt));
  if (conversation != nullptr) {
    for (const Message& message : conversation->messages) {
      messages.push_back(turn(message.role, message.text));
    }
  }
  messages.push_back(turn("user", text));
  return completion_request(messages, stream);
}

/// The model's failure as the user sees it: a plain sentence, unless the defect shows it all.
Result<Answer> model_failure(const Service& service, const Error& error) {
  if (service.flaws.on(Flaw::kErrorRawUpstream)) {
    return Answer{502, "text/plain; charset=utf-8", "provider answered: " + error.detail()};
  }
  return std::unexpected(error);
}

Conversation* find(Service& service, std::string_view id) {
  const auto found = service.world.conversations.find(id);
  return found == service.world.conversations.end() ? nullptr : &found->second;
}

/// Looks the conversation up again: while the model was talking it may have been deleted.
void remember(Service& service, std::string_view id, std::string asked, std::string answered) {
  Conversation* conversation = find(service, id);
  if (conversation == nullptr) return;
  World::append(*conversation, "user", std::move(asked));
  World::append(*conversation, "assistant", std::move(answered));
}

/// The conversation that the body of a chat names, or nullptr when it names none.
Result<Conversation*> named_conversation(Service& service, const Call& call) {
  const json::value* id = call.body.get_object().if_contains("conversation_id");
  if (id == nullptr) return nullptr;
  Conversation* conversation = find(service, id->get_string());
  if (conversation == nullptr) {
    return fail(Code::kNotFound, "no such conversation", Origin::kClient);
  }
  if (!service.flaws.on(Flaw::kChatBodyUnowned)) {
    LR_TRY_VOID(require_owner(service, call, conversation->owner));
  }
  return conversation;
}

std::string event(std::string_view name, const json::object& data) {
  std::string out;
  text::append_sse_event(out, name, json::serialize(data));
  return out;
}

std::string failure_event(const Service& service, const Call& call) {
  const Error error(Code::kBadGateway, "");
  std::string out;
  text::append_sse_event(out, "error", error_answer(service, call, error).body);
  return out;
}

/// Passes the model's words on as they come. Returns them all; an error only when the client has
/// gone, since a failing model is told to the client as an event.
net::Task<std::string> relay(Service& service, Call& call, ModelStream& stream) {
  std::string all;
  while (true) {
    auto piece = co_await stream.next();
    if (!piece) {
      const std::string failure = failure_event(service, call);
      LR_CO_TRY_VOID(co_await call.exchange.write(failure));
      co_return std::string();
    }
    if (piece->empty()) co_return all;
    all += *piece;
    const std::string delta = event("delta", {{"text", *piece}});
    LR_CO_TRY_VOID(co_await call.exchange.write(delta));
  }
}

}  // namespace

net::Task<Answer> chat(Service& service, Call& call) {
  LR_CO_TRY(const Conversation* conversation, named_conversation(service, call));
  const std::string asked(call.body.at("message").get_string());
  json::object out;
  std::string id;
  if (conversation != nullptr) {
    id = conversation->id;
    out["conversation"] = json::object{{"id", id}, {"title", conversation->title}};
  }
  std::string request = prompt(conversation, asked, false);
  auto reply = co_await service.model.complete(std::move(request));
  if (!reply) co_return model_failure(service, reply.error());
  if (!id.empty()) remember(service, id, asked, *reply);
  out["reply"] = *reply;
  co_return json_answer(200, out);
}

net::Task<Answer> post_message(Service& service, Call& call) {
  const Conversation* conversation = find(service, call.id);
  if (conversation == nullptr) {
    co_return fail(Code::kNotFound, "no such conversation", Origin::kClient);
  }
  LR_CO_TRY_VOID(require_owner(service, call, conversation->owner));
  const std::string asked(call.body.at("text").get_string());
  std::string request = prompt(conversation, asked, true);
  auto stream = co_await service.model.stream(std::move(request));
  if (!stream) co_return model_failure(service, stream.error());
  const text::Headers headers = answer_headers(service, call, 200, "text/event-stream");
  const text::Fields fields = headers.view();
  LR_CO_TRY_VOID(co_await call.exchange.begin(200, fields, std::nullopt));
  LR_CO_TRY(std::string answered, co_await relay(service, call, **stream));
  if (!answered.empty()) {
    remember(service, call.id, asked, std::move(answered));
    const std::string done = event("done", {{"conversation_id", call.id}});
    LR_CO_TRY_VOID(co_await call.exchange.write(done));
  }
  LR_CO_TRY_VOID(co_await call.exchange.end());
  co_return Answer{};
}

}  // namespace lr::lab
