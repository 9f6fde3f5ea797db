#include "probe/instance.h"

#include <algorithm>
#include <cmath>

#include "text/json_schema.h"

namespace lr::probe {
namespace {

namespace json = text::json;

constexpr int kDepthMax = 12;

const json::value* keyword(const json::value& schema, std::string_view name) {
  return schema.is_object() ? schema.get_object().if_contains(name) : nullptr;
}

std::int64_t whole(const json::value* number, std::int64_t fallback) {
  if (number == nullptr || !number->is_number()) return fallback;
  return static_cast<std::int64_t>(number->to_number<double>());
}

/// A string for the simple patterns that ids and slugs use; "" when the pattern is beyond that.
std::string from_pattern(std::string_view pattern, std::size_t length) {
  struct Known {
    std::string_view part;
    std::string_view sample;
  };
  static constexpr Known kSamples[] = {
      {"[0-9a-f]{8}-", "3f2b8c1e-5d6a-4b7c-8d9e-0a1b2c3d4e5f"},
      {"@", "audit@example.invalid"},
      {"\\d{4}-\\d{2}-\\d{2}", "2026-01-31"},
  };
  for (const Known& known : kSamples) {
    if (pattern.find(known.part) != std::string_view::npos) return std::string(known.sample);
  }
  const bool digits = pattern.find("\\d") != std::string_view::npos ||
                      (pattern.find("[0-9]") != std::string_view::npos);
  return std::string(std::max<std::size_t>(length, 1), digits ? '1' : 'a');
}

std::string from_format(std::string_view format) {
  if (format == "email") return "audit@example.invalid";
  if (format == "uuid") return "3f2b8c1e-5d6a-4b7c-8d9e-0a1b2c3d4e5f";
  if (format == "date") return "2026-01-31";
  if (format == "date-time") return "2026-01-31T10:42:07Z";
  if (format == "uri" || format == "url") return "https://example.invalid/";
  if (format == "ipv4") return "192.0.2.1";
  return "";
}

json::value make_string(const json::value& schema, std::string_view marker) {
  const auto least =
      static_cast<std::size_t>(std::max<std::int64_t>(whole(keyword(schema, "minLength"), 0), 0));
  const auto most = static_cast<std::size_t>(
      std::max<std::int64_t>(whole(keyword(schema, "maxLength"), 1'000'000), 0));
  if (const json::value* format = keyword(schema, "format"); format && format->is_string()) {
    if (std::string text = from_format(format->get_string()); !text.empty()) {
      return json::string(text);
    }
  }
  if (const json::value* pattern = keyword(schema, "pattern"); pattern && pattern->is_string()) {
    return json::string(from_pattern(pattern->get_string(), least));
  }
  std::string text(marker.empty() ? "audit" : marker);
  if (text.size() > most) text.resize(most);
  if (text.size() < least) text.resize(least, 'a');
  return json::string(text);
}

json::value make_number(const json::value& schema, bool integer) {
  double value = 1;
  if (const json::value* least = keyword(schema, "minimum"); least && least->is_number()) {
    value = std::max(value, least->to_number<double>());
  }
  if (const json::value* above = keyword(schema, "exclusiveMinimum"); above && above->is_number()) {
    value = std::max(value, above->to_number<double>() + 1);
  }
  if (const json::value* most = keyword(schema, "maximum"); most && most->is_number()) {
    value = std::min(value, most->to_number<double>());
  }
  if (const json::value* unit = keyword(schema, "multipleOf"); unit && unit->is_number()) {
    const double step = unit->to_number<double>();
    if (step > 0) value = std::ceil(value / step) * step;
  }
  if (integer) return static_cast<std::int64_t>(std::ceil(value));
  return value;
}

std::string_view type_of(const json::value& schema) {
  const json::value* type = keyword(schema, "type");
  if (type != nullptr && type->is_array() && !type->get_array().empty()) {
    type = &type->get_array().front();
  }
  if (type != nullptr && type->is_string()) return type->get_string();
  if (keyword(schema, "properties") != nullptr) return "object";
  if (keyword(schema, "items") != nullptr) return "array";
  return "string";
}

class Generator {
 public:
  Generator(const json::value& root, std::string_view marker) : root_(root), marker_(marker) {}

