#include "crypto/hash_chain.h"

namespace lr::crypto {
namespace {

std::string_view as_text(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Sha256 chain_link(std::string_view key, std::uint64_t sequence, const Sha256& previous,
                  std::string_view entry) {
  std::string message = "lr-ledger-v1";
  for (int shift = 56; shift >= 0; shift -= 8) {
    message.push_back(static_cast<char>((sequence >> shift) & 0xffU));
  }
  message += as_text(previous);
  message += as_text(sha256(entry));
  return hmac_sha256(key, message);
}

Sha256 chain_genesis() { return sha256("lr-ledger-v1 genesis"); }

}  // namespace lr::crypto
