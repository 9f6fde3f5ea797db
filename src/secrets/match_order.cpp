#include "secrets/match_order.h"

#include <algorithm>
#include <tuple>

namespace lr::secrets {
namespace {

/// So often what is out of order is split again.
constexpr int kLevels = 8;

bool is_before(const Match& a, const Match& b) {
  return std::tuple(a.all.begin, a.rule, a.secret.begin) <
         std::tuple(b.all.begin, b.rule, b.secret.begin);
}

void put_in_order(std::vector<Match>& matches, int levels) {
  if (std::ranges::is_sorted(matches, is_before)) return;
  if (levels == 0) {
    std::ranges::sort(matches, is_before);
    return;
  }
  std::vector<Match> aside;
  std::size_t kept = 0;
  for (const Match& match : matches) {
    if (kept > 0 && is_before(match, matches[kept - 1])) {
      aside.push_back(match);
    } else {
      matches[kept++] = match;
    }
  }
  put_in_order(aside, levels - 1);
  // From behind, where there is room.
  for (std::size_t to = matches.size(); !aside.empty();) {
    if (kept > 0 && is_before(aside.back(), matches[kept - 1])) {
      matches[--to] = matches[--kept];
    } else {
      matches[--to] = aside.back();
      aside.pop_back();
    }
  }
}

}  // namespace

void put_in_order(std::vector<Match>& matches) { put_in_order(matches, kLevels); }

}  // namespace lr::secrets