  json::value make(const json::value& schema, int depth) const {
    if (depth == 0 || !schema.is_object()) return nullptr;
    if (const json::value* given = given_value(schema)) return *given;
    if (const json::value* reference = keyword(schema, "$ref")) return follow(*reference, depth);
    for (const char* choice : {"oneOf", "anyOf"}) {
      const json::value* options = keyword(schema, choice);
      if (options != nullptr && options->is_array() && !options->get_array().empty()) {
        return make(options->get_array().front(), depth - 1);
      }
    }
    const std::string_view type = type_of(schema);
    if (type == "object") return make_object(schema, depth);
    if (type == "array") return make_array(schema, depth);
    if (type == "integer" || type == "number") return make_number(schema, type == "integer");
    if (type == "boolean") return true;
    if (type == "null") return nullptr;
    return make_string(schema, marker_);
  }

 private:
  static const json::value* given_value(const json::value& schema) {
    for (const char* name : {"const", "default"}) {
      if (const json::value* value = keyword(schema, name)) return value;
    }
    for (const char* name : {"examples", "enum"}) {
      const json::value* list = keyword(schema, name);
      if (list != nullptr && list->is_array() && !list->get_array().empty()) {
        return &list->get_array().front();
      }
    }
    return nullptr;
  }

  json::value follow(const json::value& reference, int depth) const {
    if (!reference.is_string()) return nullptr;
    const std::string_view text = reference.get_string();
    if (text.empty() || text.front() != '#') return nullptr;
    const json::value* target = text::resolve_pointer(root_, text.substr(1));
    return target == nullptr ? json::value(nullptr) : make(*target, depth - 1);
  }

  json::value make_object(const json::value& schema, int depth) const {
    json::object out;
    const json::value* required = keyword(schema, "required");
    const json::value* properties = keyword(schema, "properties");
    if (required == nullptr || !required->is_array()) return out;
    for (const json::value& name : required->get_array()) {
      if (!name.is_string()) continue;
      const json::value* member =
          properties == nullptr ? nullptr : keyword(*properties, name.get_string());
      out[name.get_string()] =
          member == nullptr ? json::value(json::string(marker_)) : make(*member, depth - 1);
    }
    return out;
  }

  json::value make_array(const json::value& schema, int depth) const {
    json::array out;
    const json::value* items = keyword(schema, "items");
    const auto least = std::clamp<std::int64_t>(whole(keyword(schema, "minItems"), 0), 0, 100);
    for (std::int64_t i = 0; i < least; ++i) {
      out.push_back(items == nullptr ? json::value(i) : make(*items, depth - 1));
    }
    return out;
  }

  const json::value& root_;
  std::string_view marker_;
};

/// A value of a type that is most likely wrong where `current` stands.
json::value of_another_type(const json::value& current) {
  if (current.is_string()) return json::value(json::array({1, 2}));
  return json::value("not-a-number");
}

}  // namespace

json::value make_instance(const json::value& schema, std::string_view marker) {
  return Generator(schema, marker).make(schema, kDepthMax);
}

bool set_at(json::value& document, std::string_view pointer, json::value value) {
  if (pointer.empty()) {
    document = std::move(value);
    return true;
  }
  const std::size_t cut = pointer.rfind('/');
  if (cut == std::string_view::npos) return false;
  const std::string_view parent_pointer = pointer.substr(0, cut);
  if (text::resolve_pointer(document, parent_pointer) == nullptr &&
      !set_at(document, parent_pointer, json::object())) {
    return false;
  }
  json::value* parent = text::resolve_pointer(document, parent_pointer);
  if (parent == nullptr || !parent->is_object()) return false;
  parent->get_object()[pointer.substr(cut + 1)] = std::move(value);
  return true;
}

std::vector<WrongInstance> make_wrong_instances(const json::value& schema,
                                                const json::value& valid) {
  std::vector<WrongInstance> candidates;
  candidates.push_back({"the body is an array", json::array({valid})});
  if (valid.is_object()) {
    for (const auto& member : valid.get_object()) {
      const std::string name(member.key());
      json::value wrong = valid;
      wrong.get_object()[name] = of_another_type(member.value());
      candidates.push_back({"/" + name + " has the wrong type", std::move(wrong)});
      wrong = valid;
      wrong.get_object()[name] = nullptr;
      candidates.push_back({"/" + name + " is null", std::move(wrong)});
      wrong = valid;
      wrong.get_object().erase(name);
      candidates.push_back({"/" + name + " is missing", std::move(wrong)});
    }
  }
  const auto compiled = text::JsonSchema::compile(schema);
  if (!compiled) return {};
  std::erase_if(candidates, [&](const WrongInstance& candidate) {
    return compiled->validate(candidate.body).has_value();
  });
  return candidates;
}

}  // namespace lr::probe
