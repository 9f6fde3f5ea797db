// The promise: no value missed in any shape at any cut, nothing reported that is not the value.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "crypto/digest.h"
#include "secrets/exact/exact_redactor.h"
#include "secrets/exact/exact_values.h"
#include "secrets/exact/searchable.h"
#include "secrets/exact/testing/shapes.h"

namespace lr::secrets {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::sample_secrets;
using testing::Shape;
using testing::shapes_of;
using ::testing::SizeIs;

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::vector<ExactMatch> find(const ExactValues& values, std::string_view bytes) {
  std::vector<ExactMatch> out;
  values.find(bytes, out);
  return out;
}

/// finish() makes `stream` new again.
std::vector<ExactMatch> feed(ExactStream& stream, std::string_view bytes,
                             std::span<const std::size_t> cuts) {
  std::vector<ExactMatch> out;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    stream.feed(bytes.substr(from, cut - from), out);
    from = cut;
  }
  stream.feed(bytes.substr(from), out);
  stream.finish(out);
  return out;
}

bool reports(std::span<const ExactMatch> matches, std::uint32_t value) {
  return std::ranges::find(matches, value, &ExactMatch::value) != matches.end();
}

std::vector<NamedSecret> one(std::string name, std::string value) {
  std::vector<NamedSecret> out;
  out.push_back({std::move(name), Secret(std::move(value))});
  return out;
}

/// What stands around a value: quotes and blanks end every encoding.
std::string in_context(std::string_view text) { return fmt::format("key = \"{}\" # x\n", text); }

TEST(ExactValues, FindEveryShapeOfAThousandSecretsAtEveryCut) {
  SeededRng rng(1);
  const auto secrets = sample_secrets(1000, rng);
  const ExactValues values = ExactValues::build(secrets);
  ASSERT_THAT(values.refused(), IsEmpty());
  std::size_t missed = 0;
  std::size_t splits = 0;
  std::set<Encoding> seen;
  ExactStream stream(values);
  for (std::uint32_t i = 0; i < secrets.size(); ++i) {
    for (const Shape& shape : shapes_of(secrets[i].value.expose(), rng)) {
      const std::string text = in_context(shape.text);
      const auto whole = find(values, text);
      missed += reports(whole, i) ? 0 : 1;
      for (const ExactMatch& match : whole) seen.insert(match.encoding);
      // A long block at every cut would only repeat the same comparison.
      const std::size_t step = std::max<std::size_t>(1, text.size() / 200);
      for (std::size_t cut = 0; cut <= text.size(); cut += step) {
        ++splits;
        if (feed(stream, text, std::array{cut}) != whole) ++missed;
      }
    }
  }
  EXPECT_EQ(missed, 0u);
  EXPECT_GT(splits, 1'000'000u);
  EXPECT_GE(seen.size(), 15u);
}

TEST(ExactValues, FindTheSameWhenBuiltForShortTexts) {
  SeededRng rng(9);
  const auto secrets = sample_secrets(300, rng);
  const ExactValues values = ExactValues::build(secrets);
  const ExactValues small = ExactValues::build(secrets, ExactValues::Texts::kShort);
  std::size_t found = 0;
  for (const NamedSecret& secret : secrets) {
    for (const Shape& shape : shapes_of(secret.value.expose(), rng)) {
      const std::string text = in_context(shape.text);
      const auto matches = find(small, text);
      EXPECT_EQ(matches, find(values, text));
      found += matches.size();
    }
  }
  EXPECT_GT(found, secrets.size() * 15);
}

TEST(ExactValues, FindTheSameByteByByteAndInPiecesOfEverySize) {
  SeededRng rng(2);
  const auto secrets = sample_secrets(64, rng);
  const ExactValues values = ExactValues::build(secrets);
  std::string text;
  for (const NamedSecret& secret : secrets) {
    for (const Shape& shape : shapes_of(secret.value.expose(), rng)) text += in_context(shape.text);
  }
  const auto whole = find(values, text);
  EXPECT_GT(whole.size(), secrets.size() * 15);
  ExactStream stream(values);
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 64u, 1000u, 4096u, 16'384u, 100'000u}) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = piece; at < text.size(); at += piece) cuts.push_back(at);
    EXPECT_EQ(feed(stream, text, cuts), whole) << "pieces of " << piece;
  }
}

TEST(ExactValues, ReportTheBytesThatDependOnTheValue) {
  const std::string value = "tok_" + std::string("9fK2mPq7Lx");
  const ExactValues values = ExactValues::build(one("TOKEN", value));
  for (const std::size_t front : {0u, 1u, 2u, 5u, 16'383u, 16'384u, 50'000u}) {
    const auto matches = find(values, std::string(front, '.') + value + "...");
    ASSERT_THAT(matches, SizeIs(1)) << front;
    EXPECT_EQ(matches[0], (ExactMatch{0, Encoding::kPlain, front, front + value.size()}));
  }
  const std::string base64 = crypto::base64_encode("user:" + value + ":x");
  const auto matches = find(values, base64);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].encoding, Encoding::kBase64);
  EXPECT_EQ(matches[0].begin, 6u);  // The seventh character holds the first bits of "t".
}

