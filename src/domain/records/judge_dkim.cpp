#include "domain/records/judge_dkim.h"

#include <fmt/format.h>
#include <openssl/x509.h>

#include <algorithm>
#include <map>

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "domain/mail/dkim_key.h"
#include "domain/mail/dkim_signature.h"
#include "domain/mail/tag_list.h"
#include "domain/records/published.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr int kWeakBits = 2048;
constexpr int kMostBits = 4096;
/// A selector that nobody has.
constexpr string_view kUnlikely = "launchready-no-such-selector";

/// "rsa" of "v=DKIM1; k=rsa; p=…"; views into the record.
struct KeyTags {
  std::optional<TagList> tags{};
  string_view of(string_view name) const {
    return tags ? tags->value(name).value_or("") : string_view();
  }
  const Tag* find(string_view name) const { return tags ? tags->find(name) : nullptr; }
};

KeyTags tags_of(string_view record) {
  KeyTags out;
  if (auto parsed = TagList::parse(record)) out.tags = std::move(*parsed);
  return out;
}

/// PEM armour, or base64 of a private key in one of OpenSSL's forms.
bool holds_private_key(string_view record, const KeyTags& tags) {
  if (record.contains("PRIVATE KEY")) return true;
  const auto bytes = crypto::base64_decode(without_folding(tags.of("p")));
  // An Ed25519 seed looks like a public key; a DER structure does not.
  if (!bytes || bytes->size() < 64) return false;
  const crypto::ErrorQueueScope errors;
  const unsigned char* in = crypto::bytes_of(*bytes);
  const crypto::PkeyPtr key(d2i_AutoPrivateKey(nullptr, &in, static_cast<long>(bytes->size())));
  return key != nullptr;
}

struct Selector {
  Inspection& out;
  std::string selector;
  std::string name{};
  std::string record{};

  Found quoting(const Tag* tag = nullptr, string_view corrected = {}) const {
    Found found{.about = name,
                .record = quote_txt(name, record, tag == nullptr ? 0 : tag->begin,
                                    tag == nullptr ? 0 : tag->end)};
    if (!corrected.empty()) found.corrected = txt_line(name, corrected);
    return found;
  }
  /// The record without a tag and the ';' behind it.
  std::string without(const Tag& tag) const {
    std::size_t end = std::min(record.find(';', tag.end), record.size());
    if (end < record.size()) ++end;
    while (end < record.size() && record[end] == ' ') ++end;
    return record.substr(0, tag.begin) + record.substr(end);
  }
};

/// A private key must not be quoted into a report.
Found without_bytes(const Selector& key) {
  return {.about = key.name, .observed = "the record holds a private key (not shown)"};
}

void judge_size(const Selector& key, const DkimPublicKey& parsed) {
  const bool rsa = parsed.type() == DkimKeyType::kRsa;
  const int bits = parsed.bits();
  const auto say = [&](string_view check, bool bad) {
    std::optional<Found> found;
    if (bad) {
      found = key.quoting(tags_of(key.record).find("p"));
      found->observed = fmt::format("an RSA key of {} bits", bits);
    }
    key.out.judge(check, key.name, std::move(found));
  };
  say("short_key", rsa && bits < kRsaBitsMin);
  say("weak_key", rsa && bits >= kRsaBitsMin && bits < kWeakBits);
  say("huge_key", rsa && bits > kMostBits);
}

void judge_tags(const Selector& key, const DkimPublicKey& parsed) {
  const KeyTags tags = tags_of(key.record);
  const auto say = [&](string_view check, string_view tag_name, bool bad) {
    std::optional<Found> found;
    const Tag* tag = tags.find(tag_name);
    if (bad && tag != nullptr) found = key.quoting(tag, key.without(*tag));
    key.out.judge(check, key.name, std::move(found));
  };
  say("testing", "t", parsed.testing());
  say("hash", "h", !parsed.allows_hash("sha256"));
  say("service", "s", !parsed.allows_service("email"));
  say("old_tags", "g", tags.find("g") != nullptr);
}

/// What DkimPublicKey::parse() refuses, by its reason. True when the record is a usable key.
bool judge_readable(const Selector& key, const Result<DkimPublicKey>& parsed) {
  const KeyTags tags = tags_of(key.record);
  const string_view type = tags.of("k");
  const Tag* version = tags.find("v");
  const bool revoked = !parsed && parsed.error().code() == Code::kNotFound;
  const bool wrong_version =
      version != nullptr && (version != &tags.tags->tags().front() || version->value != "DKIM1");
  const bool wrong_type = !type.empty() && type != "rsa" && type != "ed25519";
  const bool quotes = key.record.contains('"');
  const bool broken = !parsed && !revoked && !wrong_version && !wrong_type && !quotes;
  const auto say = [&](string_view check, bool bad, const Tag* tag, std::string corrected) {
    std::optional<Found> found;
    if (bad) found = key.quoting(tag, corrected);
    if (bad && !parsed) found->observed = parsed.error().detail();
    key.out.judge(check, key.name, std::move(found));
  };
  std::string unquoted = key.record;
  std::erase(unquoted, '"');
  std::string versioned;
  if (wrong_version) versioned = "v=DKIM1; " + key.without(*version);
  say("revoked", revoked, tags.find("p"), "");
  say("version", wrong_version, version, versioned);
  say("key_type", wrong_type, tags.find("k"), "");
  say("split_wrong", quotes, nullptr, unquoted);
  say("syntax", broken, nullptr, "");
  return parsed.has_value();
}

