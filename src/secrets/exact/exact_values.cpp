#include "secrets/exact/exact_values.h"

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>

#include "secrets/exact/searchable.h"

namespace lr::secrets {
namespace {

/// Forms of similar length share an index: the longer its shortest form, the fewer looks.
struct LengthClass {
  std::size_t bytes_min;
  unsigned gram_bytes;
  unsigned stride_max;
};
constexpr LengthClass kClasses[] = {{kExactBytesMin, 6, 6}, {12, 8, 17}, {48, kWideBytes, 25}};
/// A piece that stays in the first-level cache while every index looks at it.
constexpr std::size_t kBlock = 16 * 1024;
constexpr std::size_t kPrefix = 4;
constexpr std::size_t kPrefixBitsPerForm = 64;

std::uint64_t prefix_hash(std::string_view bytes, unsigned shift) {
  std::uint32_t first = 0;
  std::memcpy(&first, bytes.data(), kPrefix);
  return (first * 0x9e3779b97f4a7c15u) >> shift;
}

std::size_t needed_bytes(const EncodedForm& form) {
  return form.bytes.size() + (form.before.needed() ? 1 : 0) + (form.after.needed() ? 1 : 0);
}

auto by_place(const ExactMatch& match) {
  return std::tuple(match.begin, match.end, match.value, match.encoding);
}

}  // namespace

ExactValues ExactValues::build(std::span<const NamedSecret> secrets, Texts texts) {
  ExactValues out;
  for (const NamedSecret& secret : secrets) {
    const auto index = static_cast<std::uint32_t>(out.names_.size());
    out.names_.push_back(secret.name);
    const auto searchable = check_searchable(secret.value.expose());
    if (!searchable) out.refused_.push_back({index, searchable.error().detail()});
  }
  out.store(secrets);
  out.index(texts);
  out.index_prefixes();
  return out;
}

void ExactValues::store(std::span<const NamedSecret> secrets) {
  std::vector<bool> refused(secrets.size());
  for (const Refused& one : refused_) refused[one.value] = true;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    if (!refused[i]) longest = std::max(longest, secrets[i].value.expose().size());
  }
  if (longest == 0) return;
  WipedBuffer scratch(forms_bytes_max(longest));
  const auto each_form = [&](auto take) {
    for (std::size_t i = 0; i < secrets.size(); ++i) {
      if (refused[i]) continue;
      write_forms(secrets[i].value.expose(), scratch,
                  [&](const EncodedForm& form) { take(static_cast<std::uint32_t>(i), form); });
      scratch.truncate(0);
    }
  };
  std::size_t bytes = 0;
  each_form([&](std::uint32_t, const EncodedForm& form) { bytes += form.bytes.size(); });
  arena_ = WipedBuffer(bytes);
  each_form([&](std::uint32_t value, EncodedForm form) {
    const std::size_t begin = arena_.size();
    arena_.append(form.bytes);
    form.bytes = arena_.view().substr(begin);
    reach_ = std::max(reach_, needed_bytes(form));
    forms_.push_back({value, form});
  });
  std::ranges::sort(forms_, {}, [](const StoredForm& stored) {
    return std::tuple(stored.form.bytes, stored.value, stored.form.encoding);
  });
}

void ExactValues::index(Texts searched) {
  std::array<std::vector<GramIndex::Text>, std::size(kClasses)> texts;
  std::array<std::size_t, std::size(kClasses)> shortest;
  shortest.fill(kExactBytesMax);
  for (std::uint32_t id = 0; id < forms_.size(); ++id) {
    const std::string_view bytes = forms_[id].form.bytes;
    std::size_t i = std::size(kClasses) - 1;
    while (kClasses[i].bytes_min > bytes.size()) --i;
    texts[i].push_back({id, bytes});
    shortest[i] = std::min(shortest[i], bytes.size());
  }
  indexes_.reserve(std::size(kClasses));
  for (std::size_t i = 0; i < std::size(kClasses); ++i) {
    if (texts[i].empty()) continue;
    const auto [bytes_min, gram_bytes, stride_max] = kClasses[i];
    const unsigned most = searched == Texts::kLong ? stride_max : 1;
    const auto stride = static_cast<unsigned>(shortest[i]) - gram_bytes + 1;
    indexes_.emplace_back(GramShape{gram_bytes, std::min(stride, most)}, texts[i]);
  }
}

void ExactValues::index_prefixes() {
  first_bytes_.assign(256, false);
  const std::size_t bits =
      std::bit_ceil(std::max<std::size_t>(1, forms_.size())) * kPrefixBitsPerForm;
  prefixes_.assign(bits / 64, 0);
  prefix_shift_ = 64 - static_cast<unsigned>(std::countr_zero(bits));
  for (const StoredForm& stored : forms_) {
    first_bytes_[static_cast<unsigned char>(stored.form.bytes[0])] = true;
    const std::uint64_t hash = prefix_hash(stored.form.bytes, prefix_shift_);
    prefixes_[hash / 64] |= std::uint64_t{1} << (hash % 64);
  }
}

