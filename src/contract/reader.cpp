#include "contract/reader.h"

#include <algorithm>

#include "contract/values.h"

namespace lr::contract {

Reader::Reader(const text::YamlNode* node, const Shape& shape, std::string path, Problems& problems)
    : node_(node), shape_(&shape), path_(std::move(path)), problems_(&problems) {
  if (node == nullptr) return;
  const Shape* fit = fitting_shape(shape, *node);
  if (fit == nullptr) {
    node_ = nullptr;
  } else {
    shape_ = fit;
  }
}

Reader Reader::at(std::string_view key) const {
  std::span<const Key> keys = shape_->keys;
  if (shape_->kind == Shape::Kind::kChoice) {  // absent: any option that is a map knows its keys
    const auto map = std::ranges::find(shape_->options, Shape::Kind::kMap, &Shape::kind);
    LR_CHECK(map != shape_->options.end());
    keys = (*map)->keys;
  }
  const auto known = std::ranges::find(keys, key, &Key::name);
  LR_CHECK(known != keys.end());
  const text::YamlNode* child = is_map() ? node_->find(key) : nullptr;
  return {child, *known->shape, path_of(path_, key), *problems_};
}

std::vector<Reader> Reader::items() const {
  std::vector<Reader> out;
  if (node_ == nullptr) return out;
  if (node_->is_scalar()) {
    out.push_back(*this);
    return out;
  }
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    Reader element = item(i);
    if (element) out.push_back(std::move(element));
  }
  return out;
}

Reader Reader::item(std::size_t index) const {
  return {&node_->items[index], *shape_->item, path_of(path_, index), *problems_};
}

std::vector<Reader::Entry> Reader::entries() const {
  std::vector<Entry> out;
  if (!is_map()) return out;
  for (const text::YamlEntry& entry : node_->entries) {
    Reader value(&entry.value, *shape_->item, path_of(path_, entry.key), *problems_);
    out.push_back({entry.key, entry.mark, std::move(value)});
  }
  return out;
}

std::string Reader::text(std::string_view fallback) const {
  return is_scalar() ? node_->scalar : std::string(fallback);
}

std::optional<std::string> Reader::optional_text() const {
  return is_scalar() ? std::optional(node_->scalar) : std::nullopt;
}

bool Reader::flag(bool fallback) const {
  if (!is_scalar()) return fallback;
  return fallback ? node_->scalar != "false" : node_->scalar == "true";
}

std::uint64_t Reader::count(std::uint64_t fallback) const {
  return is_scalar() ? parse_count(node_->scalar).value_or(fallback) : fallback;
}

std::size_t Reader::size(std::size_t fallback) const {
  return is_scalar() ? parse_size(node_->scalar).value_or(fallback) : fallback;
}

milliseconds Reader::duration(milliseconds fallback) const {
  return is_scalar() ? parse_duration(node_->scalar).value_or(fallback) : fallback;
}

seconds Reader::whole_seconds(seconds fallback) const {
  const milliseconds exact = duration(fallback);
  if (exact % seconds(1) != milliseconds(0)) error("must be a whole number of seconds");
  return std::chrono::duration_cast<seconds>(exact);
}

std::vector<std::string> Reader::texts() const {
  std::vector<std::string> out;
  for (const Reader& item : items()) out.push_back(item.text());
  return out;
}

void Reader::error(std::string message) const {
  problems_->error(mark(), path_, std::move(message));
}

void Reader::warning(std::string message) const {
  problems_->warning(mark(), path_, std::move(message));
}

}  // namespace lr::contract
