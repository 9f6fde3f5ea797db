#include "decide/access.h"

#include <gtest/gtest.h>

namespace lr::decide {
namespace {

using contract::Contract;
using contract::Method;
using contract::Route;

/// One field-owned order in a contract with tenants.
Contract sample() {
  Contract contract;
  contract::Issuer issuer;
  issuer.name = "acme";
  issuer.claims.tenant = "org";
  contract.issuers.push_back(issuer);
  contract::Object order;
  order.name = "order";
  order.owner_field = "/customer_id";
  order.tenant_field = "/org";
  contract.objects.push_back(order);
  return contract;
}

Identity ann() {
  Identity identity;
  identity.user = UserId("ann");
  identity.tenant = TenantId("t1");
  identity.issuer = "acme";
  return identity;
}

Route owner_route() {
  Route route;
  route.methods = contract::bit(Method::kGet) | contract::bit(Method::kDelete);
  route.access.authenticated = true;
  route.access.owner = contract::ObjectIndex{0};
  return route;
}

bool owns(const Identity& identity, const text::json::value& document,
          contract::NameSet except = 0) {
  const Contract contract = sample();
  contract::Access access = owner_route().access;
  access.owner_except = except;
  return owns_document(contract, contract.objects[0], access, identity, document);
}

TEST(OwnsDocument, ByUserWithinTheTenant) {
  EXPECT_TRUE(owns(ann(), {{"customer_id", "ann"}, {"org", "t1"}}));
  EXPECT_FALSE(owns(ann(), {{"customer_id", "bob"}, {"org", "t1"}}));
  EXPECT_FALSE(owns(ann(), {{"customer_id", "ann"}, {"org", "t2"}}));
  EXPECT_FALSE(owns(ann(), {{"customer_id", "ann"}})) << "the tenant must be proved";
  EXPECT_FALSE(owns(ann(), {{"org", "t1"}}));
  EXPECT_FALSE(owns(ann(), nullptr));
}

TEST(OwnsDocument, NumbersAndStringsCompareByText) {
  Identity seven = ann();
  seven.user = UserId("7");
  EXPECT_TRUE(owns(seven, {{"customer_id", 7}, {"org", "t1"}}));
  EXPECT_FALSE(owns(seven, {{"customer_id", 7.5}, {"org", "t1"}}));
  EXPECT_FALSE(owns(seven, {{"customer_id", {7}}, {"org", "t1"}}));
}

TEST(OwnsDocument, AnEmptyNameOwnsNothing) {
  Identity nobody = ann();
  nobody.user = UserId("");
  EXPECT_FALSE(owns(nobody, {{"customer_id", ""}, {"org", "t1"}}));
  nobody = ann();
  nobody.tenant = TenantId("");
  EXPECT_FALSE(owns(nobody, {{"customer_id", "ann"}, {"org", ""}}));
}

TEST(OwnsDocument, OrRolesStayInTheTenant) {
  Identity staff = ann();
  staff.roles = 0b1;
  EXPECT_TRUE(owns(staff, {{"customer_id", "bob"}, {"org", "t1"}}, 0b1));
  EXPECT_FALSE(owns(staff, {{"customer_id", "bob"}, {"org", "t2"}}, 0b1));
}

TEST(DecideOwner, FieldsProveReadsOnly) {
  const Contract contract = sample();
  const Route route = owner_route();
  const std::vector<ObjectUse> uses = {{0, nullptr}};
  EXPECT_TRUE(decide_owner(contract, route, ann(), uses, Method::kGet).owner_by_field);
  EXPECT_EQ(decide_owner(contract, route, ann(), uses, Method::kDelete).reason,
            Reason::kOwnerUnknown);
  EXPECT_FALSE(decide_owner(contract, route, ann(), uses).allowed) << "which method is not known";
  EXPECT_FALSE(decide_owner(contract, route, ann(), {}, Method::kGet).allowed)
      << "the request must name the object";
}

TEST(DecideOwner, ForeignAndMissingLookTheSame) {
  const Contract contract = sample();
  const Route route = owner_route();
  const Owner foreign{UserId("bob"), TenantId("t2"), "acme"};
  const std::vector<ObjectUse> theirs = {{0, &foreign}};
  const std::vector<ObjectUse> missing = {{0, nullptr}};
  const Decision a = decide_owner(contract, route, ann(), theirs, Method::kDelete);
  const Decision b = decide_owner(contract, route, ann(), missing, Method::kDelete);
  EXPECT_EQ(a.code, Code::kNotFound);
  EXPECT_EQ(b.code, Code::kNotFound);
  EXPECT_NE(a.reason, b.reason) << "but the ledger tells them apart";
}

TEST(DecideListItem, ByStoreOrByField) {
  const Contract contract = sample();
  Route route = owner_route();
  route.lists = contract::ObjectIndex{0};
  const Owner mine{UserId("ann"), TenantId("t1"), "acme"};
  const Owner other_issuer{UserId("ann"), TenantId("t1"), "google"};
  EXPECT_TRUE(decide_list_item(contract, route, ann(), &mine).allowed);
  EXPECT_FALSE(decide_list_item(contract, route, ann(), &other_issuer).allowed);
  EXPECT_TRUE(decide_list_item(contract, route, ann(), nullptr).owner_by_field);
  route.lists.reset();
  EXPECT_FALSE(decide_list_item(contract, route, ann(), &mine).allowed);
}

TEST(DecideAccess, AGoodCredentialWithoutAnIdentityIsNone) {
  const Contract contract = sample();
  const Route route = owner_route();
  RouteMatch match;
  match.outcome = RouteMatch::Outcome::kMatched;
  match.route = &route;
  EXPECT_EQ(decide_access(contract, match, Credential::kGood, nullptr, {}).reason,
            Reason::kNoCredential);
}

TEST(IdFits, Kinds) {
  using contract::IdKind;
  EXPECT_TRUE(id_fits(IdKind::kUuid, "7d444840-9dc0-11d1-b245-5ffdce74fad2"));
  EXPECT_FALSE(id_fits(IdKind::kUuid, "7d444840-9dc0-11d1-b245-5ffdce74fad"));
  EXPECT_FALSE(id_fits(IdKind::kUuid, "7d444840x9dc0-11d1-b245-5ffdce74fad2"));
  EXPECT_TRUE(id_fits(IdKind::kInteger, "0"));
  EXPECT_FALSE(id_fits(IdKind::kInteger, "007"));
  EXPECT_FALSE(id_fits(IdKind::kInteger, "-1"));
  EXPECT_FALSE(id_fits(IdKind::kInteger, ""));
  EXPECT_TRUE(id_fits(IdKind::kSlug, "my-file_2"));
  EXPECT_FALSE(id_fits(IdKind::kSlug, "a.b"));
  EXPECT_FALSE(id_fits(IdKind::kAny, ""));
}

}  // namespace
}  // namespace lr::decide
