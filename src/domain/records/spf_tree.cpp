#include "domain/records/spf_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/records/published.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using State = SpfTreeNode::State;

bool costs_lookup(SpfMechanism mechanism) {
  return mechanism != SpfMechanism::kAll && mechanism != SpfMechanism::kIp4 &&
         mechanism != SpfMechanism::kIp6;
}

class TreeReader {
 public:
  explicit TreeReader(Resolver& resolver) : resolver_(resolver) {}

  SpfTree read(const std::string& domain) {
    visit(domain, "", 0);
    return std::move(tree_);
  }

 private:
  void visit(const std::string& domain, std::string via, int depth) {
    if (tree_.nodes.size() == kSpfTreeNodes) {
      tree_.cut = true;
      return;
    }
    const std::size_t index = tree_.nodes.size();
    SpfTreeNode node{.depth = depth, .domain = domain, .via = std::move(via)};
    if (std::ranges::find(path_, domain) != path_.end()) {
      node.state = State::kLoop;
      tree_.nodes.push_back(std::move(node));
      return;
    }
    fetch(node);
    tree_.nodes.push_back(std::move(node));
    if (tree_.nodes[index].state != State::kRead) return;
    path_.push_back(domain);
    const SpfRecord record = *tree_.nodes[index].parsed;
    follow(record, index, depth);
    path_.pop_back();
  }

  void fetch(SpfTreeNode& node) {
    const TxtRecords found = ask_txt(resolver_, node.domain);
    const std::vector<std::string> records = found.those(is_spf_record);
    if (found.failed) {
      node.state = State::kUnknown;
      node.why = found.why;
      unknown(found.why);
    } else if (records.size() != 1) {
      node.state = records.empty() ? State::kNone : State::kSeveral;
      if (records.empty() && found.all.empty()) note_void(node.domain, node.via, node.domain);
    } else {
      node.record = records.front();
      Result<SpfRecord> parsed = parse_spf(node.record);
      node.state = parsed ? State::kRead : State::kBroken;
      if (parsed) {
        node.parsed = std::move(*parsed);
      } else {
        node.why = parsed.error().detail();
      }
    }
  }

  void follow(const SpfRecord& record, std::size_t index, int depth) {
    const std::string domain = tree_.nodes[index].domain;
    for (const SpfDirective& directive : record.directives) {
      if (directive.mechanism == SpfMechanism::kAll) return;
      if (!costs_lookup(directive.mechanism)) continue;
      count(index);
      const std::string term =
          tree_.nodes[index].record.substr(directive.begin, directive.end - directive.begin);
      const auto name = plain_domain(directive.domain, domain);
      if (!name) continue;
      if (directive.mechanism == SpfMechanism::kInclude) {
        visit(*name, term, depth + 1);
      } else {
        look_up(directive.mechanism, *name, domain, term);
      }
    }
    if (!record.redirect) return;
    count(index);
    if (const auto name = plain_domain(*record.redirect, domain)) {
      visit(*name, "redirect=" + *name, depth + 1);
    }
  }

  void count(std::size_t index) {
    ++tree_.nodes[index].lookups;
    ++tree_.lookups;
  }

  void look_up(SpfMechanism mechanism, const std::string& name, const std::string& domain,
               const std::string& term) {
    if (mechanism == SpfMechanism::kPtr || mechanism == SpfMechanism::kExists) return;
    if (mechanism == SpfMechanism::kMx) {
      const Answer answer = resolver_.query(name, RecordType::kMx);
      if (answer.failed()) return unknown(fmt::format("{} MX: {}", name, answer.why));
      if (answer.empty()) note_void(domain, term, name);
      return;
    }
    const HostAddresses found = addresses_of(resolver_, name);
    if (found.failed) return unknown(fmt::format("{}: {}", name, found.why));
    if (found.all.empty()) note_void(domain, term, name);
  }

  void note_void(const std::string& domain, const std::string& term, const std::string& name) {
    if (tree_.voids.size() == kSpfTreeVoids) return;
    tree_.voids.push_back({.domain = domain, .term = term, .name = name});
  }

  void unknown(std::string why) {
    tree_.failed = true;
    if (tree_.why.empty()) tree_.why = std::move(why);
  }

  Resolver& resolver_;
  SpfTree tree_;
  std::vector<std::string> path_;
};

std::string_view state_text(State state) {
  switch (state) {
    case State::kRead:
      return "";
    case State::kNone:
      return "no SPF record";
    case State::kSeveral:
      return "several SPF records";
    case State::kBroken:
      return "cannot be read";
    case State::kUnknown:
      return "no answer";
    case State::kLoop:
      return "a loop";
  }
  return "";
}

}  // namespace

std::string SpfTree::text() const {
  std::string out =
      fmt::format("{} lookups of at most 10, {} in vain of at most 2\n", lookups, voids.size());
  for (const SpfTreeNode& node : nodes) {
    const std::string indent(static_cast<std::size_t>(node.depth) * 2, ' ');
    out += fmt::format("{}{} ({}): {}\n", indent, node.domain, node.lookups,
                       node.record.empty() ? state_text(node.state) : node.record);
  }
  if (cut) out += "… and more\n";
  return out;
}

SpfTree read_spf_tree(Resolver& resolver, std::string_view domain) {
  return TreeReader(resolver).read(canonical_name(domain));
}

std::optional<std::string> plain_domain(const SpfMacroString& parts, std::string_view current) {
  if (parts.empty()) return std::string(current);
  if (parts.size() != 1 || parts.front().letter != 0) return std::nullopt;
  return canonical_name(parts.front().literal);
}

}  // namespace lr::domain
