// The product's own secrets, searched for by value: no pattern, no guess. Each value is known in
// every shape of encoding.h, so that what is found is the value itself and nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "secrets/exact/encoding.h"
#include "secrets/exact/gram_index.h"
#include "secrets/exact/wiped_buffer.h"

namespace lr::secrets {

struct NamedSecret {
  std::string name;  ///< The contract's name of it: "DB_PASSWORD", "file:keys/db".
  Secret value;
};

struct ExactMatch {
  std::uint32_t value = 0;  ///< Index into what build() was given.
  Encoding encoding = Encoding::kPlain;
  std::uint64_t begin = 0;  ///< First byte that depends on the value.
  std::uint64_t end = 0;    ///< Behind the last one.

  friend bool operator==(const ExactMatch&, const ExactMatch&) = default;
};

/// Immutable after build(); may be shared by threads. Holds the values in WipedBuffer only.
class ExactValues {
 public:
  struct Refused {
    std::uint32_t value = 0;
    std::string reason;  ///< "it has 3 characters; …": see check_searchable().
  };

  /// What is going to be searched. For long texts more is kept of each value, so that fewer of
  /// their bytes have to be looked at; for a few short ones that would take longer than searching
  /// them.
  enum class Texts { kLong, kShort };
  static ExactValues build(std::span<const NamedSecret> secrets, Texts texts = Texts::kLong);

  const std::vector<std::string>& names() const { return names_; }
  /// Values that cannot be searched for without false alarms.
  const std::vector<Refused>& refused() const { return refused_; }
  std::size_t searchable() const { return names_.size() - refused_.size(); }

  /// Every place of every value in `bytes`, sorted by begin, appended to `out`.
  void find(std::string_view bytes, std::vector<ExactMatch>& out) const;

  // ---- for ExactStream and ExactRedactor -------------------------------------------------------

  struct FormMatch {
    std::uint32_t form = 0;
    std::size_t core = 0;   ///< Where the bytes of the form begin, without its edge characters.
    std::size_t begin = 0;  ///< With them.
    std::size_t end = 0;
    bool open = false;  ///< The byte after `bytes` decides: end is behind them.
  };
  /// Bytes that the longest form depends on; 0 when there is nothing to search for.
  std::size_t reach() const { return reach_; }
  /// All matches in `bytes`, in no order, appended.
  void match(std::string_view bytes, std::vector<FormMatch>& out) const;
  ExactMatch reported(const FormMatch& match, std::uint64_t base) const;
  std::string_view name_of(const FormMatch& match) const {
    return names_[forms_[match.form].value];
  }
  /// True when more bytes could turn `suffix` into a value.
  bool could_become_value(std::string_view suffix) const;

 private:
  struct StoredForm {
    std::uint32_t value = 0;
    EncodedForm form;  ///< Its bytes stand in arena_.
  };
  friend class ExactStream;
  /// match() in pieces that stay in the cache.
  template <class Take>
  void each_match(std::string_view bytes, Take take) const;
  void store(std::span<const NamedSecret> secrets);
  void index(Texts texts);
  void index_prefixes();

  std::vector<std::string> names_;
  std::vector<Refused> refused_;
  WipedBuffer arena_;
  std::vector<StoredForm> forms_;  ///< Sorted by bytes.
  std::vector<GramIndex> indexes_;
  unsigned prefix_shift_ = 0;
  std::vector<bool> first_bytes_;        ///< Whether a form begins with this byte.
  std::vector<std::uint64_t> prefixes_;  ///< Bits of the hashed first four bytes of the forms.
  std::size_t reach_ = 0;
};

/// ExactValues::find() over bytes that arrive in pieces. Holds the last reach() bytes.
class ExactStream {
 public:
  /// `values` outlive the stream.
  explicit ExactStream(const ExactValues& values);
  /// Appends what became certain with `chunk`, sorted by begin; offsets count from the first feed.
  void feed(std::string_view chunk, std::vector<ExactMatch>& out);
  /// No more bytes: appends what was waiting for them. The stream can then be used anew.
  void finish(std::vector<ExactMatch>& out);

 private:
  void remember(std::string_view chunk);

  const ExactValues& values_;
  WipedBuffer tail_;
  std::vector<ExactValues::FormMatch> matches_;
  std::uint64_t total_ = 0;
};

}  // namespace lr::secrets
