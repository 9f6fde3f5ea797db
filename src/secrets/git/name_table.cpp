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
  std::size_t size = 0;
  int depth = 0;
  for (Row at = row; depth < kDepth && has_name(at); at = rows_[at].parent, ++depth) {
    size += names_[rows_[at].name].size() + 1;
  }
  if (depth == 0) return {};
  std::string path(size - 1, '/');
  for (; depth > 0; row = rows_[row].parent, --depth) {
    const std::string_view name = names_[rows_[row].name];
    size -= name.size() + 1;
    path.replace(size, name.size(), name);
  }
  return path;
}

std::string NameTable::path(const ObjectId& id) const { return path_of(slots_[slot(id.prefix())]); }

bool NameTable::same_path(const ObjectId& a, const ObjectId& b) const {
  const Row one = slots_[slot(a.prefix())];
  const Row other = slots_[slot(b.prefix())];
  if (has_name(one) && has_name(other) && rows_[one].parent == rows_[other].parent) {
    return rows_[one].name == rows_[other].name;
  }
  return path_of(one) == path_of(other);
}

}  // namespace lr::secrets::git