TEST(ExactValues, ReportNothingForNearMisses) {
  SeededRng rng(3);
  const auto secrets = sample_secrets(400, rng);
  const ExactValues values = ExactValues::build(secrets);
  std::size_t false_alarms = 0;
  for (const NamedSecret& secret : secrets) {
    for (const std::size_t place : {std::size_t{0}, secret.value.expose().size() - 1}) {
      std::string near(secret.value.expose());
      near[place] = near[place] == 'A' ? 'B' : 'A';  // Not in the middle of a multi-byte character.
      if (static_cast<std::uint8_t>(secret.value.expose()[place]) >= 0x80) continue;
      for (const Shape& shape : shapes_of(near, rng)) {
        false_alarms += find(values, in_context(shape.text)).size();
      }
    }
  }
  EXPECT_EQ(false_alarms, 0u);
}

TEST(ExactValues, ReportNothingInRandomText) {
  SeededRng rng(4);
  const auto secrets = sample_secrets(1000, rng);
  const ExactValues values = ExactValues::build(secrets);
  for (const std::string_view alphabet : {kAlphanumeric, std::string_view("0123456789abcdef"),
                                          std::string_view("\\u0123456789abcdefx%&#;")}) {
    EXPECT_THAT(find(values, testing::random_text(rng, alphabet, 1 << 20)), IsEmpty());
  }
}

TEST(ExactValues, ReportBothOfEqualValues) {
  std::vector<NamedSecret> secrets = one("A", "q7Rt2LmX9pZv");
  secrets.push_back({"B", Secret("q7Rt2LmX9pZv")});
  const ExactValues values = ExactValues::build(secrets);
  const auto matches = find(values, "x q7Rt2LmX9pZv");
  EXPECT_THAT(matches, SizeIs(2));
  EXPECT_TRUE(reports(matches, 0) && reports(matches, 1));
}

TEST(ExactValues, SearchForNothingWithoutValues) {
  const ExactValues values = ExactValues::build({});
  EXPECT_THAT(find(values, "anything at all"), IsEmpty());
  ExactRedactor redactor(values);
  std::string out;
  redactor.feed("anything", out);
  redactor.finish(out);
  EXPECT_EQ(out, "anything");
}

TEST(Searchable, RefusesWhatStandsInOrdinaryText) {
  for (const std::string_view value : {"true",
                                       "abc",
                                       "",
                                       "password",
                                       "changeme123",
                                       "production",
                                       "development",
                                       "us-east-1",
                                       "12345678",
                                       "00000000-0000-0000-0000-000000000000",
                                       "http://localhost:3000",
                                       "Password123!",
                                       "aaaaaaaaaaaaaaaaaaaaaaaa",
                                       "abcdefghijklmnop",
                                       "localhost",
                                       "ab1ab1ab1ab1ab1ab1",
                                       "application/json",
                                       "admin@example.com",
                                       "3f9a0c71",
                                       "acme-production-db"}) {
    const auto verdict = check_searchable(value);
    ASSERT_FALSE(verdict.has_value()) << value;
    if (value.size() > 4) {
      EXPECT_THAT(verdict.error().detail(), Not(HasSubstr(std::string(value))));
    }
  }
}

TEST(Searchable, AcceptsWhatWasGenerated) {
  for (const std::string_view value :
       {"aB3dE6gH", "kq8XvR2m", "xqzvkjwpbtrmfhdl", "JBSWY3DPEHPK3PXP",
        "correct-horse-battery-staple", "Tr0ub4dor&3", "9f8e7d6c5b4a39281706", "aB3!dE6?gH"}) {
    EXPECT_TRUE(check_searchable(value).has_value()) << value << " " << guesswork(value);
  }
  EXPECT_FALSE(check_searchable(std::string(kExactBytesMax + 1, 'x')).has_value());
}

TEST(Searchable, RefusedValuesAreNamedAndTheOthersFound) {
  std::vector<NamedSecret> secrets = one("DEBUG", "true");
  secrets.push_back({"TOKEN", Secret("q7Rt2LmX9pZv")});
  const ExactValues values = ExactValues::build(secrets);
  ASSERT_THAT(values.refused(), SizeIs(1));
  EXPECT_EQ(values.refused()[0].value, 0u);
  EXPECT_THAT(values.refused()[0].reason, HasSubstr("4 characters"));
  const auto matches = find(values, "true q7Rt2LmX9pZv true");
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].value, 1u);
}

// ---- redaction ---------------------------------------------------------------------------------

std::string redact(const ExactValues& values, std::string_view text, std::size_t piece) {
  ExactRedactor redactor(values);
  std::string out;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    redactor.feed(text.substr(0, piece), out);
  }
  redactor.finish(out);
  return out;
}

