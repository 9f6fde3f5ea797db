#include "lab/lab.h"

#include <thread>

#include "base/clock.h"
#include "lab/application.h"
#include "lab/contract_writer.h"
#include "lab/stand_in_model.h"
#include "net/event_loop.h"

namespace lr::lab {
namespace {

constexpr milliseconds kDrain{500};

/// Everything hangs on one loop, which the lab's own thread runs. Members are destroyed from the
/// bottom up, after that thread has ended.
class RunningLab final : public Lab {
 public:
  RunningLab(const FlawSet& flaws, std::uint64_t seed, BodySchemas schemas)
      : flaws_(flaws), seed_(seed), schemas_(std::move(schemas)), world_(seed), people_(seed) {}
  ~RunningLab() override;

  Result<> start(std::uint16_t port);
  text::Url url() const override { return url_; }
  Result<std::string> write_contract(const std::string& folder) const override {
    return write_contract_files(people_, url_, tokens_->key(), folder);
  }

 private:
  net::Task<> shut_down();

  const FlawSet flaws_;
  const std::uint64_t seed_;
  const BodySchemas schemas_;
  const SystemClock clock_;
  World world_;         ///< The loop's.
  const World people_;  ///< The same people, for the contract, which any thread may ask for.
  net::EventLoop loop_;
  net::TaskScope scope_{loop_};
  StandInModel llm_{loop_};
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<ModelClient> model_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Application> application_;
  text::Url url_;
  std::thread thread_;
};

Result<> RunningLab::start(std::uint16_t port) {
  LR_TRY(tokens_, Tokens::create(flaws_, clock_));
  LR_TRY_VOID(llm_.listen());
  model_ = std::make_unique<ModelClient>(loop_, llm_.url());
  service_ =
      std::make_unique<Service>(Service{flaws_, clock_, *tokens_, schemas_, world_, *model_});
  service_->request_ids = SeededRng(seed_ ^ 0x7265'7175'6573'7473U);
  application_ = std::make_unique<Application>(loop_, *service_);
  LR_TRY_VOID(application_->listen(port));
  url_ = application_->url();
  thread_ = std::thread([this] { loop_.run(); });
  return {};
}

net::Task<> RunningLab::shut_down() {
  const Deadline deadline = Deadline::after(kDrain);
  co_await application_->drain(deadline);
  co_await llm_.drain(deadline);
  loop_.stop();
  co_return Result<>();
}

RunningLab::~RunningLab() {
  if (!thread_.joinable()) return;
  loop_.post([this] { scope_.spawn(shut_down()); });
  thread_.join();
}

}  // namespace

Result<std::unique_ptr<Lab>> Lab::start(LabOptions options) {
  LR_TRY(const FlawSet flaws, FlawSet::from_names(options.defects));
  LR_TRY(auto schemas, BodySchemas::compile());
  auto lab = std::make_unique<RunningLab>(flaws, options.seed, std::move(schemas));
  LR_TRY_VOID(lab->start(options.port));
  return std::unique_ptr<Lab>(std::move(lab));
}

}  // namespace lr::lab
