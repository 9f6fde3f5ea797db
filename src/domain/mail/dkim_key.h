// The public key that a domain publishes for a selector (RFC 6376 section 3.6.1, RFC 8463).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

enum class DkimKeyType : std::uint8_t { kRsa, kEd25519 };

class DkimPublicKey {
 public:
  /// Reads the joined strings of the TXT record. Errors: kInvalidArgument for a record that is no
  /// key; kNotFound for a revoked one (an empty p=).
  static Result<DkimPublicKey> parse(std::string_view record);
  DkimPublicKey(DkimPublicKey&&) noexcept;
  DkimPublicKey& operator=(DkimPublicKey&&) noexcept;
  ~DkimPublicKey();

  DkimKeyType type() const { return type_; }
  int bits() const;
  bool testing() const { return has_flag("y"); }           ///< t=y
  bool same_domain_only() const { return has_flag("s"); }  ///< t=s: i= must be d= itself.
  bool allows_hash(std::string_view hash) const;
  bool allows_service(std::string_view service) const;
  /// Of the key itself: the same digest under two selectors is the same key.
  const std::string& digest() const { return digest_; }

  /// Is this the signature of `message` (SHA-256 is part of it)?
  bool verify(std::string_view message, std::string_view signature) const;

 private:
  struct Impl;
  DkimPublicKey();
  bool has_flag(std::string_view flag) const;

  std::unique_ptr<Impl> impl_;
  DkimKeyType type_ = DkimKeyType::kRsa;
  std::vector<std::string> hashes_;    ///< Empty: all.
  std::vector<std::string> services_;  ///< Empty: all.
  std::vector<std::string> flags_;
  std::string digest_;
};

}  // namespace lr::domain
