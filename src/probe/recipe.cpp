#include <algorithm>
#include <boost/json/serialize.hpp>

#include "probe/instance.h"
#include "probe/objects.h"

namespace lr::probe {
namespace {

using contract::Method;
using contract::PathSegment;
using contract::Route;

/// The route's path with "{name}" for objects; nullopt when it has other open parts.
std::optional<std::string> template_of(const Route& route) {
  std::string out;
  for (const PathSegment& segment : route.segments) {
    if (segment.kind == PathSegment::Kind::kLiteral) {
      out += "/" + segment.text;
    } else if (segment.object) {
      out += "/{" + segment.text + "}";
    } else {
      return std::nullopt;
    }
  }
  return out.empty() ? "/" : out;
}

bool ends_in(const Route& route, contract::ObjectIndex object) {
  return !route.segments.empty() && route.segments.back().object == object;
}

/// The call that a route with this method stands for, with {id} for the object itself.
std::optional<contract::AuditCall> call_of(const Route& route, Method method,
                                           contract::ObjectIndex object) {
  auto path = template_of(route);
  if (!path) return std::nullopt;
  if (ends_in(route, object)) {
    const std::size_t cut = path->rfind('/');
    *path = path->substr(0, cut) + "/{id}";
  }
  contract::AuditCall call;
  call.method = method;
  call.path = std::move(*path);
  const bool has_body =
      method == Method::kPost || method == Method::kPut || method == Method::kPatch;
  if (has_body) {
    call.body = "{}";
    if (route.body && route.body->schema_document) {
      call.body = text::json::serialize(make_instance(*route.body->schema_document, "{marker}"));
    }
  }
  return call;
}

std::optional<contract::AuditCall> find_call(const contract::Contract& contract, Method method,
                                             contract::ObjectIndex object) {
  for (const Route& route : contract.routes) {
    if ((route.methods & bit(method)) != 0 && ends_in(route, object)) {
      return call_of(route, method, object);
    }
  }
  return std::nullopt;
}

std::optional<Recipe> derive(const contract::Contract& contract, contract::ObjectIndex object) {
  for (const Route& route : contract.routes) {
    if (route.creates != object || (route.methods & bit(Method::kPost)) == 0) continue;
    const auto create = call_of(route, Method::kPost, object);
    if (!create) continue;
    Recipe out;
    out.derived = true;
    out.calls.object = object;
    out.calls.create = *create;
    out.calls.id = contract.objects[object].learn.value_or("/id");
    out.calls.read = find_call(contract, Method::kGet, object);
    out.calls.remove = find_call(contract, Method::kDelete, object);
    return out;
  }
  return std::nullopt;
}

void find_parents(const contract::Contract& contract, Recipe& recipe) {
  const contract::AuditCall& create = recipe.calls.create;
  for (std::size_t i = 0; i < contract.objects.size(); ++i) {
    const auto index = static_cast<contract::ObjectIndex>(i);
    if (index == recipe.calls.object) continue;
    const std::string placeholder = "{" + contract.objects[i].name + "}";
    if (create.path.find(placeholder) != std::string::npos ||
        create.body.find(placeholder) != std::string::npos) {
      recipe.parents.push_back(index);
    }
  }
}

}  // namespace

std::optional<Recipe> find_recipe(const contract::Contract& contract,
                                  contract::ObjectIndex object) {
  std::optional<Recipe> out;
  for (const contract::AuditObject& declared : contract.audit.objects) {
    if (declared.object != object) continue;
    out.emplace();
    out->calls = declared;
    if (!out->calls.read) out->calls.read = find_call(contract, Method::kGet, object);
    if (!out->calls.remove) out->calls.remove = find_call(contract, Method::kDelete, object);
  }
  if (!out) out = derive(contract, object);
  if (out) find_parents(contract, *out);
  return out;
}

}  // namespace lr::probe
