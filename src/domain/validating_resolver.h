// The resolver of the network: libunbound, with DNSSEC validation against a trust anchor. Every
// question has its own time limit, and the whole run a budget.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/dns.h"

namespace lr::domain {

struct ResolverSettings {
  /// "address" or "address@port" of a recursive resolver; empty: ask the root servers ourselves.
  std::vector<std::string> forwarders;
  /// Zones of a laboratory: the name, and "address@port" of a server that has it.
  struct Stub {
    std::string zone;
    std::string server;
  };
  std::vector<Stub> stubs;
  /// DS or DNSKEY records as text; empty: the root's, from the system's file.
  std::vector<std::string> trust_anchors;
  std::string trust_anchor_file = "/usr/share/dns/root.key";
  std::chrono::milliseconds patience{3000};  ///< For one question.
  std::size_t questions_max = 2000;          ///< For the life of the resolver.
};

class ValidatingResolver final : public Resolver {
 public:
  /// Errors: kInvalidArgument for a setting that libunbound refuses, by name.
  static Result<std::unique_ptr<ValidatingResolver>> make(const ResolverSettings& settings);
  ~ValidatingResolver() override;

  /// From any thread.
  Answer query(std::string_view name, RecordType type) override;
  /// Questions asked so far.
  std::size_t questions() const;

 private:
  struct Impl;
  explicit ValidatingResolver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::domain
