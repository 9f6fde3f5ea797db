#include "guard/rate_limiter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guard/snapshot.h"
#include "text/json.h"

namespace lr::guard {
namespace {

using contract::LimitKey;
using KeyBuffer = fmt::basic_memory_buffer<char, 256>;

LimitStage stage_of(LimitKey key) {
  switch (key) {
    case LimitKey::kIp:
      return LimitStage::kClient;
    case LimitKey::kUser:
    case LimitKey::kToken:
    case LimitKey::kRoute:
      return LimitStage::kCaller;
    case LimitKey::kConversation:
    case LimitKey::kAccount:
      return LimitStage::kObject;
  }
  return LimitStage::kClient;
}

void append(KeyBuffer& key, std::string_view text) {
  key.append(text.data(), text.data() + text.size());
}

/// One character that frameworks take off the ends of a name: white space in the sense of Unicode,
/// controls, the zero width space and the byte order mark.
bool is_blank(std::string_view c) {
  constexpr auto kBlanks = std::to_array<std::string_view>(
      {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
       "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf"});
  if (c.size() == 1) return static_cast<unsigned char>(c[0]) <= 0x20 || c[0] == 0x7f;
  const bool general = c.starts_with("\xe2\x80") && c.back() >= '\x80' && c.back() <= '\x8b';
  return (general && c.size() == 3) || std::ranges::find(kBlanks, c) != kBlanks.end();
}

std::string_view trim_account(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(3, text.size());) {
    const bool front = is_blank(text.substr(0, size));
    const bool back = !front && is_blank(text.substr(text.size() - size));
    if (front) text.remove_prefix(size);
    if (back) text.remove_suffix(size);
    size = front || back ? 1 : size + 1;
  }
  return text;
}

bool append_account(const CompiledRule& rule, const Exchange& exchange, KeyBuffer& key) {
  if (!exchange.document) return false;
  const auto* value = text::resolve_pointer(*exchange.document, rule.account);
  if (value == nullptr) return false;
  const auto account = text::scalar_text(*value);
  if (!account) return false;
  // Case and outer spaces do not make another account.
  append(key, text::lower_ascii(trim_account(*account)));
  return true;
}

/// An account that the application may read from the body and we cannot count: in a list, in an
/// object, under the same name in other letters.
bool hides_account(const CompiledRule& rule, const Exchange& exchange) {
  if (!exchange.document) return false;
  if (text::has_rival_member(*exchange.document, rule.account)) return true;
  const auto* value = text::resolve_pointer(*exchange.document, rule.account);
  return value != nullptr && !value->is_null() && !text::scalar_text(*value);
}

/// The conversation is the object of that name, or the first object that the request names.
bool append_conversation(const Services& services, const Exchange& exchange, KeyBuffer& key) {
  if (exchange.objects.empty()) return false;
  const NamedObject* chosen = &exchange.objects.front();
  for (const NamedObject& named : exchange.objects) {
    if (services.contract.objects[named.object].name == "conversation") {
      chosen = &named;
      break;
    }
  }
  append(key, chosen->id);
  return true;
}

/// False when the request has nothing to count by.
bool append_key(const Services& services, const CompiledRule& rule, const Exchange& exchange,
                KeyBuffer& key) {
  switch (rule.key) {
    case LimitKey::kIp: {
      const text::IpAddress address = exchange.client.limit_key();
      append(key, {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
      return true;
    }
    case LimitKey::kUser:
      if (exchange.caller == nullptr) return false;
      append(key, exchange.caller->limit_key);
      return true;
    case LimitKey::kToken:
      if (exchange.caller == nullptr) return false;
      append(key, exchange.caller->identity.token_digest);
      return true;
    case LimitKey::kRoute:
      append(key, exchange.route->path);
      return true;
    case LimitKey::kConversation:
      return append_conversation(services, exchange, key);
    case LimitKey::kAccount:
      return append_account(rule, exchange, key);
  }
  return false;
}

struct Step {
  const contract::Rate* rate;
  decide::RateTime now;
  decide::RateVerdict verdict;
};

decide::RateVerdict count(const Services& services, const CompiledRule& rule, const KeyBuffer& key,
                          MonoTime at) {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch());
  Step step{.rate = &rule.rate, .now = now.count(), .verdict = {}};
  services.rates.update({key.data(), key.size()}, [&step](std::int64_t stored) -> std::int64_t {
    step.verdict = decide::decide_rate(*step.rate, stored, step.now);
    return step.verdict.allowed ? step.verdict.next : -1;
  });
  return step.verdict;
}

Verdict apply_rule(const Services& services, const CompiledRule& rule, const contract::Limit& limit,
                   Exchange& exchange) {
  KeyBuffer key;
  append(key, rule.key_prefix);
  if (rule.key == LimitKey::kAccount && hides_account(rule, exchange)) {
    return Verdict::reject(Code::kUnprocessable, "bad_account", limit.at);
  }
  if (!append_key(services, rule, exchange, key)) return Verdict::pass();
  const decide::RateVerdict verdict = count(services, rule, key, exchange.now);
  exchange.rates.push_back({.policy = rule.policy, .name = rule.name, .verdict = verdict});
  if (verdict.allowed) return Verdict::pass();
  exchange.retry_after =
      std::chrono::ceil<seconds>(std::chrono::microseconds(verdict.retry_after_us));
  return Verdict::reject(Code::kResourceExhausted, "rate_limited", limit.at);
}

bool bears_credential(const Services& services, const Exchange& exchange) {
  if (exchange.head->fields.get("Authorization")) return true;
  return services.contract.api_keys &&
         exchange.head->fields.get(services.contract.api_keys->header).has_value();
}

}  // namespace

Verdict apply_limits(const Services& services, Exchange& exchange, LimitStage stage) {
  if (exchange.route == nullptr) return Verdict::pass();
  for (const contract::LimitIndex index : exchange.route->limits) {
    for (const CompiledRule& rule : services.snapshot.limits[index]) {
      if (stage_of(rule.key) != stage) continue;
      if (rule.unauthenticated_only) {
        // Before verification a credential gets the benefit of the doubt; a refused one is
        // charged by charge_refused_credential(). On a public route nobody will ever look at it.
        const bool unheard = exchange.is_public() || !bears_credential(services, exchange);
        const bool anonymous = stage == LimitStage::kClient ? unheard : exchange.caller == nullptr;
        if (!anonymous) continue;
      }
      const Verdict verdict = apply_rule(services, rule, services.contract.limits[index], exchange);
      if (!verdict.passed()) return verdict;
    }
  }
  return Verdict::pass();
}

Verdict charge_refused_credential(const Services& services, Exchange& exchange, Verdict refusal) {
  if (exchange.route == nullptr || !bears_credential(services, exchange)) return refusal;
  for (const contract::LimitIndex index : exchange.route->limits) {
    for (const CompiledRule& rule : services.snapshot.limits[index]) {
      if (!rule.unauthenticated_only || rule.key != LimitKey::kIp) continue;
      const Verdict verdict = apply_rule(services, rule, services.contract.limits[index], exchange);
      if (!verdict.passed()) return verdict;
    }
  }
  return refusal;
}

}  // namespace lr::guard