/// Is there exactly one TXT record? Fills it in.
bool judge_presence(Selector& key) {
  Inspection& out = key.out;
  const TxtRecords txt = ask_txt(out.resolver(), key.name);
  constexpr string_view kChecks[] = {"selector_missing", "dangling_alias", "several_records",
                                     "alias_conflict"};
  if (txt.failed) {
    for (const string_view check : kChecks) out.unproved(check, key.name, txt.why);
    return false;
  }
  const Answer alias = out.resolver().query(key.name, RecordType::kCname);
  const bool conflict = !alias.records.empty() && !txt.all.empty() && txt.aliases.empty();
  std::optional<Found> found;
  if (conflict) found = Found{.about = key.name, .observed = "a CNAME and a TXT record"};
  out.judge("alias_conflict", key.name, std::move(found));
  if (txt.all.empty()) {
    const bool dangling = !txt.aliases.empty();
    Found missing{.about = key.name,
                  .observed = dangling ? "CNAME to " + txt.aliases.back() + ", which has no TXT"
                                       : "no TXT record",
                  .reproduce = "dig +short " + key.name + " TXT"};
    out.found(dangling ? "dangling_alias" : "selector_missing", std::move(missing));
    out.proved(dangling ? "selector_missing" : "dangling_alias", key.name);
    out.proved("several_records", key.name);
    return false;
  }
  out.proved("selector_missing", key.name);
  out.proved("dangling_alias", key.name);
  found.reset();
  if (txt.all.size() > 1) {
    found = Found{.about = key.name,
                  .observed = fmt::format("{} TXT records", txt.all.size()),
                  .reproduce = "dig +short " + key.name + " TXT"};
  }
  out.judge("several_records", key.name, std::move(found));
  key.record = txt.all.front().joined();
  return txt.all.size() == 1;
}

void judge_wildcard(Inspection& out, const std::string& domain) {
  const std::string name = dkim_key_name(kUnlikely, domain);
  const TxtRecords txt = ask_txt(out.resolver(), name);
  if (txt.failed) return out.unproved("wildcard", domain, txt.why);
  for (const Text& text : txt.all) {
    const std::string record = text.joined();
    // Parked domains revoke all selectors at once with an empty p=, which is good.
    if (!DkimPublicKey::parse(record)) continue;
    return out.found("wildcard",
                     {.about = domain, .record = quote_txt("*._domainkey." + domain, record)});
  }
  out.proved("wildcard", domain);
}

/// Keys by their digest; the selectors that have them.
using Keys = std::map<std::string, std::vector<std::string>>;

void judge_together(Inspection& out, const std::string& domain, const Keys& keys, bool any_rsa) {
  if (keys.empty()) return;
  bool shared = false;
  for (const auto& [digest, names] : keys) {
    if (names.size() < 2) continue;
    shared = true;
    out.found("shared_key",
              {.about = domain, .observed = fmt::format("{}", fmt::join(names, ", "))});
  }
  if (!shared) out.proved("shared_key", domain);
  std::optional<Found> found;
  if (!any_rsa) found = Found{.about = domain, .observed = "no selector has an RSA key"};
  out.judge("only_ed25519", domain, std::move(found));
}

}  // namespace

std::string dkim_key_name(std::string_view selector, std::string_view domain) {
  return canonical_name(fmt::format("{}._domainkey.{}", selector, domain));
}

void judge_dkim(Inspection& inspection) {
  const std::string domain = mail_domain(inspection.subject());
  const std::vector<std::string>& selectors = inspection.subject().mail.selectors;
  judge_wildcard(inspection, domain);
  if (selectors.empty()) {
    return inspection.rest_not_applicable(
        "no DKIM selector is promised; name those in use under mail.selectors, they cannot be "
        "listed from outside");
  }
  Keys keys;
  bool any_rsa = false;
  for (std::size_t i = 0; i < selectors.size() && i < kSelectorsMax; ++i) {
    Selector key{.out = inspection, .selector = selectors[i]};
    key.name = dkim_key_name(selectors[i], domain);
    if (!judge_presence(key)) continue;
    if (holds_private_key(key.record, tags_of(key.record))) {
      inspection.found("private_key", without_bytes(key));
      continue;
    }
    inspection.proved("private_key", key.name);
    const Result<DkimPublicKey> parsed = DkimPublicKey::parse(key.record);
    if (!judge_readable(key, parsed)) continue;
    judge_size(key, *parsed);
    judge_tags(key, *parsed);
    keys[parsed->digest()].push_back(key.name);
    any_rsa = any_rsa || parsed->type() == DkimKeyType::kRsa;
  }
  judge_together(inspection, domain, keys, any_rsa);
  inspection.rest_not_applicable("no promised selector has a key that could be read");
}

}  // namespace lr::domain
