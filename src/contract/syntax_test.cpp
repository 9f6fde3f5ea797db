// Files that are no YAML, or YAML of a kind that contracts do without: one line with the cure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/testing/load_text.h"

namespace lr::contract {
namespace {

using ::testing::HasSubstr;
using testing::problems_of;

TEST(Syntax, EveryComplaintHasItsPlaceAndCure) {
  constexpr std::pair<const char*, const char*> kFiles[] = {
      {"version: 1\nproduct:\n\tname: x\n", "3:6: error: a tab in the indentation; indent with"},
      {"version: 1\nroutes:\n  - path: /a\n\t  methods: [GET]\n", "4:1: error: a tab in the"},
      {"version: 1\nroutes: [\n", "a { or [ before this place is not closed"},
      {"version: 1\nroutes:\n - { path: /a\n", "close the { or ["},
      {"version: 1\nroutes: [{ path: /x/{y}, methods: [GET] }]\n", "needs quotes"},
      {"version: 1\nproduct:\n  name: it: is\n", "3:11: error: illegal map value; put quotes"},
      {"version: 1\nroutes:\n  - path: /a\n    methods: [GET]\n   access: public\n",
       "5:4: error: end of sequence not found; indent this line"},
      {"version: 1\nx: &a 1\n", "2:4: error: anchors (&name) are not allowed; write the value out"},
      {"version: 1\nx: *a\n", "2:4: error: the referenced anchor is not defined; write the value"},
      {"version: 1\nx: !!set {}\n", "tags (!name) are not allowed; take the tag away"},
      {"version: 1\nversion: 1\n", "2:1: error: \"version\" is here twice (first on line 1); keep"},
      {"version: 1\n---\nversion: 1\n", "more than one document (---) in the file; keep one"},
      {"version: 1\nx: \"\xff\"\n", "the file is not UTF-8; save it as UTF-8"},
      {"versoin: 1\n", "1:1: error: unknown key \"versoin\"; did you mean \"version\"?"},
  };
  for (const auto& [file, expected] : kFiles) {
    const std::string found = problems_of(file);
    EXPECT_THAT(found, HasSubstr(expected)) << file;
    EXPECT_EQ(std::ranges::count(found, '\n'), 1) << found;
  }
}

TEST(Syntax, ALiteralSecretIsOneProblemWhereverItStands) {
  constexpr const char* kHeads[] = {
      "identity: { issuers: [{ name: a, issuer: \"https://id.example\", audience: c, "
      "jwks: k.json, secret: hunter2hunter2 }] }\n",
      "product: { name: \"redis://admin:hunter2hunter2@10.0.0.1/0\" }\n",
      "identity: { issuers: [{ name: a, issuer: \"https://u:hunter2hunter2@id.example\", "
      "audience: c, jwks: k.json }] }\n",
      "guard: { ledger_key: hunter2hunter2 }\n",
      "audit: { mint: { issuer: a, key: hunter2hunter2 } }\n",
  };
  for (const char* head : kHeads) {
    const std::string found = problems_of(std::string("version: 1\n") + head);
    std::size_t about = 0;
    for (std::size_t at = found.find("credential"); at != std::string::npos;
         at = found.find("credential", at + 1)) {
      ++about;
    }
    for (std::size_t at = found.find("must not stand"); at != std::string::npos;
         at = found.find("must not stand", at + 1)) {
      ++about;
    }
    EXPECT_EQ(about, 1U) << found;
    EXPECT_EQ(found.find("hunter2hunter2"), std::string::npos) << found;
  }
}

}  // namespace
}  // namespace lr::contract
