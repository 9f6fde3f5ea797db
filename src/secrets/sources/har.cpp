#include "secrets/sources/har.h"

#include <utility>
#include <vector>

#include "crypto/digest.h"
#include "secrets/sources/json_cursor.h"

namespace lr::secrets::sources {
namespace {

/// Deeper values are no HAR's.
constexpr int kDepth = 32;

using Sink = std::function<void(std::string_view, std::string_view)>;

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).push_back('\n');
}

/// Writes every string below the cursor as "name: value" lines, and header-like objects
/// ({"name": "Authorization", "value": "…"}) as the line they stand for.
class Flattener {
 public:
  Flattener(JsonCursor& cursor, std::string& out) : cursor_(cursor), out_(out) {}

  void flatten(std::string_view name, int depth = 0) {
    if (depth > kDepth) {
      too_deep_ = true;
      return;
    }
    const char kind = cursor_.peek();
    if (kind == '{') return flatten_object(depth);
    if (kind == '[') return cursor_.array([&](std::size_t) { flatten(name, depth + 1); });
    if (auto text = cursor_.string()) append_line(out_, name, *text);
  }
  bool too_deep() const { return too_deep_; }

 private:
  void flatten_object(int depth) {
    std::vector<std::pair<std::string, std::string>> strings;
    cursor_.object([&](std::string_view name) {
      if (auto text = cursor_.string()) {
        strings.emplace_back(name, std::move(*text));
      } else {
        flatten(name, depth + 1);
      }
    });
    const std::string* header = nullptr;
    const std::string* value = nullptr;
    for (const auto& [name, text] : strings) {
      if (name == "name") header = &text;
      if (name == "value") value = &text;
    }
    if (header != nullptr && value != nullptr) append_line(out_, *header, *value);
    for (const auto& [name, text] : strings) {
      if (header == nullptr || value == nullptr || (&text != header && &text != value)) {
        append_line(out_, name, text);
      }
    }
  }

  JsonCursor& cursor_;
  std::string& out_;
  bool too_deep_ = false;
};

class HarReader {
 public:
  HarReader(std::string_view text, const Sink& sink) : cursor_(text), sink_(sink) {}

  Result<> read() {
    std::string other;
    cursor_.object([&](std::string_view name) {
      if (name != "log") return flatten(name, other);
      cursor_.object([&](std::string_view member) {
        if (member != "entries") return flatten(member, other);
        cursor_.array([&](std::size_t index) { read_entry(index + 1); });
      });
    });
    emit("other", other);
    if (too_deep_) return fail(Code::kInvalidArgument, "values nested too deep");
    if (!cursor_.ok()) return fail(Code::kInvalidArgument, "the file breaks off or is no JSON");
    return {};
  }

 private:
  void flatten(std::string_view name, std::string& out) {
    Flattener flattener(cursor_, out);
    flattener.flatten(name);
    too_deep_ = too_deep_ || flattener.too_deep();
  }

  void emit(const std::string& name, std::string_view text) {
    if (!text.empty()) sink_(name, text);
  }

  void read_entry(std::size_t number) {
    const std::string entry = "entry " + std::to_string(number) + ": ";
    std::string other;
    cursor_.object([&](std::string_view name) {
      if (name != "request" && name != "response") return flatten(name, other);
      read_message(entry + std::string(name), name == "request" ? "postData" : "content");
    });
    emit(entry + "other", other);
  }

  void read_message(const std::string& name, std::string_view body_member) {
    std::string head;
    cursor_.object([&](std::string_view member) {
      if (member == body_member) {
        read_body(name, head);
      } else {
        flatten(member, head);
      }
    });
    emit(name, head);
  }

  void read_body(const std::string& name, std::string& head) {
    std::optional<std::string> body;
    bool base64 = false;
    cursor_.object([&](std::string_view member) {
      if (member == "text") {
        body = cursor_.string();
      } else if (member == "encoding") {
        base64 = cursor_.string().value_or("") == "base64";
      } else {
        flatten(member, head);
      }
    });
    if (!body) return;
    auto decoded = base64 ? crypto::base64_decode(*body) : std::nullopt;
    emit(name + " body", decoded ? *decoded : *body);
  }

  JsonCursor cursor_;
  const Sink& sink_;
  bool too_deep_ = false;
};

}  // namespace

bool looks_like_har(std::string_view head) {
  constexpr std::string_view kSpace = " \t\r\n";
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto next = [&](char expected) {
    head.remove_prefix(std::min(head.find_first_not_of(kSpace), head.size()));
    if (!head.starts_with(expected)) return false;
    head.remove_prefix(1);
    return true;
  };
  if (!next('{') || !next('"') || !head.starts_with("log\"")) return false;
  head.remove_prefix(4);
  if (!next(':') || !next('{')) return false;
  return head.contains("\"version\"") || head.contains("\"creator\"") ||
         head.contains("\"entries\"");
}

Result<> read_har(std::string_view text, const Sink& document) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return HarReader(text, document).read();
}

}  // namespace lr::secrets::sources
