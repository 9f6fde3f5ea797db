#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"
#include "contract/values.h"
#include "text/ip.h"

namespace lr::contract {
namespace {

using text::YamlNode;

template <class Range, class Projection>
std::vector<std::string_view> names_of(const Range& range, Projection projection) {
  std::vector<std::string_view> out;
  for (const auto& item : range) out.emplace_back(std::invoke(projection, item));
  return out;
}

/// YAML's plain scalars as JSON: numbers, true, false and null; everything else is a string.
text::json::value json_scalar(const YamlNode& node) {
  const std::string& text = node.scalar;
  if (node.quoted) return text::json::value(text);
  if (text == "true" || text == "false") return text::json::value(text == "true");
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  const bool number = text.find_first_not_of("0123456789.+-eE") == std::string::npos;
  if (number) {
    if (auto parsed = text::parse_json(text)) return std::move(*parsed);
  }
  return text::json::value(text);
}

text::json::value json_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return nullptr;
    case YamlNode::Kind::kScalar:
      return json_scalar(node);
    case YamlNode::Kind::kSequence: {
      text::json::array out;
      for (const YamlNode& item : node.items) out.push_back(json_of(item));
      return out;
    }
    case YamlNode::Kind::kMap:
      break;
  }
  text::json::object out;
  for (const text::YamlEntry& entry : node.entries) out[entry.key] = json_of(entry.value);
  return out;
}

}  // namespace

NameSet read_roles(const Contract& contract, const Reader& list) {
  NameSet set = 0;
  for (const Reader& item : list.items()) {
    const std::string name = item.text();
    if (const auto index = contract.find_role(name)) {
      set |= NameSet{1} << *index;
    } else {
      item.error(unknown_name("role", name, names_of(contract.roles, &Role::name)));
    }
  }
  return set;
}

NameSet read_closed_roles(const Contract& contract, const Reader& list) {
  const NameSet written = read_roles(contract, list);
  NameSet closed = 0;
  for (std::size_t i = 0; i < contract.roles.size(); ++i) {
    if ((written >> i & 1) != 0) closed |= contract.roles[i].includes;
  }
  return closed;
}

NameSet read_scopes(const Contract& contract, const Reader& list) {
  NameSet set = 0;
  for (const Reader& item : list.items()) {
    const std::string name = item.text();
    if (const auto index = contract.find_scope(name)) {
      set |= NameSet{1} << *index;
    } else {
      item.error(unknown_name("scope", name, names_of(contract.scopes, std::identity{})));
    }
  }
  return set;
}

std::optional<ObjectIndex> read_object(const Contract& contract, const Reader& name) {
  if (!name.is_scalar()) return std::nullopt;
  const auto index = contract.find_object(name.text());
  if (!index) {
    name.error(unknown_name("object", name.text(), names_of(contract.objects, &Object::name)));
  }
  return index;
}

std::string in_folder(const Loading& loading, const std::string& path) {
  return (loading.folder / path).lexically_normal().string();
}

std::optional<SecretRef> read_reference(const Loading& loading, const Reader& value) {
  if (!value.is_scalar()) return std::nullopt;
  auto reference = parse_secret_ref(value.text());
  if (!reference) return std::nullopt;
  reference->at = value.mark();
  if (reference->kind == SecretRef::Kind::kFile) {
    reference->name = in_folder(loading, reference->name);
  }
  return reference;
}

Timeouts read_timeouts(const Reader& section, const Timeouts& fallback) {
  const auto positive = [&](std::string_view key, milliseconds value) {
    const Reader reader = section.at(key);
    const milliseconds given = reader.duration(value);
    if (given.count() == 0) reader.error("must be longer than 0");
    return given;
  };
  Timeouts out;
  out.connect = positive("connect", fallback.connect);
  out.first_byte = positive("first_byte", fallback.first_byte);
  out.idle = positive("idle", fallback.idle);
  out.total = positive("total", fallback.total);
  if (section && out.total < out.first_byte) {
    section.error("total is shorter than first_byte, so first_byte can never be reached");
  }
  return out;
}

std::optional<text::Url> read_base_url(const Reader& value) {
  if (!value.is_scalar()) return std::nullopt;
  auto url = text::parse_url(value.text());
  if (!url) {
    value.error(fmt::format("{} is not an http or https URL: {}", in_quotes(value.text()),
                            url.error().detail()));
    return std::nullopt;
  }
  if (url->target != "/") {
    value.error(fmt::format("must be without a path: write {}", in_quotes(url->origin())));
  }
  return std::move(*url);
}

std::string read_json_body(const Reader& value) {
  if (!value) return {};
  if (value.is_scalar() && value.node()->quoted) return value.text();
  const text::json::value body = json_of(*value.node());
  return text::canonical_json(body);
}

bool is_loopback_host(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const auto ip = text::parse_ip(host);
  return ip && ip->is_loopback();
}

}  // namespace lr::contract
