// Uploaded files.
#include <boost/json/serialize.hpp>

#include "crypto/digest.h"
#include "lab/routes.h"

namespace lr::lab {
namespace {

json::object summary(const File& file) {
  return {{"id", file.id},
          {"name", file.name},
          {"content_type", file.content_type},
          {"size", file.text.size()}};
}

Result<File*> find_file(Service& service, const Call& call, bool open_to_all) {
  const auto found = service.world.files.find(call.id);
  if (found == service.world.files.end()) {
    return fail(Code::kNotFound, "no such file", Origin::kClient);
  }
  if (!open_to_all) LR_TRY_VOID(require_owner(service, call, found->second.owner));
  return &found->second;
}

/// Valid UTF-8, so that it can be shown inside JSON.
bool is_text(std::string_view bytes) {
  return text::parse_json(json::serialize(json::string(bytes))).has_value();
}

std::string text_or(const json::object& body, std::string_view name, std::string_view fallback) {
  const json::value* value = body.if_contains(name);
  return std::string(value == nullptr ? fallback : std::string_view(value->get_string()));
}

}  // namespace

Result<Answer> list_files(Service& service, Call& call) {
  json::array items;
  for (const auto& [id, file] : service.world.files) {
    if (file.owner == call.caller.owner) items.push_back(summary(file));
  }
  return json_answer(200, json::object{{"files", std::move(items)}});
}

Result<Answer> create_file(Service& service, Call& call) {
  if (service.world.full()) return fail(Code::kUnavailable, "the lab is full");
  const json::object& body = call.body.get_object();
  std::string content = text_or(body, "text", "");
  if (text_or(body, "encoding", "utf-8") == "base64") {
    auto decoded = crypto::base64_decode(content);
    if (!decoded) return fail(Code::kUnprocessable, "text is not base64", Origin::kClient);
    content = std::move(*decoded);
  }
  if (!is_text(content)) return fail(Code::kUnprocessable, "not a text file", Origin::kClient);
  const File& made =
      service.world.add_file(call.caller.owner, text_or(body, "name", ""),
                             text_or(body, "content_type", "text/plain"), std::move(content));
  return json_answer(201, summary(made));
}

Result<Answer> show_file(Service& service, Call& call) {
  const bool open = service.flaws.on(Flaw::kFileReadUnowned);
  LR_TRY(const File* file, find_file(service, call, open));
  json::object out = summary(*file);
  out["text"] = file->text;
  return json_answer(200, out);
}

Result<Answer> delete_file(Service& service, Call& call) {
  LR_TRY(const File* file, find_file(service, call, false));
  service.world.files.erase(file->id);
  return Answer{204, "application/json", ""};
}

}  // namespace lr::lab
