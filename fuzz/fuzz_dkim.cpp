// A message with signatures from a stranger, and a key record from the same stranger: the first
// line of the input is the key record, the rest the message. Nothing may crash, and only what this
// target itself signed may pass under the key that it holds.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/mail/arc.h"
#include "domain/mail/dkim.h"
#include "domain/mail/dkim_key.h"
#include "domain/mail/tag_list.h"
#include "domain/zone.h"
#include "fuzz/reach.h"

namespace lr::domain {
namespace {

enum class State : std::uint8_t { kMessage, kSignature, kKey, kTags };
lr::fuzz::Reach<4> reach({"messages", "signatures", "keys", "tag lists"});

constexpr std::int64_t kNow = 1'767'225'600;
/// Of an Ed25519 key whose private half this target has not.
constexpr std::string_view kHonestKey =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// Answers every question for a key with the same record.
class OneKey final : public Resolver {
 public:
  explicit OneKey(std::string_view record) : record_(record) {}
  Answer query(std::string_view name, RecordType type) override {
    Answer answer{.outcome = Outcome::kAnswer, .records = {}, .aliases = {}, .why = {}};
    answer.records.push_back(
        {.name = std::string(name), .type = type, .ttl = 1, .data = Text{{record_}}});
    return answer;
  }

 private:
  std::string record_;
};

void try_message(std::string_view key, std::string_view text) {
  const auto message = Message::parse(text);
  if (!message) return;
  reach.mark(State::kMessage);
  OneKey strangers(key);
  const auto verdicts = verify_dkim(strangers, *message, kNow);
  lr::fuzz::require(verdicts.size() <= kDkimSignatures, "few signatures are looked at");
  if (!verdicts.empty()) reach.mark(State::kSignature);
  OneKey honest(kHonestKey);
  for (const DkimVerdict& verdict : verify_dkim(honest, *message, kNow)) {
    lr::fuzz::require(verdict.result != DkimResult::kPass, "no signature of a stranger passes");
    lr::fuzz::require(!verdict.why.empty(), "a refusal says why");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  reach.run();
  const std::size_t line = input.find('\n');
  const std::string_view key = input.substr(0, line);
  if (DkimPublicKey::parse(key)) reach.mark(State::kKey);
  if (const auto tags = TagList::parse(key)) {
    reach.mark(State::kTags);
    for (const Tag& tag : tags->tags()) {
      lr::fuzz::require(tag.begin < tag.end && tag.end <= key.size(), "a place in the list");
    }
  }
  try_message(key, line == std::string_view::npos ? input : input.substr(line + 1));
  return 0;
}

}  // namespace lr::domain
