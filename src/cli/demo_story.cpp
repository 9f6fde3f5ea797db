#include "cli/demo_story.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>

#include "audit/audit.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/sources.h"
#include "contract/values.h"
#include "guard/guard.h"
#include "lab/lab.h"

namespace lr::cli {
namespace {

namespace fs = std::filesystem;

/// A folder of its own that is gone when the demo is.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::error_code error;
    std::string path = (fs::temp_directory_path(error) / "launchready-demo-XXXXXX").string();
    if (error || mkdtemp(path.data()) == nullptr) {
      return fail(Code::kUnavailable,
                  "cannot make a temporary folder; set TMPDIR to one that can "
                  "be written to");
    }
    return TemporaryFolder(std::move(path));
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Result<report::Report> audit_at(const contract::Contract& contract, const text::Url& target,
                                const std::string& label, bool visible) {
  audit::AuditOptions options;
  options.contract = &contract;
  options.target = target;
  options.profile = contract::Profile::kFull;
  ProgressLine line(label, visible);
  return audit::run_audit(options, audit::all_checks(),
                          [&](const audit::Progress& progress) { line.show(progress); });
}

Result<std::unique_ptr<guard::Guard>> start_guard(const std::string& contract_path,
                                                  const text::Url& upstream,
                                                  const std::string& state) {
  guard::GuardOptions options;
  options.contract_path = contract_path;
  options.listen = contract::parse_listen_address("127.0.0.1:0");
  options.admin = contract::parse_listen_address("127.0.0.1:0");
  options.upstream = upstream;
  options.state_folder = state;
  options.quiet = true;
  return guard::Guard::start(std::move(options));
}

report::Status status_of(const report::Report& report, report::Control control) {
  for (const report::ControlRow& row : report.controls) {
    if (row.control == control) return row.status;
  }
  return report::Status::kNotApplicable;
}

bool got_worse(report::Status before, report::Status after) {
  return before == report::Status::kPass &&
         (after == report::Status::kFail || after == report::Status::kInconclusive);
}

}  // namespace

Result<DemoStory> tell_demo(const std::string& folder, bool visible) {
  const std::string lab_folder = folder + "/lab";
  LR_TRY_VOID(prepare_folder(lab_folder));
  LR_TRY(const TemporaryFolder state, TemporaryFolder::make());
  lab::LabOptions lab_options;
  LR_TRY(lab_options.defects, lab::parse_defects("all"));
  LR_TRY(const std::unique_ptr<lab::Lab> lab, lab::Lab::start(std::move(lab_options)));
  LR_TRY(const std::string contract_path, lab->write_contract(lab_folder));
  LR_TRY(const contract::Contract contract, open_contract(contract_path));

  DemoStory story;
  LR_TRY(story.before, audit_at(contract, lab->url(), "audit of the chatbot", visible));
  LR_TRY_VOID(write_reports(folder + "/before", story.before));

  LR_TRY(const std::unique_ptr<guard::Guard> guard,
         start_guard(contract_path, lab->url(), state.path()));
  text::Url through = lab->url();
  through.port = guard->port();
  auto after = audit_at(contract, through, "audit through the guard", visible);
  guard->stop();
  LR_TRY(story.after, std::move(after));
  LR_TRY_VOID(write_reports(folder + "/after", story.after));
  return story;
}

bool story_holds(const DemoStory& story) {
  if (story.before.verdict != report::Verdict::kNotReady) return false;
  for (int i = 0; i < report::kControlCount; ++i) {
    const auto control = static_cast<report::Control>(i);
    if (got_worse(status_of(story.before, control), status_of(story.after, control))) return false;
  }
  return story.after.findings.size() < story.before.findings.size();
}

}  // namespace lr::cli