void ExactValues::match(std::string_view bytes, std::vector<FormMatch>& out) const {
  const auto compare = [&](std::uint32_t id, std::ptrdiff_t at) {
    const EncodedForm& form = forms_[id].form;
    if (at < 0 || static_cast<std::size_t>(at) + form.bytes.size() > bytes.size()) return;
    const auto core = static_cast<std::size_t>(at);
    if (bytes.substr(core, form.bytes.size()) != form.bytes) return;
    FormMatch match{.form = id, .core = core, .begin = core, .end = core + form.bytes.size()};
    if (form.before.needed() && core > 0) {
      if (!form.before.accepts(bytes[core - 1])) return;
      --match.begin;
    }
    if (form.after.needed()) {
      match.open = match.end == bytes.size();
      if (!match.open && !form.after.accepts(bytes[match.end])) return;
      ++match.end;
    }
    out.push_back(match);
  };
  for (const GramIndex& index : indexes_) index.scan(bytes, compare);
}

template <class Take>
void ExactValues::each_match(std::string_view bytes, Take take) const {
  std::vector<FormMatch> matches;
  // Blocks overlap by what the longest form needs, and a byte in front for its edge.
  for (std::size_t from = 0; from < bytes.size(); from += kBlock) {
    const std::size_t front = from == 0 ? 0 : 1;
    matches.clear();
    match(bytes.substr(from - front, front + kBlock + reach_), matches);
    for (FormMatch& found : matches) {
      if (found.core < front || found.core >= front + kBlock) continue;
      found.core += from - front;
      found.begin += from - front;
      found.end += from - front;
      take(found);
    }
  }
}

void ExactValues::find(std::string_view bytes, std::vector<ExactMatch>& out) const {
  const std::size_t before = out.size();
  each_match(bytes, [&](const FormMatch& match) { out.push_back(reported(match, 0)); });
  std::ranges::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), {}, by_place);
}

ExactMatch ExactValues::reported(const FormMatch& match, std::uint64_t base) const {
  const StoredForm& stored = forms_[match.form];
  return {stored.value, stored.form.encoding, base + match.begin,
          base + match.end - (match.open ? 1 : 0)};
}

bool ExactValues::could_become_value(std::string_view suffix) const {
  if (suffix.size() >= kPrefix) {
    const std::uint64_t hash = prefix_hash(suffix, prefix_shift_);
    if ((prefixes_[hash / 64] >> (hash % 64) & 1) == 0) return false;
  } else if (suffix.empty() || !first_bytes_[static_cast<unsigned char>(suffix[0])]) {
    return false;
  }
  auto form = std::ranges::lower_bound(forms_, suffix, {},
                                       [](const StoredForm& stored) { return stored.form.bytes; });
  for (; form != forms_.end() && form->form.bytes.starts_with(suffix); ++form) {
    if (form->form.bytes.size() > suffix.size() || form->form.after.needed()) return true;
  }
  return false;
}

ExactStream::ExactStream(const ExactValues& values) : values_(values), tail_(2 * values.reach()) {}

void ExactStream::feed(std::string_view chunk, std::vector<ExactMatch>& out) {
  const std::size_t reach = values_.reach();
  if (reach == 0) return;
  const std::size_t before = out.size();
  const std::size_t old = tail_.size();
  const bool long_chunk = chunk.size() > reach;
  tail_.append(chunk.substr(0, reach));
  matches_.clear();
  values_.match(tail_.view(), matches_);
  for (const ExactValues::FormMatch& match : matches_) {
    // Of a long chunk only what begins before it: the rest is found in place below.
    const bool ours = match.end > old && !match.open && (match.core <= old || !long_chunk);
    if (ours) out.push_back(values_.reported(match, total_ - old));
  }
  tail_.truncate(old);
  if (long_chunk) {
    values_.each_match(chunk, [&](const ExactValues::FormMatch& match) {
      if (match.core > 0 && !match.open) out.push_back(values_.reported(match, total_));
    });
  }
  std::ranges::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), {}, by_place);
  remember(chunk);
}

void ExactStream::remember(std::string_view chunk) {
  total_ += chunk.size();
  const std::size_t keep = values_.reach();
  if (chunk.size() >= keep) {
    tail_.truncate(0);
    tail_.append(chunk.substr(chunk.size() - keep));
    return;
  }
  const std::size_t all = tail_.size() + chunk.size();
  if (all > keep) tail_.drop_front(all - keep);
  tail_.append(chunk);
}

void ExactStream::finish(std::vector<ExactMatch>& out) {
  matches_.clear();
  values_.match(tail_.view(), matches_);
  for (const ExactValues::FormMatch& match : matches_) {
    if (match.open) out.push_back(values_.reported(match, total_ - tail_.size()));
  }
  tail_.truncate(0);
  total_ = 0;
}

}  // namespace lr::secrets
