#include "report/printable.h"

#include <gtest/gtest.h>

#include <random>

namespace lr::report {
namespace {

TEST(Printable, LeavesPlainTextAlone) {
  EXPECT_EQ(printable("Grüße, 東京 🚀\n\tx"), "Grüße, 東京 🚀\n\tx");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ShowsControlCharactersInsteadOfObeyingThem) {
  EXPECT_EQ(printable("\x1b[31mred\x07"), "\\x1b[31mred\\x07");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\x7F"), "\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"), "\\x9b");  // C1 CSI
  EXPECT_EQ(printable("a\r\nb\rc"), "a\nb\\x0dc");
}

TEST(Printable, ShowsWhatTurnsOrHidesText) {
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\u{202e}");
  EXPECT_EQ(printable("\xE2\x81\xA6"), "\\u{2066}");
  EXPECT_EQ(printable("\xE2\x80\x8B"), "\\u{200b}");
  EXPECT_EQ(printable("\xE2\x80\xA8"), "\\u{2028}");
  EXPECT_EQ(printable("\xEF\xBB\xBF"), "\\u{feff}");
  EXPECT_EQ(printable("\xF3\xA0\x81\x81"), "\\u{e0041}");  // tag letter
  EXPECT_EQ(printable("\xEF\xBF\xBF"), "\\u{ffff}");
}

TEST(Printable, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(printable("\xFF"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");       // overlong '/'
  EXPECT_EQ(printable("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");  // surrogate
  EXPECT_EQ(printable("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");       // cut short
  EXPECT_EQ(printable("\xF4\x90\x80\x80").substr(0, 3), "\xEF\xBF\xBD");
}

TEST(Printable, RandomBytesAlwaysBecomeHarmless) {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random() % 64, ' ');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string safe = printable(bytes);
    EXPECT_EQ(printable(safe), safe) << "printing twice changes nothing";
    for (char c : safe) {
      const auto value = static_cast<unsigned char>(c);
      EXPECT_TRUE(value >= 0x20 || c == '\n' || c == '\t');
      EXPECT_NE(value, 0x7F);
    }
    const std::string html = html_text(bytes);
    EXPECT_EQ(html.find_first_of("<>\"'"), std::string::npos);
  }
}

TEST(PrintableLine, IsOneLine) { EXPECT_EQ(printable_line("  a\n\n b\t c \n"), "a b c"); }

TEST(Shortened, CutsAtCodePoints) {
  EXPECT_EQ(shortened("äöü", 3), "äöü");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
  EXPECT_EQ(columns_of("äö…"), 3U);
}

TEST(Xml, AttributesKeepNewlinesAsReferences) {
  EXPECT_EQ(xml_attribute("a\n\"<&>'"), "a&#10;&quot;&lt;&amp;&gt;&#39;");
}

TEST(Markdown, NothingIsMarkup) {
  EXPECT_EQ(markdown_line("*a* <b> @x #1 [l](u) http://e"),
            "\\*a\\* &lt;b&gt; &#64;x &#35;1 \\[l\\](u) http&#58;//e");
  EXPECT_EQ(markdown_line("a\n# b"), "a &#35; b");
  EXPECT_EQ(markdown_code("a`b"), "`` a`b ``");
  EXPECT_EQ(markdown_code("a|b"), "`a¦b`");
}

TEST(Markdown, TheContentCannotCloseItsBlock) {
  EXPECT_EQ(markdown_block("x\n```\ny", "sh"), "````sh\nx\n```\ny\n````\n");
}

}  // namespace
}  // namespace lr::report
