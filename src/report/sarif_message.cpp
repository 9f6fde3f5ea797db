#include "report/sarif_message.h"

#include <charconv>
#include <vector>

#include "report/printable.h"

namespace lr::report {
namespace {

namespace json = boost::json;

struct Message {
  std::string_view start;
  std::vector<std::string_view> fields;
  std::string_view body;
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return line;
}

Message split_message(std::string_view text) {
  Message message;
  message.start = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    message.fields.push_back(line);
  }
  message.body = text;
  return message;
}

std::string_view take_word(std::string_view& line) {
  const std::size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  return word;
}

/// "HTTP/1.1" → protocol and version.
bool add_protocol(json::object& out, std::string_view text) {
  if (!text.starts_with("HTTP/")) return false;
  out["protocol"] = "HTTP";
  out["version"] = text.substr(5);
  return true;
}

void add_rest(json::object& out, const Message& message) {
  json::object headers;
  for (std::string_view field : message.fields) {
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    std::string_view value = field.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    headers[field.substr(0, colon)] = value;
  }
  if (!headers.empty()) out["headers"] = std::move(headers);
  if (!message.body.empty()) out["body"] = json::object{{"text", message.body}};
}

bool is_method(std::string_view word) {
  return !word.empty() &&
         word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

json::object as_body(std::string_view text) {
  return json::object{{"body", json::object{{"text", text}}}};
}

}  // namespace

json::object sarif_web_request(std::string_view text) {
  const std::string safe = printable(text);
  const Message message = split_message(safe);
  std::string_view line = message.start;
  const std::string_view method = take_word(line);
  if (!is_method(method) || line.empty()) return as_body(safe);
  json::object out;
  const std::size_t last = line.rfind(' ');
  if (last != std::string_view::npos && add_protocol(out, line.substr(last + 1))) {
    line = line.substr(0, last);
  }
  out["method"] = method;
  out["target"] = line;
  add_rest(out, message);
  return out;
}

json::object sarif_web_response(std::string_view text) {
  const std::string safe = printable(text);
  const Message message = split_message(safe);
  std::string_view line = message.start;
  json::object out;
  if (line.starts_with("HTTP/")) add_protocol(out, take_word(line));
  const std::string_view status = take_word(line);
  int code = 0;
  const auto parsed = std::from_chars(status.data(), status.data() + status.size(), code);
  if (status.empty() || parsed.ec != std::errc{} || parsed.ptr != status.data() + status.size()) {
    return as_body(safe);
  }
  out["statusCode"] = code;
  out["reasonPhrase"] = line;
  add_rest(out, message);
  return out;
}

}  // namespace lr::report
