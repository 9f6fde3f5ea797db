// Answers like Cloudflare's API v4 for one zone, on a loopback port. For tests.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"
#include "net/testing/rig.h"

namespace lr::domain {

class CloudflareStandIn {
 public:
  static constexpr std::string_view kZone = "023e105f4ecef8ad9ca31a8372d0c353";
  static constexpr std::string_view kToken = "stand-in-token-Zq81";

  /// A zone acme.test with everything as it should be.
  CloudflareStandIn();

  /// "http://127.0.0.1:port/client/v4".
  std::string api() const;
  /// What a path below the zone answers as "result": "/dnssec", "" for the zone itself.
  void set(const std::string& path, std::string result);
  /// One of the zone's settings, by its id; `value` is JSON.
  void set_setting(const std::string& id, std::string value, bool editable = true);
  /// A refusal: status and "errors".
  void refuse(const std::string& path, int status, int code, std::string_view message);
  /// The next `times` requests get 429 with Retry-After.
  void limit(int times, int retry_after);
  /// DNS records come in pages of this size.
  void set_page(std::size_t records) { page_ = records; }
  /// Lists say neither how many pages there are nor how many items.
  void count_no_pages() { counts_pages_ = false; }
  void set_records(std::vector<std::string> records) { records_ = std::move(records); }
  /// A record as the API writes it.
  static std::string record(std::string_view type, std::string_view name, std::string_view content,
                            bool proxied);
  std::size_t requests() const;

 private:
  struct Reply {
    int status = 200;
    std::string body;
    std::string retry_after{};
  };
  Reply reply(std::string_view target, std::string_view authorization);
  Reply reply_below(const std::string& path, std::string_view query);
  std::string settings() const;
  std::string records_page(std::string_view query) const;
  static net::Task<> answer(net::ServerExchange& exchange, CloudflareStandIn& owner);

  mutable std::mutex mutex_;
  std::map<std::string, Reply> replies_;
  std::map<std::string, std::string> settings_;  ///< Whole objects by id.
  std::vector<std::string> records_;
  std::size_t page_ = 100;
  bool counts_pages_ = true;
  std::size_t requests_ = 0;
  int limited_ = 0;
  int retry_after_ = 0;
  net::testing::ServerRig rig_;  ///< Last: its thread uses the others.
};

}  // namespace lr::domain
