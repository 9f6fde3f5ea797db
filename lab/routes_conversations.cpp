// Conversations and what was said in them.
#include "lab/routes.h"

namespace lr::lab {
namespace {

json::object summary(const Conversation& conversation) {
  return {{"id", conversation.id},
          {"title", conversation.title},
          {"messages", conversation.messages.size()}};
}

json::array messages_json(const Conversation& conversation) {
  json::array out;
  for (const Message& message : conversation.messages) {
    out.push_back(json::object{{"role", message.role}, {"text", message.text}});
  }
  return out;
}

/// The conversation of the path. `open_to_all` is the defect's doing.
Result<Conversation*> find_conversation(Service& service, const Call& call, bool open_to_all) {
  const auto found = service.world.conversations.find(call.id);
  if (found == service.world.conversations.end()) {
    return fail(Code::kNotFound, "no such conversation", Origin::kClient);
  }
  if (!open_to_all) LR_TRY_VOID(require_owner(service, call, found->second.owner));
  return &found->second;
}

}  // namespace

Result<Answer> list_conversations(Service& service, Call& call) {
  const bool all = service.flaws.on(Flaw::kListAllConversations);
  json::array items;
  for (const auto& [id, conversation] : service.world.conversations) {
    if (all || conversation.owner == call.caller.owner) items.push_back(summary(conversation));
  }
  return json_answer(200, json::object{{"conversations", std::move(items)}});
}

Result<Answer> create_conversation(Service& service, Call& call) {
  if (service.world.full()) return fail(Code::kUnavailable, "the lab is full");
  const Conversation& made = service.world.add_conversation(
      call.caller.owner, std::string(call.body.at("title").get_string()));
  return json_answer(201, summary(made));
}

Result<Answer> show_conversation(Service& service, Call& call) {
  const bool open = service.flaws.on(Flaw::kConversationReadUnowned);
  LR_TRY(const Conversation* conversation, find_conversation(service, call, open));
  json::object out = summary(*conversation);
  out["messages"] = messages_json(*conversation);
  return json_answer(200, out);
}

Result<Answer> rename_conversation(Service& service, Call& call) {
  LR_TRY(Conversation * conversation, find_conversation(service, call, false));
  conversation->title = std::string(call.body.at("title").get_string());
  return json_answer(200, summary(*conversation));
}

Result<Answer> delete_conversation(Service& service, Call& call) {
  const bool open = service.flaws.on(Flaw::kConversationDeleteUnowned);
  LR_TRY(const Conversation* conversation, find_conversation(service, call, open));
  service.world.conversations.erase(conversation->id);
  return Answer{204, "application/json", ""};
}

Result<Answer> list_messages(Service& service, Call& call) {
  LR_TRY(const Conversation* conversation, find_conversation(service, call, false));
  return json_answer(200, json::object{{"messages", messages_json(*conversation)}});
}

Result<Answer> show_history(Service& service, Call& call) {
  json::array entries;
  for (const auto& [id, conversation] : service.world.conversations) {
    if (conversation.owner != call.caller.owner) continue;
    for (const Message& message : conversation.messages) {
      entries.push_back(
          json::object{{"conversation_id", id}, {"role", message.role}, {"text", message.text}});
    }
  }
  return json_answer(
      200, json::object{{"user", call.caller.owner.user}, {"entries", std::move(entries)}});
}

}  // namespace lr::lab
