// A whole guard in front of an EchoUpstream, with keys, tokens and a temporary folder.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/jwk.h"
#include "guard/gateway.h"
#include "guard/testing/echo_upstream.h"
#include "store/ledger.h"

namespace lr::guard::testing {

/// Keeps events in memory; can be told to fail.
class RecordingLedger final : public store::Ledger {
 public:
  bool append(store::LedgerEvent event) override;
  bool healthy() const override { return healthy_.load(); }
  Result<> flush() override { return {}; }
  std::uint64_t size() const override;
  std::vector<store::LedgerEvent> events() const;
  void set_healthy(bool healthy) { healthy_.store(healthy); }

 private:
  mutable std::mutex mutex_;
  std::vector<store::LedgerEvent> events_;
  std::atomic<bool> healthy_{true};
};

struct Reply {
  int status = 0;
  text::Headers headers;
  std::string body;
  std::string raw;
  std::string field(std::string_view name) const {
    return std::string(headers.get(name).value_or(""));
  }
};

/// Splits raw bytes into an answer; status 0 when there is none.
Reply parse_reply(const std::string& raw);

/// One connection, step by step.
class Wire {
 public:
  explicit Wire(std::uint16_t port);
  ~Wire() { close(); }
  void send(std::string_view bytes);
  /// Reads until `text` has come or the peer has closed, at most 5 s. Returns everything read.
  std::string read_until(std::string_view text);
  std::string read_all() { return read_until({}); }
  /// Ends our side only.
  void finish();
  void close();

 private:
  net::EventLoop loop_;
  std::unique_ptr<net::Stream> stream_;
  std::string seen_;
};

struct TokenSpec {
  std::string user = "alice";
  std::string tenant = "t1";
  std::string roles = "[\"viewer\"]";
  std::string issuer = "https://id.example";
  std::string audience = "chat";
  std::int64_t expires_in = 3'600;
  std::string more{};  ///< Further members, e.g. ",\"nbf\":1".
};

class GuardTest : public ::testing::Test {
 protected:
  GuardTest();
  ~GuardTest() override;

  /// Writes the contract: the basic one, with `more` YAML lines behind it.
  void write_contract(const std::string& more = "");
  std::string basic_contract() const;
  void write_file(const std::string& name, const std::string& text) const;
  /// Starts the guard; write_contract() must have been called.
  void start();
  void start_with(const std::string& more) {
    write_contract(more);
    start();
  }
  std::string token(const TokenSpec& spec = {}) const;
  std::string bearer(const TokenSpec& spec = {}) const {
    return "Authorization: Bearer " + token(spec) + "\n";
  }
  /// Sends a request with \n line ends ("GET /x HTTP/1.1\nHost: a\n\nbody") on its own connection.
  Reply send(const std::string& request) const;
  Reply get(const std::string& target, const std::string& headers = "") const {
    return send("GET " + target + " HTTP/1.1\nHost: a\n" + headers + "\n");
  }
  Reply post(const std::string& target, const std::string& headers, const std::string& body) const;
  Reply admin(const std::string& method, const std::string& target) const;
  std::string contract_path() const { return (folder_ / "contract.yaml").string(); }

  std::filesystem::path folder_;
  std::unique_ptr<EchoUpstream> upstream_ = std::make_unique<EchoUpstream>();
  RecordingLedger ledger_;
  std::unique_ptr<store::OwnershipStore> owners_ = store::make_memory_ownership_store();
  std::unique_ptr<store::RateStore> rates_ = store::make_memory_rate_store(10'000);
  GuardParts parts_;
  GuardOptions options_;
  crypto::Jwk key_;
  std::unique_ptr<Guard> guard_;
};

/// \n line ends in the head become \r\n; the body stays.
std::string to_wire(const std::string& request);
Reply send_to(std::uint16_t port, const std::string& request);

}  // namespace lr::guard::testing
