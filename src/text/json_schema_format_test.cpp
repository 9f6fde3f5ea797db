#include "text/json_schema_format.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lr::text {
namespace {

struct Row {
  const char* format;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

std::vector<Row> rows() {
  return {
      {"date",
       {"2024-02-29", "0001-01-01"},
       {"2023-02-29", "2024-13-01", "2024-1-01", "2024-01-32", "2024-01-01 ", "", "20240101"}},
      {"time",
       {"10:42:07Z", "23:59:60Z", "00:59:60+01:00", "10:42:07.5-23:30"},
       {"24:00:00Z", "10:60:00Z", "22:59:60Z", "10:42:07", "10:42:07.Z", "10:42:07+24:00",
        "10:42Z"}},
      {"date-time",
       {"2026-01-31T10:42:07.123Z", "1998-12-31t23:59:60z"},
       {"2026-01-31 10:42:07Z", "2026-01-31T10:42:07", "2026-02-30T10:42:07Z"}},
      {"duration",
       {"P1Y2M3DT4H5M6S", "PT36H", "P4W", "P1D", "PT1M"},
       {"P", "PT", "P1YT", "P1D2H", "P1W2D", "1D", "P1S", "p1d", "PT1D"}},
      {"email",
       {"a@b.example", "first.last+tag@x.example", "\"a b\"@b.example", "a@[127.0.0.1]",
        "a@[IPv6:::1]"},
       {"a", "@b.example", "a@", ".a@b.example", "a..b@c.example", "a b@c.example", "a@b_c.example",
        "a@[300.0.0.1]", "a@b.example\n"}},
      {"hostname",
       {"a", "a.example", "xn--4gbwdl.xn--wgbh1c", "a-b.c9"},
       {"", "-a.example", "a-.example", "a..b", "a_b", "a.", std::string(64, 'a')}},
      {"ipv4",
       {"127.0.0.1", "255.255.255.255"},
       {"256.0.0.1", "127.0.0.0.1", "1.2.3", "087.10.0.1", "0x7f.1", "1.2.3.4 "}},
      {"ipv6",
       {"::", "::1", "2001:db8::1", "::ffff:192.168.0.1"},
       {"12345::", ":::1", "1:2:3:4:5:6:7", "::1%eth0", "::1/64", "::g"}},
      {"uri",
       {"https://a.example:8080/b?c=d#e", "urn:isbn:1", "mailto:a@b.example", "http://[::1]/"},
       {"//a.example", "/b", "a", "http://a b", "http://a.example/%zz", "http://[::1", "1http://a",
        "http://a:b/", "http://a/[x]", "http://a#b#c", "http://a\\b"}},
      {"uri-reference",
       {"/b?c", "#d", "", "a/b:c", "//a.example/b", "../x"},
       {"\\\\a", "a:b c", "#a b", ":a", "a b"}},
      {"uuid",
       {"2EB8AA08-aa98-11ea-b4aa-73b441d16380"},
       {"2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380",
        "2eb8aa08-aa98-11ea-b4aa-73b441d1638g"}},
      {"json-pointer", {"", "/a/0/~0~1", "/"}, {"a", "/~2", "/~", "#/a"}},
      {"relative-json-pointer", {"0", "1/a", "2#", "10"}, {"", "/a", "-1", "01", "1a", "0##"}},
      {"regex", {"^a+$", "(?<n>a)"}, {"(", "(?=a)", "\\a", "[a"}},
  };
}

TEST(JsonSchemaFormat, TellsGoodFromBad) {
  for (const Row& row : rows()) {
    const FormatCheck check = find_format(row.format);
    ASSERT_NE(check, nullptr) << row.format;
    for (const std::string& text : row.good) EXPECT_TRUE(check(text)) << row.format << ": " << text;
    for (const std::string& text : row.bad) EXPECT_FALSE(check(text)) << row.format << ": " << text;
  }
}

TEST(JsonSchemaFormat, KnowsOnlyWhatItCanCheck) {
  for (const char* name : {"idn-email", "iri", "uri-template", "", "Date", "password"}) {
    EXPECT_EQ(find_format(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace lr::text
