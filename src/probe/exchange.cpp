#include "probe/exchange.h"

#include "text/url.h"

namespace lr::probe {

std::string Exchange::content_type() const {
  const auto value = response.headers.get("Content-Type");
  if (!value) return "";
  return text::lower_ascii(text::trim_ows(value->substr(0, value->find(';'))));
}

std::optional<text::json::value> Exchange::json() const {
  if (response.body_cut || response.body.empty()) return std::nullopt;
  auto value = text::parse_json(response.body);
  if (!value) return std::nullopt;
  return std::move(*value);
}

void append_query(std::string& target, std::string_view name, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += text::percent_encode_segment(name);
  target += '=';
  target += text::percent_encode_segment(value);
}

}  // namespace lr::probe
