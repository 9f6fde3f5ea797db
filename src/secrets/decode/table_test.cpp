#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/rng.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

/// All pieces, one behind the other, and a check that they lie in the text in order.
std::string table(std::string_view text) {
  std::string all;
  std::size_t end = 0;
  decode_table(text, [&](const Decoded& piece) {
    EXPECT_EQ(piece.encoding, "table");
    EXPECT_LE(end, piece.from.begin);
    EXPECT_LE(piece.from.begin, piece.from.end);
    EXPECT_LE(piece.from.end, text.size());
    end = piece.from.end;
    all += piece.bytes;
  });
  return all;
}

TEST(Table, CellsOfCredentialsAreAssignmentsToTheirColumns) {
  EXPECT_EQ(table("name,url,username,password,note\na,https://a.example/,bob,hunter2,\n"),
            "password = \"hunter2\"; \n");
  EXPECT_EQ(table("Access key ID,Secret access key\nAKIAX,abc/def\n"),
            "secret_access_key = \"abc/def\"; \n");
  EXPECT_EQ(table("id;Passwort;api-key\r\n1;x;y\r\n2;;z\r\n"),
            "passwort = \"x\"; api_key = \"y\"; \napi_key = \"z\"; \n");
  EXPECT_EQ(table("user\tapi_token\nbob\tt1\namy\tt2"),
            "api_token = \"t1\"; \napi_token = \"t2\"; ");
  EXPECT_EQ(table("Größe,Contraseña,Password (old)\n1,2,3\n"), "password__old_ = \"3\"; \n");
  EXPECT_EQ(table("user,access token,note\nbob,t1,"), "access_token = \"t1\"; ");
  EXPECT_EQ(table("\xEF\xBB\xBFuser,secret\nbob,s\n"), "secret = \"s\"; \n");
}

TEST(Table, QuotesAreTakenOffAndLinesStayLines) {
  EXPECT_EQ(table("\"user\",\"password\"\n\"b\",\"a,b\"\"c\"\n\"c\",\"d\"\n"),
            "password = 'a,b\"c'; \npassword = \"d\"; \n");
  EXPECT_EQ(table("note,password\n\"one\ntwo\",p1\nthree,p2\n"),
            "password = \"p1\"; \n\npassword = \"p2\"; \n");
  EXPECT_EQ(table("user,password\nb,\"a\"\"'`\"\nc,d\n"), "\npassword = \"d\"; \n");
}

TEST(Table, WhatIsNoneIsLeftAlone) {
  for (const std::string_view text :
       {"", "\n", "password", "password\nhunter2\n", "user,mail\nbob,b@x\n",
        "# user, password = \"x\"\na,b\n", "int f(char *secret, int n) {\n  return g(secret, n);\n",
        "token,lat\nabcdef0123456789,1.0\n", "user,password", "user,password\n",
        "user,password\nonly one cell\n", "user,password\na,b,c\n",
        "user,password\na,\"not closed\n", "a\"b,password\nx,y\n"}) {
    EXPECT_EQ(table(text), "") << text;
  }
  EXPECT_EQ(table("user,password\na,b\nthe table ends here\nc,d\n"), "password = \"b\"; \n");
  EXPECT_EQ(table(fmt::format("user,password\na,{}\n", std::string(5'000, 'x'))), "");
  EXPECT_EQ(table(fmt::format("user,password{}\na,b\n", std::string(5'000, ' '))), "");
}

TEST(Table, LongOnesComeInPiecesOfWholeLines) {
  std::string text = "user,password\n";
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    text += fmt::format("u{},p{}\n", i, i);
    expected += fmt::format("password = \"p{}\"; \n", i);
  }
  EXPECT_EQ(table(text), expected);
  std::size_t pieces = 0;
  decode_table(text, [&](const Decoded& piece) {
    ++pieces;
    const std::string_view from =
        std::string_view(text).substr(piece.from.begin, piece.from.end - piece.from.begin);
    EXPECT_EQ(std::ranges::count(from, '\n'), std::ranges::count(piece.bytes, '\n'));
  });
  EXPECT_GT(pieces, 3U);
}

TEST(Table, NoBytesBreakIt) {
  constexpr std::string_view kBytes = "a,;\t|\"\r\n'` password";
  SeededRng rng(77);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = rng.below(2) == 0 ? "x,secret\n" : "\"auth_token\";y\r\n";
    for (std::size_t n = rng.below(40); n > 0; --n) text += kBytes[rng.below(kBytes.size())];
    const std::string found = table(text);
    ASSERT_LE(std::ranges::count(found, '\n'), std::ranges::count(text, '\n'));
  }
}

}  // namespace
}  // namespace lr::secrets
