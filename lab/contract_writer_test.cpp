#include "lab/contract_writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "contract/load.h"
#include "crypto/jwk.h"
#include "lab/routes.h"
#include "lab/testing/visitor.h"

namespace lr::lab {
namespace {

using testing::Visitor;

std::string problems_of(const contract::LoadOutcome& outcome) {
  std::string out;
  for (const contract::Problem& problem : outcome.problems) {
    out += problem.str("launchready.yaml") + "\n";
  }
  return out;
}

TEST(ContractWriter, LoadsWithoutAnyProblem) {
  Visitor visitor({});
  const auto outcome = contract::load_contract_file(visitor.contract());
  ASSERT_TRUE(outcome.contract) << problems_of(outcome);
  EXPECT_EQ(problems_of(outcome), "");
}

TEST(ContractWriter, PromisesEveryRouteThatIsServed) {
  Visitor visitor({});
  const auto loaded = contract::load_contract(visitor.contract());
  ASSERT_TRUE(loaded) << loaded.error().detail();
  EXPECT_EQ(loaded->routes.size(), all_routes().size());
  EXPECT_GE(loaded->routes.size(), 25U);
  EXPECT_EQ(loaded->objects.size(), 3U);
  EXPECT_EQ(loaded->limits.size(), 2U);
  ASSERT_EQ(loaded->audit.identities.size(), 4U);
  std::set<std::string> tenants;
  for (const auto& identity : loaded->audit.identities) tenants.insert(identity.tenant.str());
  EXPECT_EQ(tenants.size(), 2U);
  EXPECT_EQ(loaded->audit.profile, contract::Profile::kFull);
  EXPECT_EQ(loaded->environments.at(0).url->origin(), visitor.url().origin());
}

TEST(ContractWriter, KeepsItsKeysPrivate) {
  Visitor visitor({});
  struct stat info{};
  ASSERT_EQ(stat((visitor.folder() + "/audit-key.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_TRUE(visitor.key().is_private());
}

TEST(ContractWriter, NamesThePeopleOfItsSeed) {
  const text::Url url{"http", "127.0.0.1", 1, "/"};
  EXPECT_EQ(contract_text(World(3), url), contract_text(World(3), url));
  EXPECT_NE(contract_text(World(3), url), contract_text(World(4), url));
}

TEST(ContractWriter, SaysWhichFolderCannotBeWritten) {
  auto key = crypto::Jwk::generate(crypto::Algorithm::kES256, "k");
  ASSERT_TRUE(key);
  const text::Url url{"http", "127.0.0.1", 1, "/"};
  const auto written = write_contract_files(World(1), url, *key, "/dev/null/here");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().detail().find("/dev/null/here"), std::string::npos);
}

}  // namespace
}  // namespace lr::lab
