#include "secrets/git/name_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace lr::secrets::git {

NameTable::NameTable(std::size_t objects_expected) {
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(1024, objects_expected * 2));
  slots_.assign(slots, kNone);
  rows_.reserve(objects_expected);
}

std::uint32_t NameTable::intern(std::string_view name, bool& fresh) {
  const auto known = numbers_.find(name);
  fresh = known == numbers_.end();
  if (!fresh) return known->second;
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.push_back(numbers_.emplace(std::string(name), number).first->first);
  return number;
}

std::size_t NameTable::slot(std::uint64_t prefix) const {
  std::size_t at = prefix & (slots_.size() - 1);
  while (slots_[at] != kNone && rows_[slots_[at]].prefix != prefix) {
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void NameTable::grow() {
  slots_.assign(slots_.size() * 2, kNone);
  for (Row row = 0; row < rows_.size(); ++row) slots_[slot(rows_[row].prefix)] = row;
}

NameTable::Row NameTable::row_of(std::uint64_t prefix) {
  std::size_t at = slot(prefix);
  if (slots_[at] != kNone) return slots_[at];
  if (rows_.size() == kRows) return kNone;
  if (rows_.size() * 2 >= slots_.size()) {
    grow();
    at = slot(prefix);
  }
  slots_[at] = static_cast<Row>(rows_.size());
  rows_.push_back({prefix, kNone, kNone});
  return slots_[at];
}

void NameTable::call(const ObjectId& id, Row parent, std::uint32_t name) {
  call_row(row(id), parent, name);
}

void NameTable::call_row(Row row, Row parent, std::uint32_t name) {
  if (row == kNone || rows_[row].name != kNone) return;
  rows_[row].parent = parent;
  rows_[row].name = name;
}

std::vector<bool> NameTable::absorb(const NameTable& part) {
  std::vector<bool> fresh_names(part.names_.size());
  std::vector<std::uint32_t> names(part.names_.size());
  for (std::uint32_t i = 0; i < part.names(); ++i) {
    bool fresh = false;
    names[i] = intern(part.names_[i], fresh);
    fresh_names[i] = fresh;
  }
  std::vector<Row> rows(part.rows_.size());
  for (Row i = 0; i < part.rows_.size(); ++i) rows[i] = row_of(part.rows_[i].prefix);
  for (Row i = 0; i < part.rows_.size(); ++i) {
    const Entry& entry = part.rows_[i];
    if (entry.name == kNone) continue;
    call_row(rows[i], entry.parent == kNone ? kNone : rows[entry.parent], names[entry.name]);
  }
  return fresh_names;
}

std::string NameTable::path_of(Row row) const {
  std::vector<std::string_view> parts;
  for (int depth = 0; depth < kDepth && row != kNone && rows_[row].name != kNone; ++depth) {
    parts.push_back(names_[rows_[row].name]);
    row = rows_[row].parent;
  }
  std::string path;
  for (std::size_t i = parts.size(); i-- > 0;) {
    path.append(parts[i]);
    if (i > 0) path.push_back('/');
  }
  return path;
}

std::string NameTable::path(const ObjectId& id) const {
  const std::size_t at = slot(id.prefix());
  return slots_[at] == kNone ? std::string{} : path_of(slots_[at]);
}

void NameTable::each(
    const std::function<void(const std::array<std::uint8_t, 8>&, Row)>& visit) const {
  for (Row row = 0; row < rows_.size(); ++row) {
    visit(std::bit_cast<std::array<std::uint8_t, 8>>(rows_[row].prefix), row);
  }
}

}  // namespace lr::secrets::git
