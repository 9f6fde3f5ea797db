// What a check works with: the session, and a sink for verdicts that counts every cell.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "audit/check.h"
#include "audit/judge.h"
#include "audit/session.h"

namespace lr::audit {

/// The place and form that one verdict is about.
struct Cell {
  const contract::Route* route = nullptr;  ///< Null for what the contract does not list.
  std::string method = "GET";
  std::string url;   ///< Path template or path.
  std::string form;  ///< "alg \"none\""; "" when there is only one.
};
Cell cell_of(const RouteCase& route_case, std::string form = "");
Cell cell_of(std::string method, std::string url, std::string form = "");

/// A broken promise. Empty texts are taken from the CheckDef.
struct Found {
  std::string title;
  std::string why;
  std::string fix;
  std::string guard;
  std::optional<report::Severity> severity;
  std::vector<report::Evidence> evidence;
  std::string reproduce;
  /// Findings with the same group become one, with the places listed. "" groups by method and
  /// place.
  std::string group;
};

class CheckContext {
 public:
  CheckContext(const CheckDef& def, Session& session);

  const CheckDef& def() const { return def_; }
  Session& session() { return session_; }
  const contract::Contract& contract() const { return *session_.contract(); }
  bool has_contract() const { return session_.contract() != nullptr; }
  probe::Prober& prober() { return session_.prober(); }

  // Verdicts. Plan first: a cell that is planned and never settled makes the check inconclusive.
  void plan(std::size_t cells) { planned_ += static_cast<std::uint32_t>(cells); }
  void proved(std::size_t cells = 1) { proved_ += static_cast<std::uint32_t>(cells); }
  void inconclusive(const Cell& cell, std::string reason);
  void found(const Cell& cell, Found found);
  /// Shown when nothing was planned.
  void not_applicable(std::string reason) { not_applicable_ = std::move(reason); }

  // Evidence.
  report::Evidence evidence(std::string what, const probe::Exchange& exchange) const;
  std::string curl(const probe::Request& request) const;
  /// Fills evidence and curl line from the attack (first) and the controls.
  Found finding(const probe::Exchange& attack, std::string what) const;

  /// Starts `body` for every wanted case, several at a time. What a body returns as an error makes
  /// its case inconclusive.
  using CaseBody = std::function<net::Task<>(RouteCase route_case)>;
  net::Task<> each_case(std::function<bool(const RouteCase&)> wanted, CaseBody body);

  /// Takes the results over into a report; called once by the runner.
  report::CheckRow conclude(report::Report& report);

 private:
  report::Location locate(const Cell& cell) const;
  net::Task<> settle_case(RouteCase route_case, net::Task<> body);

  const CheckDef& def_;
  Session& session_;
  std::uint32_t planned_ = 0;
  std::uint32_t proved_ = 0;
  std::string not_applicable_;
  struct Group {
    report::Finding finding;
    std::vector<std::string> places;
    std::vector<std::string> forms;
  };
  std::map<std::string, Group> groups_;
  std::vector<report::Inconclusive> inconclusive_;
};

}  // namespace lr::audit
