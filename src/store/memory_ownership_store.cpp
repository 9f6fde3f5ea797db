#include "store/owner_mirror.h"
#include "store/ownership_store.h"

namespace lr::store {
namespace {

class MemoryOwnershipStore final : public OwnershipStore {
 public:
  std::optional<OwnerRecord> find(std::string_view object, std::string_view id) const override {
    return mirror_.find(object, id);
  }
  net::Task<> learn(std::string object, std::string id, OwnerRecord owner) override {
    co_return mirror_.learn(object, id, owner);
  }
  net::Task<> forget(std::string object, std::string id) override {
    mirror_.forget(object, id);
    co_return Result<>{};
  }
  std::size_t size() const override { return mirror_.size(); }

 private:
  OwnerMirror mirror_;
};

}  // namespace

std::unique_ptr<OwnershipStore> make_memory_ownership_store() {
  return std::make_unique<MemoryOwnershipStore>();
}

}  // namespace lr::store
