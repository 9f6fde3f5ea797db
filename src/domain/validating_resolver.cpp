#include "domain/validating_resolver.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unbound.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "domain/rdata_wire.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

struct ContextFree {
  void operator()(ub_ctx* context) const { ub_ctx_delete(context); }
};
using ContextPtr = std::unique_ptr<ub_ctx, ContextFree>;

struct ResultFree {
  void operator()(ub_result* result) const { ub_resolve_free(result); }
};
using ResultPtr = std::unique_ptr<ub_result, ResultFree>;

class PendingSet;

/// A thread that is started while this lives gets no SIGPIPE. libunbound writes to TCP connections
/// that servers have closed, in a thread of its own that its first question starts.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before_);
  }
  ~WithoutSigpipe() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t before_{};
};

/// One question under way.
struct Pending {
  explicit Pending(PendingSet& owner) : set(owner) {}
  PendingSet& set;
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  int error = 0;
  ResultPtr result;
};

/// The questions that libunbound still holds a pointer to. An asker that runs out of patience goes
/// away; the question stays here until it is answered or the resolver ends.
class PendingSet {
 public:
  void add(const std::shared_ptr<Pending>& pending) {
    const std::lock_guard lock(mutex_);
    pending_.emplace(pending.get(), pending);
  }
  std::shared_ptr<Pending> take(Pending* pending) {
    const std::lock_guard lock(mutex_);
    auto node = pending_.extract(pending);
    return node.empty() ? nullptr : std::move(node.mapped());
  }

 private:
  std::mutex mutex_;
  std::map<Pending*, std::shared_ptr<Pending>> pending_;
};

void on_answer(void* data, int error, ub_result* raw) {
  ResultPtr result(raw);
  auto* waiting = static_cast<Pending*>(data);
  const std::shared_ptr<Pending> pending = waiting->set.take(waiting);
  {
    const std::lock_guard lock(pending->mutex);
    pending->error = error;
    pending->result = std::move(result);
    pending->done = true;
  }
  pending->ended.notify_all();
}

std::string rcode_name(int rcode) {
  switch (rcode) {
    case 1:
      return "FORMERR";
    case 2:
      return "SERVFAIL";
    case 4:
      return "NOTIMP";
    case 5:
      return "REFUSED";
    default:
      return fmt::format("RCODE {}", rcode);
  }
}

Trust trust_of(const ub_result& result) {
  if (result.bogus != 0) return Trust::kBogus;
  return result.secure != 0 ? Trust::kSecure : Trust::kInsecure;
}

Answer failed(std::string why) {
  Answer answer;
  answer.why = std::move(why);
  return answer;
}

Answer answer_of(const ub_result& result, RecordType type) {
  Answer answer;
  answer.trust = trust_of(result);
  if (answer.trust == Trust::kBogus) {
    answer.why = result.why_bogus != nullptr ? result.why_bogus : "DNSSEC validation failed";
    return answer;
  }
  // Also of a name that is an alias of one that does not exist.
  const std::string owner =
      canonical_name(result.canonname != nullptr ? result.canonname : result.qname);
  if (owner != canonical_name(result.qname)) answer.aliases.push_back(owner);
  if (result.nxdomain != 0) {
    answer.outcome = Outcome::kNxDomain;
    return answer;
  }
  if (result.rcode != 0) {
    answer.why = rcode_name(result.rcode);
    return answer;
  }
  for (int i = 0; result.data != nullptr && result.data[i] != nullptr; ++i) {
    const std::string_view wire(result.data[i], static_cast<std::size_t>(result.len[i]));
    Result<Rdata> data = decode_rdata(type, wire);
    if (!data) return failed(data.error().detail());
    answer.records.push_back({.name = owner,
                              .type = type,
                              .ttl = static_cast<std::uint32_t>(result.ttl),
                              .data = std::move(*data)});
  }
  answer.outcome = answer.records.empty() ? Outcome::kNoData : Outcome::kAnswer;
  return answer;
}

/// Hands settings to libunbound and remembers the first that it refuses.
class Configurator {
 public:
  explicit Configurator(ub_ctx* context) : context_(context) {}

  void option(const char* name, const std::string& value) {
    note(ub_ctx_set_option(context_, name, value.c_str()), std::string(name) + " " + value);
  }
  void note(int code, const std::string& what) {
    if (code != 0 && problem_.empty()) {
      problem_ = fmt::format("the resolver refuses {}: {}", what, ub_strerror(code));
    }
  }
  Result<> result() const {
    return problem_.empty() ? Result<>() : fail(Code::kInvalidArgument, problem_);
  }

