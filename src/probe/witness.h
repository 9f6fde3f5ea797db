// Witnesses: what makes an answer a proof. A status code alone proves nothing; a random marker
// that only its owner may see, the shape of a known success, or a changed state does.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/rng.h"
#include "probe/exchange.h"

namespace lr::probe {

inline constexpr std::string_view kMarkerPrefix = "lrcanary";

/// 128 random bits behind a fixed prefix: it cannot appear in an answer by chance.
std::string make_marker(Rng& rng);

/// True when `marker` stands in the body: as it is, behind JSON escapes, or in base64 at any of
/// the three alignments (standard and URL alphabets).
bool shows_marker(std::string_view body, std::string_view marker);

/// What a success looks like: the content type and, for JSON, the names of the members.
struct Shape {
  std::string content_type;
  bool json = false;
  bool empty = false;
  bool empty_list = false;
  std::set<std::string> keys;  ///< Of the object, or of the first element of an array.
};
Shape shape_of(const Exchange& exchange);
/// Same content type, and at least half of the member names of `known` when it is JSON.
bool same_shape(const Shape& known, const Shape& other);

/// The same text but for ids, numbers and times: two pages agree from both ends in seven tenths.
bool same_text(const Exchange& a, const Exchange& b);

/// How the target answers paths that do not exist; learned from random ones. A catch-all that
/// answers 200 for everything is thereby told from a real answer.
class NotFound {
 public:
  void learn(const Exchange& exchange);
  /// Looks like one of the learned answers: same status, same content type, and the same text
  /// after the path, ids and numbers are taken out.
  bool matches(const Exchange& exchange) const;
  bool known() const { return !seen_.empty(); }
  /// True when unknown paths are answered with a success.
  bool catch_all() const { return catch_all_; }

 private:
  struct Print {
    int status = 0;
    std::string content_type;
    std::string text;
    friend auto operator<=>(const Print&, const Print&) = default;
  };
  static Print print_of(const Exchange& exchange);
  std::set<Print> seen_;
  bool catch_all_ = false;
};

/// The text with everything that changes from one answer to the next taken out: the request's
/// path, UUIDs, long hexadecimal words, numbers.
std::string stable_text(std::string_view body, std::string_view path);

}  // namespace lr::probe
