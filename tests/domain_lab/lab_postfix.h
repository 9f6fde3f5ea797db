// The way that product mail takes in the laboratory: Postfix takes it over STARTTLS with a password
// (Dovecot's), OpenDKIM signs it, and Postfix relays it to the sink of the proof.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/testing/certificates.h"
#include "domain/testing/process.h"
#include "lab_domain.h"

namespace lr::domain::lab {

class LabPostfix {
 public:
  /// Why Postfix cannot run here: its master refuses to be anybody but root, also with a
  /// configuration and folders of its own. "" when it can.
  static std::string obstacle();

  /// Serves the domains that have a mail_path and writes into their subjects where mail is handed
  /// in and where it arrives.
  static Result<std::unique_ptr<LabPostfix>> start(std::vector<LabDomain>& domains,
                                                   const TestAuthority& authority);
  /// What Postfix and its milter said so far, for failing tests.
  std::string log() const;

 private:
  Result<> prepare(const TestAuthority& authority);
  Result<> start_signer(const std::vector<LabDomain>& domains);
  Result<> start_passwords();
  Result<> start_master(std::vector<LabDomain>& domains);
  std::string services_of(LabDomain& domain, std::string& transport) const;
  std::string at(const std::string& name) const { return (folder_->path() / name).string(); }

  std::unique_ptr<ScratchFolder> folder_{};
  std::uint16_t milter_port_ = 0;
  std::unique_ptr<ChildProcess> signer_{};
  std::unique_ptr<ChildProcess> passwords_{};
  std::unique_ptr<ChildProcess> master_{};
};

}  // namespace lr::domain::lab