TEST(ExactRedactor, LetsNoShapeThroughHoweverItIsCut) {
  SeededRng rng(5);
  const auto secrets = sample_secrets(48, rng);
  const ExactValues values = ExactValues::build(secrets);
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    for (const Shape& shape : shapes_of(secrets[i].value.expose(), rng)) {
      const std::string text = in_context(shape.text);
      for (const std::size_t piece : {1u, 2u, 3u, 5u, 11u, 64u, 100'000u}) {
        const std::string out = redact(values, text, piece);
        ASSERT_THAT(out, HasSubstr(fmt::format("[redacted:SECRET_{}]", i)));
        ASSERT_THAT(find(values, out), IsEmpty());
        ASSERT_TRUE(out.starts_with("key = \"") && out.ends_with("\" # x\n")) << out;
      }
    }
  }
}

TEST(ExactRedactor, LeavesOtherTextAsItIs) {
  SeededRng rng(6);
  const ExactValues values = ExactValues::build(sample_secrets(100, rng));
  const std::string text = testing::random_text(rng, kAlphanumeric, 200'000) + "sk_live_ sk_live";
  for (const std::size_t piece : {1u, 13u, 4096u, 200'000u}) {
    EXPECT_EQ(redact(values, text, piece), text);
  }
}

/// The longest suffix that is the front of a shape of the value, found the slow way.
std::size_t longest_front(std::string_view text, std::span<const std::string> shapes) {
  for (std::size_t length = text.size(); length > 0; --length) {
    for (const std::string& shape : shapes) {
      if (length < shape.size() && shape.starts_with(text.substr(text.size() - length))) {
        return length;
      }
    }
  }
  return 0;
}

TEST(ExactRedactor, HoldsBackTheShortestSuffixThatMayBeAValue) {
  const std::string value = "ab9Q" + std::string("ab9QxTz81");
  const ExactValues values = ExactValues::build(one("TOKEN", value));
  std::vector<std::string> shapes;
  WipedBuffer arena(forms_bytes_max(value.size()));
  write_forms(value, arena, [&](const EncodedForm& form) {
    shapes.emplace_back(form.bytes);
    if (form.after.needed()) shapes.back() += '\0';  // One more byte decides.
  });
  SeededRng rng(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text = testing::random_text(rng, "ab9Qx\\u06", 12);
    const std::string& shape = shapes[rng.below(shapes.size())];
    text += shape.substr(0, rng.below(shape.size()));
    if (text.contains(value)) continue;
    ExactRedactor redactor(values);
    std::string out;
    redactor.feed(text, out);
    ASSERT_EQ(redactor.held(), longest_front(text, shapes)) << text;
    redactor.finish(out);
    // All of a base64 form but the last character: too much of the value to let it through.
    const bool cut_short = std::ranges::any_of(shapes, [&](const std::string& one_shape) {
      return one_shape.ends_with('\0') && text.ends_with(one_shape.substr(0, one_shape.size() - 1));
    });
    if (!cut_short) ASSERT_EQ(out, text);
  }
}

TEST(ExactRedactor, MasksAValueInsideAnother) {
  std::vector<NamedSecret> secrets = one("PASSWORD", "x9Kp2Lm7Qr");
  secrets.push_back({"URL", Secret("postgres://app:x9Kp2Lm7Qr@db:5432/main")});
  const ExactValues values = ExactValues::build(secrets);
  for (const std::size_t piece : {1u, 4u, 1000u}) {
    EXPECT_EQ(redact(values, "u=postgres://app:x9Kp2Lm7Qr@db:5432/main.", piece),
              "u=[redacted:URL].");
    EXPECT_EQ(redact(values, "u=postgres://app:x9Kp2Lm7Qr@db:5433/main.", piece),
              "u=postgres://app:[redacted:PASSWORD]@db:5433/main.");
  }
}

TEST(ExactRedactor, MasksOverlappingValues) {
  std::vector<NamedSecret> secrets = one("A", "k2Vb8ZtQ4wXy");
  secrets.push_back({"B", Secret("Q4wXy7GnR1sD")});
  const ExactValues values = ExactValues::build(secrets);
  for (const std::size_t piece : {1u, 2u, 3u, 1000u}) {
    EXPECT_EQ(redact(values, "<k2Vb8ZtQ4wXy7GnR1sD>", piece), "<[redacted:A]>");
    EXPECT_EQ(redact(values, "<k2Vb8ZtQ4wXy7Gn>", piece), "<[redacted:A]7Gn>");
    EXPECT_EQ(redact(values, "<k2Vb8ZtQ4wXyk2Vb8ZtQ4wXy>", piece), "<[redacted:A][redacted:A]>");
  }
}

TEST(ExactRedactor, WritesNamesThatNeedNoEscaping) {
  const ExactValues values = ExactValues::build(one("file:my \"key\"\n", "q7Rt2LmX9pZv"));
  EXPECT_EQ(redact(values, "q7Rt2LmX9pZv", 5), "[redacted:file:my__key__]");
}

}  // namespace
}  // namespace lr::secrets
