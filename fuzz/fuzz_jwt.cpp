// Tokens and keys from strangers. The input is either a token, tried as it is and with its header
// signed over by a key the fuzzer does not have, or a JWK, or a JWK Set.
// Nothing may crash, and no token may verify unless this target itself signed exactly it.
#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/digest.h"
#include "crypto/jws.h"
#include "fuzz/reach.h"

namespace {

using lr::crypto::Algorithm;
using lr::crypto::Jwk;
using lr::crypto::JwkSet;

constexpr std::array kAllowed = {Algorithm::kES256, Algorithm::kEdDSA, Algorithm::kHS256};

struct World {
  Jwk secret = *Jwk::generate(Algorithm::kHS256, "k1");
  JwkSet keys{
      {*Jwk::generate(Algorithm::kES256, "k1"), *Jwk::generate(Algorithm::kEdDSA, "k1"), secret}};
};

const World& world() {
  static const World made;
  return made;
}

enum class State : std::uint8_t { kSplit, kVerified, kKey, kKeySet };
lr::fuzz::Reach<4> reach({"tokens split", "tokens verified", "keys", "key sets"});

void try_token(std::string_view token) {
  const auto jws = lr::crypto::split_jws(token);
  if (!jws) return;
  reach.mark(State::kSplit);
  // One valid split means one spelling: the parts encode back to the same text.
  const std::string again =
      std::string(jws->signing_input) + "." + lr::crypto::base64url_encode(jws->signature);
  lr::fuzz::require(again == token, "one spelling of a token");
  lr::fuzz::require(!lr::crypto::verify_jws(*jws, world().keys, kAllowed),
                    "no token of a stranger verifies");
}

/// The fuzzer's own header and payload under an honest MAC: the paths behind the signature.
void try_signed(std::string_view input) {
  const std::string start = lr::crypto::base64url_encode(input.substr(0, input.size() / 2)) + "." +
                            lr::crypto::base64url_encode(input.substr(input.size() / 2));
  const auto jws = lr::crypto::split_jws(start + ".AAAA");
  if (!jws || jws->algorithm != "HS256") return;
  const auto token =
      lr::crypto::sign_jws(world().secret, Algorithm::kHS256, jws->payload, jws->header);
  lr::fuzz::require(token.has_value(), "an HS256 token can be signed");
  const auto honest = lr::crypto::split_jws(*token);
  if (!honest) return;
  const bool accepted = lr::crypto::verify_jws(*honest, world().keys, kAllowed).has_value();
  lr::fuzz::require(accepted == (honest->kid == "k1"), "only the named key verifies");
  if (accepted) reach.mark(State::kVerified);
}

void try_keys(std::string_view text) {
  if (const auto key = Jwk::parse(text)) {
    reach.mark(State::kKey);
    // What is published must load again, and must not carry the private half.
    const auto published = Jwk::parse(key->public_jwk());
    lr::fuzz::require(key->public_pem().empty() || (published && !published->is_private()),
                      "a published key loads and is public");
  }
  if (const auto set = JwkSet::parse(text)) {
    reach.mark(State::kKeySet);
    lr::fuzz::require(JwkSet::parse(set->public_jwks()).has_value(), "a published set loads");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  reach.run();
  try_token(input);
  try_signed(input);
  try_keys(input);
  return 0;
}
