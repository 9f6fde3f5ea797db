#include "probe/forge.h"

#include <gtest/gtest.h>

#include "contract/contract.h"
#include "crypto/jws.h"
#include "decide/identity.h"
#include "probe/forge_parts.h"

namespace lr::probe {
namespace {

using Forge = std::vector<Forgery> (*)(const ForgeMaterial&);

class ForgeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = crypto::Jwk::generate(crypto::Algorithm::kES256, "k1");
    ASSERT_TRUE(made.has_value());
    key_.emplace(std::move(*made));
    contract::Issuer issuer;
    issuer.name = "main";
    issuer.issuer = "https://id.example";
    issuer.audiences = {"chat"};
    issuer.algorithms = {crypto::Algorithm::kES256};
    issuer.claims.tenant = "/org/id";
    contract_.issuers.push_back(issuer);
    contract_.roles.push_back({"viewer", 1, {}});
    material_.contract = &contract_;
    material_.issuer = &contract_.issuers.front();
    material_.subject = {UserId("ann"), TenantId("t1"), 1, 0};
    material_.test_key = &*key_;
    material_.algorithm = crypto::Algorithm::kES256;
    material_.public_keys = {*key_};
    material_.now = 1'800'000'000;
    material_.token = signed_token();
    material_.subject.user = UserId("bob");
    material_.other_token = signed_token();
    material_.subject.user = UserId("ann");
  }

  std::string signed_token() {
    std::vector<Forgery> out;
    append_signed(out, material_, "good", [](text::json::object&) {});
    return std::string(out.front().headers.get("Authorization")->substr(7));
  }

  /// What a strict verifier says: the same code as the guard's.
  bool accepted(const Forgery& forgery) const {
    const auto field = forgery.headers.get("Authorization");
    if (!field || !field->starts_with("Bearer ")) return false;
    const auto jws = crypto::split_jws(field->substr(7));
    if (!jws) return false;
    const crypto::JwkSet keys({*key_});
    if (!crypto::verify_jws(*jws, keys, contract_.issuers.front().algorithms)) return false;
    const auto claims = text::parse_json(jws->payload);
    const WallTime now{seconds(material_.now)};
    return claims && claims->is_object() &&
           decide::judge_claims(contract_, contract_.issuers.front(), jws->header,
                                claims->get_object(), now)
               .has_value();
  }

  contract::Contract contract_;
  std::optional<crypto::Jwk> key_;
  ForgeMaterial material_;
};

TEST_F(ForgeTest, TheUnforgedTokenIsAccepted) {
  EXPECT_TRUE(accepted(bearer("good", material_.token)));
}

TEST_F(ForgeTest, AStrictVerifierRefusesEveryForm) {
  const Forge forges[] = {forge_missing,   forge_malformed,    forge_unsigned, forge_signature,
                          forge_wrong_key, forge_hs_confusion, forge_expired,  forge_not_yet_valid,
                          forge_issuer,    forge_audience,     forge_subject};
  std::size_t forms = 0;
  for (const Forge forge : forges) {
    const auto made = forge(material_);
    EXPECT_FALSE(made.empty());
    for (const Forgery& forgery : made) {
      EXPECT_FALSE(accepted(forgery)) << forgery.form;
      EXPECT_FALSE(forgery.form.empty());
      ++forms;
    }
  }
  EXPECT_GE(forms, 50U);
}

TEST_F(ForgeTest, ClaimFormsDifferFromAGoodTokenByTheirClaimsOnly) {
  for (const Forge forge :
       {forge_expired, forge_not_yet_valid, forge_issuer, forge_audience, forge_subject}) {
    for (const Forgery& forgery : forge(material_)) {
      const auto jws = crypto::split_jws(forgery.headers.get("Authorization")->substr(7));
      ASSERT_TRUE(jws.has_value()) << forgery.form;
      EXPECT_TRUE(crypto::verify_jws(*jws, *key_, crypto::Algorithm::kES256)) << forgery.form;
    }
  }
}

TEST_F(ForgeTest, WithoutATestKeyNoClaimFormIsMade) {
  material_.test_key = nullptr;
  EXPECT_TRUE(forge_expired(material_).empty());
  EXPECT_TRUE(forge_issuer(material_).empty());
  EXPECT_FALSE(forge_signature(material_).empty());
}

TEST_F(ForgeTest, TheFormsOfSignatureKeepTheRestOfTheToken) {
  const auto parts = take_apart(material_.token);
  ASSERT_TRUE(parts.has_value());
  const auto forms = forge_signature(material_);
  EXPECT_EQ(forms.front().headers.get("Authorization"),
            "Bearer " + parts->header_text + "." + parts->payload_text + ".");
}

TEST_F(ForgeTest, InTheQueryTheTokenIsGood) {
  for (const Forgery& forgery : forge_in_query(material_)) {
    Request request;
    forgery.apply(request);
    EXPECT_NE(request.target.find(material_.token.substr(0, 20)), std::string::npos);
    EXPECT_FALSE(request.headers.get("Authorization"));
  }
}

TEST(Claims, PointersMakeTheirParents) {
  text::json::object claims;
  set_claim(claims, "/org/id", "t1");
  set_claim(claims, "sub", "ann");
  ASSERT_TRUE(claims["org"].is_object());
  EXPECT_EQ(claims["org"].get_object()["id"], "t1");
  erase_claim(claims, "/org/id");
  EXPECT_TRUE(claims["org"].get_object().empty());
  erase_claim(claims, "/nothing/there");
}

}  // namespace
}  // namespace lr::probe
