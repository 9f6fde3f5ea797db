#include <array>

#include "contract/sections.h"
#include "contract/values.h"

namespace lr::contract {
namespace {

struct LimitWord {
  std::string_view key;
  LimitKey means;
};

constexpr std::array<LimitWord, 6> kWords = {{{"per_ip", LimitKey::kIp},
                                              {"per_user", LimitKey::kUser},
                                              {"per_token", LimitKey::kToken},
                                              {"per_conversation", LimitKey::kConversation},
                                              {"per_route", LimitKey::kRoute},
                                              {"per_account", LimitKey::kAccount}}};
constexpr std::array<LimitWord, 3> kStrangerWords = {{{"per_ip", LimitKey::kIp},
                                                      {"per_route", LimitKey::kRoute},
                                                      {"per_account", LimitKey::kAccount}}};

void read_rules(const Reader& section, std::span<const LimitWord> words, bool strangers_only,
                Limit& limit) {
  for (const LimitWord& word : words) {
    const Reader value = section.at(word.key);
    if (!value.is_scalar()) continue;
    const auto rate = parse_rate(value.text());
    if (rate) limit.rules.push_back({word.means, *rate, strangers_only});
  }
}

bool has_account_rule(const Limit& limit) {
  for (const LimitRule& rule : limit.rules) {
    if (rule.key == LimitKey::kAccount) return true;
  }
  return false;
}

}  // namespace

void load_limits(Loading& loading, const Reader& section) {
  for (const Reader::Entry& entry : section.entries()) {
    Limit limit;
    limit.name = entry.name;
    limit.at = entry.mark;
    read_rules(entry.value, kWords, false, limit);
    read_rules(entry.value.at("unauthenticated"), kStrangerWords, true, limit);
    const Reader account = entry.value.at("account");
    limit.account = account.text();
    if (entry.value && limit.rules.empty()) {
      entry.value.error("limits nothing: give it a rate such as per_user: 10/min");
    }
    if (has_account_rule(limit) && limit.account.empty()) {
      entry.value.error(
          "per_account needs account: the place in the body that names the account, "
          "such as /email");
    }
    if (!has_account_rule(limit) && account) {
      account.error("is only used by per_account, which is missing");
    }
    loading.contract.limits.push_back(std::move(limit));
  }
}

}  // namespace lr::contract