 private:
  ub_ctx* context_;
  std::string problem_;
};

Result<> configure(ub_ctx* context, const ResolverSettings& settings) {
  Configurator set(context);
  set.note(ub_ctx_async(context, 1), "a thread of its own");
  set.option("qname-minimisation:", "yes");
  set.option("harden-dnssec-stripped:", "yes");
  set.option("do-not-query-localhost:", "no");
  for (const std::string& server : settings.forwarders) {
    set.note(ub_ctx_set_fwd(context, server.c_str()), "the forwarder " + server);
  }
  for (const auto& [zone, server] : settings.stubs) {
    set.note(ub_ctx_set_stub(context, zone.c_str(), server.c_str(), 0), "the stub zone " + zone);
  }
  for (const std::string& anchor : settings.trust_anchors) {
    set.note(ub_ctx_add_ta(context, anchor.c_str()), "a trust anchor");
  }
  if (settings.trust_anchors.empty() && !settings.trust_anchor_file.empty()) {
    set.note(ub_ctx_add_ta_file(context, settings.trust_anchor_file.c_str()),
             "the trust anchors of " + settings.trust_anchor_file);
  }
  // Names that are reserved for use at home are answered locally unless told otherwise. This ends
  // the time of settings, so it comes last.
  for (const auto& [zone, server] : settings.stubs) {
    for (std::string name = canonical_name(zone); !name.empty();) {
      set.note(ub_ctx_zone_remove(context, name.c_str()), "the zone " + name);
      const std::size_t dot = name.find('.');
      name = dot == std::string::npos ? "" : name.substr(dot + 1);
    }
  }
  return set.result();
}

}  // namespace

struct ValidatingResolver::Impl {
  PendingSet pending;  ///< Outlives the context, which points into it.
  ContextPtr context;
  ResolverSettings settings;
  std::atomic<std::size_t> questions = 0;
  std::jthread pump;  ///< Delivers answers; ends before the context does.

  void run(const std::stop_token& stop) const {
    pollfd entry{ub_fd(context.get()), POLLIN, 0};
    while (!stop.stop_requested()) {
      if (::poll(&entry, 1, 50) > 0) ub_process(context.get());
    }
  }
};

ValidatingResolver::ValidatingResolver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ValidatingResolver::~ValidatingResolver() {
  impl_->pump.request_stop();
  impl_->pump.join();
}

Result<std::unique_ptr<ValidatingResolver>> ValidatingResolver::make(
    const ResolverSettings& settings) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(ub_ctx_create());
  if (impl->context == nullptr) return fail(Code::kInternal, "there is no memory for a resolver");
  LR_TRY_VOID(configure(impl->context.get(), settings));
  impl->settings = settings;
  impl->pump = std::jthread([&impl = *impl](std::stop_token stop) { impl.run(stop); });
  return std::unique_ptr<ValidatingResolver>(new ValidatingResolver(std::move(impl)));
}

std::size_t ValidatingResolver::questions() const { return impl_->questions; }

Answer ValidatingResolver::query(std::string_view name, RecordType type) {
  const std::string asked = canonical_name(name);
  if (!is_askable(asked)) {
    Answer answer;
    answer.outcome = Outcome::kNxDomain;
    return answer;
  }
  if (impl_->questions.fetch_add(1) >= impl_->settings.questions_max) {
    return failed(fmt::format("more than {} questions", impl_->settings.questions_max));
  }
  const auto pending = std::make_shared<Pending>(impl_->pending);
  impl_->pending.add(pending);
  int error = 0;
  {
    const WithoutSigpipe quiet;
    error = ub_resolve_async(impl_->context.get(), asked.c_str(), static_cast<int>(type),
                             1 /* IN */, pending.get(), on_answer, nullptr);
  }
  if (error != 0) {
    impl_->pending.take(pending.get());
    return failed(ub_strerror(error));
  }
  std::unique_lock lock(pending->mutex);
  const bool done =
      pending->ended.wait_for(lock, impl_->settings.patience, [&] { return pending->done; });
  if (!done) return failed("timeout");
  if (pending->error != 0) return failed(ub_strerror(pending->error));
  return answer_of(*pending->result, type);
}

}  // namespace lr::domain
