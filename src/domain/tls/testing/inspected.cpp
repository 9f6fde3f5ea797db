#include "domain/tls/testing/inspected.h"

#include "domain/zone.h"

namespace lr::domain {

Inspected Inspected::run(const Area& area, const Setup& setup) {
  Zone zone;
  Subject subject{.domain = "lab.example", .from_contract = setup.from_contract};
  subject.tls = setup.profile;
  for (const InspectedHost& host : setup.hosts) {
    subject.web_hosts.push_back(host.name);
    for (const std::string& address : host.addresses) {
      const auto ip = text::parse_ip(address);
      LR_CHECK(ip.has_value());
      zone.add({.name = host.name,
                .type = ip->is_v4() ? RecordType::kA : RecordType::kAaaa,
                .ttl = 60,
                .data = *ip});
    }
  }
  Network network{.resolver = zone, .now = setup.now, .live = setup.live};
  network.ports[443] = setup.port;
  network.ca_file = setup.ca_file;
  network.connect_patience = setup.patience;
  Inspection inspection(area, subject, network);
  area.inspect(inspection);
  Inspected out;
  for (const std::string_view id : inspection.silent_checks()) out.silent.emplace_back(id);
  inspection.report_to(out.report);
  for (const report::Finding& one : out.report.findings) out.found.insert(one.check);
  for (const report::CheckRow& row : out.report.checks) out.status[row.id] = row.status;
  return out;
}

report::Severity Inspected::severity(const std::string& check) const {
  for (const report::Finding& one : report.findings) {
    if (one.check == check) return one.severity;
  }
  return report::Severity::kInfo;
}

}  // namespace lr::domain
