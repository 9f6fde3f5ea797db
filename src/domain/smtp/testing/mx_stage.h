// A domain acme.example with one mail server on the loopback, and what its certificate leads to.
#pragma once

#include <memory>
#include <string>

#include "domain/network.h"
#include "domain/smtp/testing/scripted_mx.h"
#include "domain/subject.h"
#include "domain/testing/process.h"
#include "domain/zone.h"

namespace lr::domain {

/// Answers of a zone with the trust that a test wants.
class TrustedZone final : public Resolver {
 public:
  Zone zone;
  Trust trust = Trust::kSecure;
  Answer query(std::string_view name, RecordType type) override;
};

struct MxStage {
  MxStage();
  /// A certificate of the stage's authority.
  TestCertificate certificate(const std::string& name) const;
  TestCertificate expired(const std::string& name) const;
  Network network(const ScriptedMx& server);
  void add(const std::string& name, RecordType type, Rdata data);

  WallTime now;
  TestAuthority authority;
  std::unique_ptr<ScratchFolder> folder;
  TrustedZone resolver;
  Subject subject;
};

}  // namespace lr::domain
