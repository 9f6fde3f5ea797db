#include "crypto/hash_chain.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace lr::crypto {
namespace {

std::vector<Sha256> links(std::string_view key, const std::vector<std::string>& entries) {
  std::vector<Sha256> out;
  Sha256 previous = chain_genesis();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    previous = chain_link(key, i + 1, previous, entries[i]);
    out.push_back(previous);
  }
  return out;
}

TEST(HashChain, GenesisIsTheDocumentedDigest) {
  EXPECT_EQ(chain_genesis(), sha256("lr-ledger-v1 genesis"));
}

TEST(HashChain, LinkIsTheDocumentedMac) {
  const Sha256 previous = chain_genesis();
  std::string message = "lr-ledger-v1";
  message += std::string("\x00\x00\x00\x00\x00\x00\x01\x02", 8);
  message.append(reinterpret_cast<const char*>(previous.data()), previous.size());
  const Sha256 entry = sha256("entry");
  message.append(reinterpret_cast<const char*>(entry.data()), entry.size());
  EXPECT_EQ(chain_link("key", 0x102, previous, "entry"), hmac_sha256("key", message));
}

TEST(HashChain, EveryPartOfALinkMatters) {
  const Sha256 other = sha256("other");
  const std::set<Sha256> different = {
      chain_link("key", 1, chain_genesis(), "entry"),
      chain_link("Key", 1, chain_genesis(), "entry"),
      chain_link("key", 2, chain_genesis(), "entry"),
      chain_link("key", 1ULL << 56, chain_genesis(), "entry"),
      chain_link("key", 1, other, "entry"),
      chain_link("key", 1, chain_genesis(), "entrz"),
      chain_link("key", 1, chain_genesis(), ""),
  };
  EXPECT_EQ(different.size(), 7U);
}

TEST(HashChain, EditsDropsAndSwapsChangeTheHead) {
  const std::vector<std::string> entries = {"a", "b", "c", "d"};
  const Sha256 head = links("key", entries).back();
  EXPECT_NE(links("key", {"a", "B", "c", "d"}).back(), head);
  EXPECT_NE(links("key", {"a", "c", "d"}).back(), head);
  EXPECT_NE(links("key", {"a", "c", "b", "d"}).back(), head);
  EXPECT_NE(links("key", {"a", "b", "c"}).back(), head);
  EXPECT_NE(links("guess", entries).back(), head);
  EXPECT_EQ(links("key", entries).back(), head);
}

}  // namespace
}  // namespace lr::crypto
