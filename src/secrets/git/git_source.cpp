#include "secrets/git/git_source.h"

#include <algorithm>
#include <utility>

#include "secrets/git/folder.h"
#include "secrets/git/layout.h"
#include "secrets/git/provenance.h"
#include "secrets/git/repository_scan.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kRepositories = 1000;
constexpr int kModuleDepth = 16;

bool is_bare_layout(const std::string& path) {
  return is_folder(path + "/objects") &&
         (is_regular_file(path + "/HEAD") || is_regular_file(path + "/config"));
}

}  // namespace

struct GitSource::Impl {
  explicit Impl(GitOptions chosen) : options(std::move(chosen)) {}

  bool known(const std::string& common_dir) const {
    return std::ranges::any_of(
        scans, [&](const auto& scan) { return scan->layout().common_dir == common_dir; });
  }
  void add_repository(const std::string& path, const std::string& prefix, const std::string& files,
                      Coverage& coverage);
  void add_modules(const std::string& folder, const std::string& name, const std::string& files,
                   Coverage& coverage, int depth);
  void add_checked_out_submodules(Coverage& coverage);
  void report_absent_submodules(Coverage& coverage);
  bool has_commit(const ObjectId& commit);

  GitOptions options;
  Layout layout;
  std::string files;                                   ///< ".git/", or "" for a bare repository.
  std::vector<std::unique_ptr<RepositoryScan>> scans;  ///< The named one first.
};

void GitSource::Impl::add_repository(const std::string& path, const std::string& prefix,
                                     const std::string& shown, Coverage& coverage) {
  if (scans.size() == kRepositories) {
    return coverage.skip(shown, "more than 1000 submodules; not read");
  }
  auto found = find_repository(path);
  if (!found) return coverage.skip(shown, found.error().detail());
  if (known(found->common_dir)) return;
  scans.push_back(
      std::make_unique<RepositoryScan>(std::move(*found), prefix, shown, options, coverage));
}

/// Git directories of submodules have the submodule's name, which may be a path.
void GitSource::Impl::add_modules(const std::string& folder, const std::string& name,
                                  const std::string& shown, Coverage& coverage, int depth) {
  if (depth > kModuleDepth) return coverage.skip(shown, "submodules nest too deep");
  for (const std::string& part : names_in(folder)) {
    const std::string path = folder + "/" + part;
    if (!is_folder(path)) continue;
    const std::string module = name + part + "/";
    if (is_bare_layout(path)) {
      add_repository(path, module, shown + part + "/", coverage);
      add_modules(path + "/modules", module, shown + part + "/modules/", coverage, depth + 1);
    } else {
      add_modules(path, module, shown + part + "/", coverage, depth + 1);
    }
  }
}

/// Submodules whose git directory stands in their own folder, as old versions of git made them.
void GitSource::Impl::add_checked_out_submodules(Coverage& coverage) {
  for (std::size_t i = 0; i < scans.size(); ++i) {
    const RepositoryScan& scan = *scans[i];
    if (scan.layout().work_tree.empty()) continue;
    const std::vector<SubmoduleLink> links = scan.submodules();
    for (const SubmoduleLink& link : links) {
      const std::string path = scan.layout().work_tree + "/" + link.path;
      if (!is_folder(path + "/.git")) continue;
      add_repository(path, scan.prefix() + link.path + "/", scan.prefix() + link.path + "/.git/",
                     coverage);
    }
  }
}

bool GitSource::Impl::has_commit(const ObjectId& commit) {
  return std::ranges::any_of(scans, [&](const auto& scan) { return scan->store().has(commit); });
}

void GitSource::Impl::report_absent_submodules(Coverage& coverage) {
  for (const auto& scan : scans) {
    for (const SubmoduleLink& link : scan->submodules()) {
      if (has_commit(link.commit)) continue;
      coverage.skip(scan->prefix() + link.path, "submodule was not fetched");
    }
  }
}

GitSource::GitSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GitSource::~GitSource() = default;

Result<std::unique_ptr<GitSource>> GitSource::open(const std::string& path, GitOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  LR_TRY(impl->layout, find_repository(path));
  impl->files = impl->layout.common_dir.ends_with("/.git") ? ".git/" : "";
  return std::unique_ptr<GitSource>(new GitSource(std::move(impl)));
}

Result<> GitSource::read(DocumentVisitor& visitor, Coverage& coverage) {
  Impl& impl = *impl_;
  impl.scans.clear();
  impl.scans.push_back(
      std::make_unique<RepositoryScan>(impl.layout, "", impl.files, impl.options, coverage));
  if (impl.options.scope == GitOptions::Scope::kStaged) {
    return impl.scans.front()->read_staged(visitor, coverage);
  }
  if (impl.options.scope == GitOptions::Scope::kSince) {
    return impl.scans.front()->read_since(visitor, coverage);
  }
  const std::string modules = impl.layout.common_dir + "/modules";
  impl.add_modules(modules, "", impl.files + "modules/", coverage, 0);
  for (const std::string& git_dir : impl.layout.checkouts()) {
    if (git_dir == impl.layout.common_dir) continue;
    impl.add_modules(git_dir + "/modules", "", git_dir + "/modules/", coverage, 0);
  }
  // Reading one may find more.
  std::size_t done = 0;
  while (done < impl.scans.size()) {
    for (; done < impl.scans.size(); ++done) {
      impl.scans[done]->read_everything(visitor, coverage);
    }
    impl.add_checked_out_submodules(coverage);
  }
  impl.report_absent_submodules(coverage);
  return {};
}

const std::string& GitSource::common_dir() const { return impl_->layout.common_dir; }

void GitSource::locate(std::span<Place*> places) {
  for (const auto& scan : impl_->scans) locate_in(*scan, places);
}

Result<> GitSource::save_seen() const {
  if (impl_->options.seen_file.empty() || impl_->scans.empty()) return {};
  // A submodule's objects may be in the list of the main repository only by their ids.
  std::vector<ObjectId> ids;
  for (const auto& scan : impl_->scans) {
    if (scan->layout().kind != impl_->layout.kind) continue;
    const std::vector<ObjectId> more = scan->looked_at();
    ids.insert(ids.end(), more.begin(), more.end());
  }
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
  return SeenObjects::save(impl_->options.seen_file, impl_->layout.kind, impl_->options.catalogue,
                           ids);
}

}  // namespace lr::secrets::git
