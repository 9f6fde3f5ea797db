#include "secrets/findings/browser_variable.h"

#include <gtest/gtest.h>

namespace lr::secrets {
namespace {

TEST(BrowserVariable, IsKnownByItsNameInEverySpelling) {
  for (const std::string_view before :
       {"NEXT_PUBLIC_AI_KEY=", "export NEXT_PUBLIC_AI_KEY=\"", "  NEXT_PUBLIC_AI_KEY: '",
        "ENV X=1 NEXT_PUBLIC_AI_KEY=", "{\"NEXT_PUBLIC_AI_KEY\": \"",
        "process.env[\"NEXT_PUBLIC_AI_KEY\"] = `", "process.env.NEXT_PUBLIC_AI_KEY := "}) {
    EXPECT_EQ(browser_variable(before), "browser variable NEXT_PUBLIC_AI_KEY") << before;
  }
  EXPECT_EQ(browser_variable("VITE_TOKEN="), "browser variable VITE_TOKEN");
  EXPECT_EQ(browser_variable("REACT_APP_TOKEN="), "browser variable REACT_APP_TOKEN");
}

TEST(BrowserVariable, OthersAreNone) {
  for (const std::string_view before :
       {"", "=", "AI_KEY=", "MY_VITE_TOKEN=", "NEXT_PUBLIC_AI_KEY",
        "NEXT_PUBLIC_A=x AI_KEY=", "NEXT_PUBLIC_AI_KEY=prefix-", "PUBLIC_KEY="}) {
    EXPECT_EQ(browser_variable(before), "") << before;
  }
}

}  // namespace
}  // namespace lr::secrets
