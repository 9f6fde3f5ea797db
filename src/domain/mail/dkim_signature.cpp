#include "domain/mail/dkim_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "crypto/digest.h"
#include "domain/mail/spf_macro.h"

namespace lr::domain {
namespace {

using std::string_view;

std::unexpected<Error> wrong(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why));
}

Result<string_view> required(const TagList& tags, string_view name) {
  const auto value = tags.value(name);
  if (!value) return wrong(fmt::format("{}= is missing", name));
  if (value->empty()) return wrong(fmt::format("{}= is empty", name));
  return *value;
}

Result<std::string> base64_tag(const TagList& tags, string_view name) {
  LR_TRY(const string_view text, required(tags, name));
  auto bytes = crypto::base64_decode(without_folding(text));
  if (!bytes) return wrong(fmt::format("{}= is not base64", name));
  return std::move(*bytes);
}

/// At most twelve digits (section 3.5), or nothing when the tag is not there.
template <class Number>
Result<std::optional<Number>> number_tag(const TagList& tags, string_view name) {
  const auto text = tags.value(name);
  if (!text) return std::nullopt;
  Number number{};
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool digits = !text->empty() && text->front() != '-' && problem == std::errc() &&
                      end == text->data() + text->size();
  if (!digits) return wrong(fmt::format("{}= is not a number", name));
  return number;
}

Result<DkimKeyType> algorithm_of(string_view name) {
  if (name == "rsa-sha256") return DkimKeyType::kRsa;
  if (name == "ed25519-sha256") return DkimKeyType::kEd25519;
  if (name == "rsa-sha1") return wrong("a=rsa-sha1 proves nothing any more (RFC 8301)");
  return wrong(fmt::format("a={} is no algorithm of DKIM", name));
}

std::vector<std::string> field_names(string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (const string_view name = trim_folding(list.substr(0, end)); !name.empty()) {
      names.emplace_back(name);
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

}  // namespace

Result<SignatureTags> read_signature_tags(const TagList& tags) {
  SignatureTags out;
  LR_TRY(const string_view algorithm, required(tags, "a"));
  LR_TRY(out.algorithm, algorithm_of(algorithm));
  LR_TRY(const string_view domain, required(tags, "d"));
  LR_TRY(const string_view selector, required(tags, "s"));
  if (!is_mail_domain(domain)) return wrong(fmt::format("d={} is no domain name", domain));
  out.domain = domain;
  out.selector = selector;
  LR_TRY(out.signature, base64_tag(tags, "b"));
  if (tags.find("bh") != nullptr) {
    LR_TRY(out.body_hash, base64_tag(tags, "bh"));
  }
  const string_view form = tags.value("c").value_or("simple/simple");
  const auto canonicalization = parse_canonicalization(form);
  if (!canonicalization) return wrong(fmt::format("c={} is no canonicalization", form));
  out.form = *canonicalization;
  if (const auto fields = tags.value("h")) {
    out.has_fields = true;
    out.fields = field_names(*fields);
  }
  LR_TRY(out.body_length, number_tag<std::uint64_t>(tags, "l"));
  LR_TRY(out.signed_at, number_tag<std::int64_t>(tags, "t"));
  LR_TRY(out.expires, number_tag<std::int64_t>(tags, "x"));
  return out;
}

bool body_hash_matches(const SignatureTags& tags, std::string_view body) {
  const std::string canonical = canonical_body(body, tags.form.body);
  string_view covered = canonical;
  if (tags.body_length) {
    if (*tags.body_length > covered.size()) return false;
    covered = covered.substr(0, static_cast<std::size_t>(*tags.body_length));
  }
  const crypto::Sha256 digest = crypto::sha256(covered);
  return tags.body_hash == string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::string signed_header(const Message& message, const SignatureTags& tags,
                          const HeaderField& signature) {
  std::string out;
  std::map<std::string, std::size_t, std::less<>> taken;  // Of each name, from the bottom.
  const auto& fields = message.fields();
  for (const std::string& name : tags.fields) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    std::size_t skip = taken[lower]++;
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
      if (&*field == &signature || !same_field_name(field->name, name)) continue;
      if (skip-- > 0) continue;
      out += canonical_field(*field, tags.form.header);
      out += "\r\n";
      break;
    }
  }
  const std::string bare = without_signature(signature.raw);
  const std::size_t colon = bare.find(':');
  const HeaderField unsigned_field{bare, signature.name, string_view(bare).substr(colon + 1)};
  return out + canonical_field(unsigned_field, tags.form.header);
}

std::expected<DkimPublicKey, KeyProblem> fetch_key(Resolver& resolver, const SignatureTags& tags) {
  const std::string name = tags.selector + "._domainkey." + tags.domain;
  const Answer answer = resolver.query(name, RecordType::kTxt);
  const auto problem = [&](bool temporary, std::string_view why) {
    return std::unexpected(KeyProblem{temporary, fmt::format("{}: {}", name, why)});
  };
  if (answer.failed()) return problem(true, answer.why);
  const std::vector<Text> texts = answer.all<Text>();
  if (texts.empty()) return problem(false, "there is no key");
  if (texts.size() > 1) return problem(false, "there is more than one TXT record");
  Result<DkimPublicKey> key = DkimPublicKey::parse(texts.front().joined());
  if (!key) return problem(false, key.error().detail());
  const auto type = key->type();
  if (type != tags.algorithm) return problem(false, "the key is of another type than a= says");
  if (type == DkimKeyType::kRsa && key->bits() < kRsaBitsMin) {
    return problem(false, fmt::format("an RSA key of {} bits proves nothing", key->bits()));
  }
  if (!key->allows_hash("sha256")) return problem(false, "the key's h= does not allow SHA-256");
  if (!key->allows_service("email")) return problem(false, "the key's s= does not allow e-mail");
  return std::move(*key);
}

}  // namespace lr::domain
