// What is said about a match once its pattern matched: is it a placeholder, does it read like
// words, do its check digits hold, where does it stand? One file for each question.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "secrets/catalogue_impl.h"
#include "secrets/document.h"
#include "secrets/filters/line_watch.h"
#include "secrets/scanner.h"

namespace lr::secrets {

/// What a path says about the values in the file.
struct PathKind {
  bool fixture = false;  ///< is_fixture_path()
  bool code = false;     ///< is_code_path()
};
/// context.cpp
PathKind path_kind(std::string_view path);

/// One match and what stands around it. Views into the document.
struct Subject {
  const Rule* rule = nullptr;
  std::string_view secret;
  std::string_view match;
  std::string_view line;    ///< At most 1 KiB around the match.
  std::string_view before;  ///< The kKeywordReach bytes before the match.
  std::string_view path;
  PathKind path_kind;       ///< Of `path`; told once for a document.
  std::string_view object;  ///< Git object id, or "".
  bool quoted = true;       ///< False for a bare word that was assigned.
  LineWatch* watch =
      nullptr;  ///< Of the text that `line` is of; null: the line is read for itself.
};

/// entropy.cpp: Shannon entropy of the bytes, in bits per byte; 0 for "".
double shannon_entropy(std::string_view text);

/// placeholder.cpp: "xxxx", "your-key-here", "changeme", "${VAR}", "<token>", "12345678"…
bool is_placeholder(std::string_view secret);

/// words.cpp: how surprising the text is as a piece of source or prose, in bits per byte. Words and
/// identifiers are below 5.8, random letters and digits above 6.5.
double surprise(std::string_view text);
/// And how surprising one byte of it is behind two others, in bits.
double surprise_behind(char first, char second, char now);
/// Reads like words, so it is no random credential.
bool reads_like_words(std::string_view secret);

/// checksum.cpp: the last six characters are the base62 CRC-32 of those before, behind the prefix
/// that ends with the last '_'.
bool has_crc32_ending(std::string_view token);

/// aws.cpp: the account that an access key id names, or nullopt when it names none.
std::optional<std::string> aws_account(std::string_view key_id);

/// What a structure proves about a secret.
struct Proven {
  bool holds = false;
  std::string note;        ///< "expired 2024-01-01", "alg none", "encrypted"; or "".
  bool worthless = false;  ///< What it opens is open, or closed to everybody.
  bool sure = true;        ///< False: it looks so, but its structure does not hold.
};
/// jwt.cpp: RFC 7519. Holds when header and claims are JSON and there is an `alg`. `now` in
/// seconds.
Proven prove_jwt(std::string_view token, std::int64_t now);
/// pem.cpp: RFC 7468. Holds when the block's base64 decodes to what its label says; not surely when
/// it does not, but is as long and as even as a key, of which a character may have been lost. The
/// note tells of encryption, and of keys that everybody has.
Proven prove_pem(std::string_view block);
/// der.cpp: holds when it is one SEQUENCE and nothing behind it, as every private key in DER is.
/// The note tells of keys that everybody has.
Proven prove_der(std::string_view der);
/// The same of base64 on one line, but for what stands right behind the first line of PEM.
Proven prove_base64_der(std::string_view base64, std::string_view before);
/// published_keys.cpp: the project whose sources hold the private key of a public key, given as
/// crypto::public_key_digest() says it; "" for keys that are not known to be published.
std::string_view publisher_of(const crypto::Sha256& public_key);

/// context.cpp: where a match stands.
bool is_fixture_path(std::string_view path);
/// A programming language's source, where a bare word is an expression and no value.
bool is_code_path(std::string_view path);
/// The line starts like a comment of some language.
bool is_comment(std::string_view line);
/// "gitleaks:allow", "launchready:allow", "pragma: allowlist secret" on the line.
bool allows_inline(std::string_view line);
bool allows_inline(const Subject& subject);
/// A bare word that looks like code rather than a value: `user_password`, `config.key`, `None`.
bool is_code_word(std::string_view secret);

/// allowlist.cpp: one of the rule's exceptions applies.
bool is_excepted(const Subject& subject, const RulePatterns& patterns);

/// What the filters say together.
struct Verdict {
  bool keep = false;
  bool proved = false;
  bool allowed_inline = false;
  Confidence confidence = Confidence::kLow;
  std::string note;
};
/// judge.cpp
Verdict judge(const Subject& subject, const RulePatterns& patterns, std::int64_t now);

}  // namespace lr::secrets
