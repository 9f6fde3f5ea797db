// Tokens and keys from strangers. The input is either a token, tried as it is and with its header
// signed over by a key the fuzzer does not have, or a JWK, or a JWK Set.
// Nothing may crash, and no token may verify unless this target itself signed exactly it.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "crypto/digest.h"
#include "crypto/jws.h"

namespace {

using lr::crypto::Algorithm;
using lr::crypto::Jwk;
using lr::crypto::JwkSet;

constexpr std::array kAllowed = {Algorithm::kES256, Algorithm::kEdDSA, Algorithm::kHS256};
constexpr std::uint64_t kEnoughRuns = 20'000;

struct World {
  Jwk secret = *Jwk::generate(Algorithm::kHS256, "k1");
  JwkSet keys{
      {*Jwk::generate(Algorithm::kES256, "k1"), *Jwk::generate(Algorithm::kEdDSA, "k1"), secret}};
};

const World& world() {
  static const World made;
  return made;
}

/// What was reached. A target that only ever sees refusals tests nothing.
struct Reached {
  std::uint64_t runs = 0, split = 0, verified = 0, keys = 0, sets = 0;
  ~Reached() {
    std::fprintf(stderr, "fuzz_jwt: %llu runs, %llu split, %llu verified, %llu keys, %llu sets\n",
                 count(runs), count(split), count(verified), count(keys), count(sets));
    const bool enough = split > 0 && verified > 0 && keys > 0 && sets > 0;
    if (runs >= kEnoughRuns && !enough) std::abort();
  }
  static unsigned long long count(std::uint64_t n) { return n; }
};

Reached reached;

void require(bool condition) {
  if (!condition) std::abort();
}

void try_token(std::string_view token) {
  const auto jws = lr::crypto::split_jws(token);
  if (!jws) return;
  ++reached.split;
  // One valid split means one spelling: the parts encode back to the same text.
  const std::string again =
      std::string(jws->signing_input) + "." + lr::crypto::base64url_encode(jws->signature);
  require(again == token);
  require(!lr::crypto::verify_jws(*jws, world().keys, kAllowed));
}

/// The fuzzer's own header and payload under an honest MAC: the paths behind the signature.
void try_signed(std::string_view input) {
  const std::string start = lr::crypto::base64url_encode(input.substr(0, input.size() / 2)) + "." +
                            lr::crypto::base64url_encode(input.substr(input.size() / 2));
  const auto jws = lr::crypto::split_jws(start + ".AAAA");
  if (!jws || jws->algorithm != "HS256") return;
  const auto token =
      lr::crypto::sign_jws(world().secret, Algorithm::kHS256, jws->payload, jws->header);
  require(token.has_value());
  const auto honest = lr::crypto::split_jws(*token);
  if (!honest) return;
  const bool accepted = lr::crypto::verify_jws(*honest, world().keys, kAllowed).has_value();
  require(accepted == (honest->kid == "k1"));
  if (accepted) ++reached.verified;
}

void try_keys(std::string_view text) {
  if (const auto key = Jwk::parse(text)) {
    ++reached.keys;
    // What is published must load again, and must not carry the private half.
    const auto published = Jwk::parse(key->public_jwk());
    require(key->public_pem().empty() || (published && !published->is_private()));
  }
  if (const auto set = JwkSet::parse(text)) {
    ++reached.sets;
    require(JwkSet::parse(set->public_jwks()).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  ++reached.runs;
  try_token(input);
  try_signed(input);
  try_keys(input);
  return 0;
}
