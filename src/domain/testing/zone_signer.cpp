#include "domain/testing/zone_signer.h"

#include <fmt/format.h>

#include <sstream>

#include "base/clock.h"
#include "domain/testing/process.h"

namespace lr::domain {
namespace {

std::string configuration(const std::filesystem::path& folder, const std::string& name,
                          const ZoneSigning& signing) {
  return fmt::format(
      "database:\n  storage: {0}\n"
      "policy:\n  - id: lab\n    manual: on\n    algorithm: {1}\n    single-type-signing: on\n"
      "    rrsig-lifetime: {2}\n    rrsig-refresh: {3}\n    rrsig-pre-refresh: 1\n"
      "    nsec3: {4}\n    nsec3-iterations: {5}\n    nsec3-salt-length: 0\n"
      "zone:\n  - domain: {6}\n    file: {0}/unsigned\n    dnssec-signing: on\n"
      "    dnssec-policy: lab\n",
      folder.string(), signing.algorithm, signing.lifetime.count(), signing.lifetime.count() / 10,
      signing.nsec3 ? "on" : "off", signing.nsec3_iterations, absolute_name(name));
}

/// keymgr prints a line for each digest; SHA-256 (type 2) is what everybody understands.
Result<std::string> sha256_line(const std::string& printed) {
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string owner, ds, tag, algorithm, digest;
    words >> owner >> ds >> tag >> algorithm >> digest;
    if (ds == "DS" && digest == "2") return line;
  }
  return fail(Code::kUnavailable, "keymgr printed no DS record: " + printed);
}

}  // namespace

std::string absolute_name(const std::string& zone) {
  return zone.ends_with('.') ? zone : zone + ".";
}

Result<SignedZone> sign_zone(const std::string& name, const std::string& text,
                             const ZoneSigning& signing) {
  LR_TRY(const auto folder, ScratchFolder::make());
  const std::string zone = absolute_name(name);
  const auto settings = folder->write("knot.conf", configuration(folder->path(), name, signing));
  folder->write("unsigned", "$TTL 3600\n$ORIGIN " + zone + "\n" + text);
  const auto now = SystemClock().wall().time_since_epoch();
  const auto at = std::chrono::duration_cast<std::chrono::seconds>(now) - signing.age;
  const auto born = (at - std::chrono::days(30)).count();
  std::vector<std::string> generate = {"/usr/sbin/keymgr", "-c",
                                       settings.string(),  zone,
                                       "generate",         "algorithm=" + signing.algorithm,
                                       "ksk=yes",          "zsk=yes"};
  if (signing.key_bits != 0) generate.push_back(fmt::format("size={}", signing.key_bits));
  for (const char* event : {"created", "publish", "ready", "active"}) {
    generate.push_back(fmt::format("{}={}", event, born));
  }
  LR_TRY_VOID(run_program(generate));
  LR_TRY(const std::string printed,
         run_program({"/usr/sbin/keymgr", "-c", settings.string(), zone, "ds"}));
  SignedZone out;
  LR_TRY(out.ds, sha256_line(printed));
  const auto output = folder->path() / "signed";
  std::filesystem::create_directory(output);
  LR_TRY_VOID(run_program({"/usr/bin/kzonesign", "-c", settings.string(), "-t",
                           std::to_string(at.count()), "-o", output.string(), zone}));
  for (const auto& file : std::filesystem::directory_iterator(output)) {
    out.text = read_whole_file(file.path());
  }
  if (out.text.empty()) return fail(Code::kUnavailable, "kzonesign wrote no zone");
  return out;
}

}  // namespace lr::domain
