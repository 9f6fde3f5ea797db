#include "probe/objects.h"

#include <fmt/format.h>

#include <cctype>

#include "probe/placeholder.h"
#include "probe/witness.h"
#include "text/url.h"

namespace lr::probe {
namespace {

constexpr int kParentsDeep = 3;

}  // namespace

Objects::Objects(const contract::Contract& contract, Prober& prober, Identities& identities,
                 Rng& rng)
    : contract_(contract), prober_(prober), identities_(identities), rng_(rng) {
  for (std::size_t i = 0; i < contract.objects.size(); ++i) {
    const auto index = static_cast<contract::ObjectIndex>(i);
    if (auto recipe = find_recipe(contract, index)) recipes_.emplace(index, std::move(*recipe));
  }
}

const Recipe* Objects::recipe(contract::ObjectIndex object) const {
  const auto found = recipes_.find(object);
  return found == recipes_.end() ? nullptr : &found->second;
}

bool Objects::can_read(contract::ObjectIndex object) const {
  const Recipe* known = recipe(object);
  return known != nullptr && known->calls.read.has_value();
}

Request Objects::call_request(const contract::AuditCall& call, const Sacrifice& object,
                              const std::string& marker) const {
  Request request;
  request.method = contract::method_name(call.method);
  request.intent = Intent::kControl;
  request.target = substitute(
      substitute(call.path, "{id}", text::percent_encode_segment(object.id)), "{marker}", marker);
  request.body = substitute(substitute(call.body, "{id}", object.id), "{marker}", marker);
  for (const auto& [index, id] : object.ids) {
    const std::string placeholder = "{" + contract_.objects[index].name + "}";
    request.target = substitute(request.target, placeholder, text::percent_encode_segment(id));
    request.body = substitute(request.body, placeholder, id);
  }
  if (!request.body.empty()) request.headers.set("Content-Type", call.content_type);
  return request;
}

net::Task<ObjectIds> Objects::make_parents(const Recipe& recipe, const Persona& owner) {
  ObjectIds ids;
  for (const contract::ObjectIndex parent : recipe.parents) {
    const Recipe* parent_recipe = this->recipe(parent);
    if (parent_recipe == nullptr || parent_recipe->parents.size() >= kParentsDeep) {
      co_return fail(Code::kNotFound, "there is no recipe for " + contract_.objects[parent].name,
                     Origin::kContract);
    }
    LR_CO_TRY(const Sacrifice made, co_await shared(parent, owner));
    ids[parent] = made.id;
  }
  co_return ids;
}

net::Task<Exchange> Objects::send_create(const contract::AuditCall& call, const Sacrifice& object) {
  Request request = call_request(call, object, object.marker);
  LR_CO_TRY_VOID(co_await identities_.authorize(request, *object.owner, prober_));
  co_return co_await prober_.send(std::move(request));
}

net::Task<Sacrifice> Objects::create(contract::ObjectIndex object, const Persona& owner) {
  const Recipe* known = recipe(object);
  const std::string& name = contract_.objects[object].name;
  if (known == nullptr) {
    co_return fail(
        Code::kNotFound,
        fmt::format("audit.objects has no recipe for {}, and no route creates one", name),
        Origin::kContract);
  }
  Sacrifice out;
  out.object = object;
  out.marker = make_marker(rng_);
  out.owner = &owner;
  LR_CO_TRY(out.ids, co_await make_parents(*known, owner));
  LR_CO_TRY(const Exchange exchange, co_await send_create(known->calls.create, out));
  const auto document = exchange.json();
  const text::json::value* id =
      document ? text::resolve_pointer(*document, known->calls.id) : nullptr;
  const auto id_text = id == nullptr ? std::nullopt : text::scalar_text(*id);
  if (!exchange.ok() || !id_text || id_text->empty()) {
    co_return fail(
        exchange.limited() ? Code::kResourceExhausted : Code::kUnavailable,
        fmt::format("making a {} as {} was answered {}{}", name, owner.name, exchange.status(),
                    exchange.ok() ? " without an id at " + known->calls.id : ""),
        Origin::kTarget);
  }
  out.id = *id_text;
  out.ids[object] = out.id;
  ++made_;
  all_.push_back(out);
  co_return out;
}

net::Task<Sacrifice> Objects::shared(contract::ObjectIndex object, const Persona& owner) {
  const auto key = std::make_pair(object, &owner);
  const auto found = shared_.find(key);
  if (found != shared_.end()) co_return found->second;
  LR_CO_TRY(Sacrifice made, co_await create(object, owner));
  shared_[key] = made;
  co_return made;
}

net::Task<Exchange> Objects::read(const Sacrifice& object, const Persona& reader) {
  const Recipe* known = recipe(object.object);
  if (known == nullptr || !known->calls.read) {
    co_return fail(Code::kNotFound,
                   "no way to read a " + contract_.objects[object.object].name + " back",
                   Origin::kContract);
  }
  Request request = call_request(*known->calls.read, object, object.marker);
  LR_CO_TRY_VOID(co_await identities_.authorize(request, reader, prober_));
  co_return co_await prober_.send(std::move(request));
}

void Objects::adopt(Sacrifice object) { all_.push_back(std::move(object)); }

std::string Objects::absent_id(contract::ObjectIndex object, const std::string& like) {
  switch (contract_.objects[object].id) {
    case contract::IdKind::kUuid:
      return rng_.uuid();
    case contract::IdKind::kInteger:
      return fmt::format("{}", 700'000'000 + rng_.below(200'000'000));
    case contract::IdKind::kAny:
    case contract::IdKind::kSlug:
      break;
  }
  std::string out = like;
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isdigit(byte) != 0) {
      c = static_cast<char>('0' + rng_.below(10));
    } else if (std::isalpha(byte) != 0) {
      c = static_cast<char>((std::isupper(byte) != 0 ? 'A' : 'a') + rng_.below(6));
    }
  }
  return out;
}

net::Task<> Objects::cleanup() {
  prober_.allow_cleanup();
  int unanswered = 0;
  for (Sacrifice& object : all_) {
    constexpr int kUnansweredMax = 3;
    if (unanswered == kUnansweredMax) break;  // Nobody is there any more.
    const Recipe* known = recipe(object.object);
    if (object.gone || known == nullptr || !known->calls.remove || prober_.stopped()) continue;
    Request request = call_request(*known->calls.remove, object, object.marker);
    request.patient = false;
    auto ready = co_await identities_.authorize(request, *object.owner, prober_);
    if (!ready) continue;
    // What cannot be removed stays behind under its marker; nothing else may be touched.
    auto removed = co_await prober_.send(std::move(request));
    if (!removed) ++unanswered;
    object.gone = removed.has_value();
  }
  co_return Result<>();
}

}  // namespace lr::probe
