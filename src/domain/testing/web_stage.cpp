#include "domain/testing/web_stage.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/inspection.h"
#include "net/tls.h"

namespace lr::domain {

std::string Verdicts::of(std::string_view id) const {
  for (const report::CheckRow& row : report.checks) {
    if (row.id == id) return std::string(report::status_name(row.status));
  }
  return "no such check";
}

const report::Finding* Verdicts::finding(std::string_view id) const {
  const auto at = std::ranges::find(report.findings, id, &report::Finding::check);
  return at == report.findings.end() ? nullptr : &*at;
}

std::string Verdicts::failing() const {
  std::string out;
  for (const report::CheckRow& row : report.checks) {
    if (row.status != report::Status::kFail) continue;
    out += (out.empty() ? "" : " ") + std::string(row.id);
  }
  return out;
}

WebStage::WebStage() {
  subject_.domain = kDomain;
  subject_.web_hosts.push_back(subject_.domain);
  zone_.add({subject_.domain, RecordType::kSoa, 300, StartOfAuthority()});
  trusted_ = net::make_self_signed("unused.test")->certificate;
}

WebStage::~WebStage() = default;

void WebStage::add_address(std::string_view name, std::string_view ip) {
  const text::IpAddress address = *text::parse_ip(ip);
  const RecordType type = address.is_v4() ? RecordType::kA : RecordType::kAaaa;
  zone_.add({std::string(name), type, 300, address});
}

void WebStage::serve_http(std::string_view names, std::string_view rules) {
  setup_.http +=
      fmt::format("server {{ listen 127.0.0.1:@PORT@; server_name {};\n{}\n}}\n", names, rules);
}

void WebStage::serve_https(std::string_view names, std::string_view rules, bool trusted) {
  const std::string host(names.substr(0, names.find(' ')));
  const auto made = net::make_self_signed(host);
  ASSERT_TRUE(made) << made.error().detail();
  setup_.files[host + ".pem"] = made->certificate;
  setup_.files[host + ".key"] = made->key;
  if (trusted) trusted_ += made->certificate;
  setup_.http += fmt::format(
      "server {{ listen 127.0.0.1:@TLS_PORT@ ssl; server_name {0};\n"
      "ssl_certificate @FOLDER@/{1}.pem; ssl_certificate_key @FOLDER@/{1}.key;\n{2}\n}}\n",
      names, host, rules);
}

void WebStage::start() {
  setup_.files["trusted.pem"] = trusted_;
  auto started = NginxServer::start(setup_);
  ASSERT_TRUE(started) << started.error().detail();
  server_ = std::move(*started);
}

Network WebStage::network() {
  return {.resolver = zone_,
          .ports = {{80, server_->port()}, {443, server_->tls_port()}},
          .ca_file = (server_->folder() / "trusted.pem").string()};
}

Verdicts WebStage::inspect(const Area& area, bool live) {
  Network network = this->network();
  network.live = live;
  Inspection inspection(area, subject_, network);
  area.inspect(inspection);
  Verdicts out;
  for (const std::string_view id : inspection.silent_checks()) out.silent.emplace_back(id);
  inspection.report_to(out.report);
  return out;
}

}  // namespace lr::domain
