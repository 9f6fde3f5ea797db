#include "secrets/filters/filters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "secrets/filters/published_keys_table.h"
#include "secrets/samples.h"

namespace lr::secrets {
namespace {

std::string made(std::string_view text) { return expand_sample(text, "filters-test", 0)->text; }

TEST(Filters, EntropyInBitsPerByte) {
  EXPECT_EQ(shannon_entropy(""), 0);
  EXPECT_EQ(shannon_entropy("aaaa"), 0);
  EXPECT_DOUBLE_EQ(shannon_entropy("abab"), 1);
  EXPECT_DOUBLE_EQ(shannon_entropy("abcd"), 2);
}

TEST(Filters, PlaceholdersAreToldFromValues) {
  for (std::string_view text :
       {"", "xxxxxxxxxxxx", "your_api_key_here", "changeme", "${DB_PASSWORD}", "<token>",
        "{{ secret }}", "$SECRET", "%KEY%", "API_KEY_NAME", "1234567890123456", "abcabcabcabc",
        "MY-EXAMPLE-VALUE", "000000000000", "aaaaaaaa1111"}) {
    EXPECT_TRUE(is_placeholder(text)) << text;
  }
  for (std::string_view text : {"<base62:32>", "<hex:40>", "<base64:44>", "<printable:16>"}) {
    EXPECT_FALSE(is_placeholder(made(text))) << text;
  }
}

TEST(Filters, WordsAreToldFromRandomText) {
  for (std::string_view text :
       {"getApplicationContextProvider", "user_password", "correcthorsebatterystaple",
        "org.apache.commons.lang3", "my-super-secret-password", "DefaultKeyProvider2"}) {
    EXPECT_TRUE(reads_like_words(text)) << text << surprise(text);
  }
  for (std::size_t i = 0; i < 200; ++i) {
    for (std::string_view text : {"<base62:20>", "<hex:32>", "<base36:24>"}) {
      const std::string value = expand_sample(text, "words", i)->text;
      EXPECT_FALSE(reads_like_words(value)) << text << i << " " << surprise(value);
    }
  }
}

TEST(Filters, ChecksumsProveTokens) {
  const std::string token = made("ghp_<github-crc:30>");
  EXPECT_TRUE(has_crc32_ending(token));
  for (std::size_t i = 4; i < token.size(); ++i) {
    std::string broken = token;
    broken[i] = broken[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(has_crc32_ending(broken)) << i;
  }
  EXPECT_FALSE(has_crc32_ending(""));
  EXPECT_FALSE(has_crc32_ending("ghp_12345"));
}

TEST(Filters, AwsKeyIdsNameAccounts) {
  const auto account = aws_account(made("<aws-key-id>"));
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account->size(), 12u);
  EXPECT_FALSE(aws_account("AKIA").has_value());
  EXPECT_FALSE(aws_account("AKIA1111111111111111").has_value());
}

TEST(Filters, JsonWebTokens) {
  constexpr std::int64_t kNow = 1'700'000'000;
  EXPECT_TRUE(prove_jwt(made("<jwt>"), kNow).holds);
  EXPECT_EQ(prove_jwt(made("<jwt>"), kNow).note, "");
  EXPECT_EQ(prove_jwt(made("<jwt:expired>"), kNow).note, "expired 2017-07-14");
  EXPECT_EQ(prove_jwt(made("<jwt:none>"), kNow).note, "alg none");
  EXPECT_FALSE(prove_jwt(made("eyJ<base62:20>.eyJ<base62:20>.<base62:40>"), kNow).holds);
  EXPECT_FALSE(prove_jwt("", kNow).holds);
  const auto with_algorithm = [](std::string_view name) {
    const auto part = [](std::string_view json) { return crypto::base64url_encode(json); };
    return part(fmt::format(R"({{"alg":"{}"}})", name)) + "." + part(R"({"sub":"a"})") + ".c2ln";
  };
  for (const std::string_view name : {"HS256", "ES256K", "our-own-1", "RSA-OAEP-256"}) {
    EXPECT_TRUE(prove_jwt(with_algorithm(name), kNow).holds) << name;
  }
  for (const std::string_view name : {"", "not a name", "{{algorithm}}"}) {
    EXPECT_FALSE(prove_jwt(with_algorithm(name), kNow).holds) << name;
  }
}

/// A private key block whose structure holds.
bool is_sure(std::string_view block) {
  const Proven proven = prove_pem(block);
  return proven.holds && proven.sure;
}

TEST(Filters, PrivateKeys) {
  for (std::string_view text :
       {"<pem:PRIVATE KEY>", "<pem:RSA PRIVATE KEY>", "<pem:OPENSSH PRIVATE KEY>"}) {
    EXPECT_TRUE(is_sure(made(text))) << text;
  }
  EXPECT_EQ(prove_pem(made("<pem:ENCRYPTED PRIVATE KEY>")).note, "encrypted");
  std::string in_json = made("<pem:EC PRIVATE KEY>");
  for (std::size_t at = 0; (at = in_json.find('\n', at)) != std::string::npos; at += 2) {
    in_json.replace(at, 1, "\\n");
  }
  EXPECT_TRUE(is_sure(in_json));
  // As a log has it, with the time in front of each line, and as literals that "+" joins.
  std::string in_log = made("<pem:RSA PRIVATE KEY>");
  std::string in_code = "\"" + in_log;
  for (std::size_t at = 0; (at = in_log.find('\n', at)) != std::string::npos; ++at) {
    in_log.insert(at + 1, "2026-01-31T10:20:30.1234567Z ");
  }
  EXPECT_TRUE(is_sure(in_log));
  for (std::size_t at = 0; (at = in_code.find('\n', at)) != std::string::npos; at += 9) {
    in_code.replace(at, 1, "\\r\\n\" +\n\"");
  }
  EXPECT_TRUE(is_sure(in_code));
}

TEST(Filters, EncryptedPrivateKeysInFilesLiteralsAndPatches) {
  const std::string first = made("<base64:64>");
  const std::string second = made("<base64:62>");
  constexpr std::string_view kForms[] = {
      "{0}\n{1}\n{2}\n\n{3}\n{4}==\n{5}", "-{0}\n-{1}\n-{2}\n-\n-{3}\n-{4}==\n-{5}",
      "\"{0}\\r\\n\" \\\n \"{1}\\r\\n\" \\\n \"{2}\\r\\n\" \\\n \"\\r\\n\" \\\n"
      " \"{3}\\r\\n\" \\\n \"{4}==\\r\\n\" \\\n \"{5}\\r\\n\""};
  for (const std::string_view form : kForms) {
    const std::string block = fmt::format(
        fmt::runtime(form), "-----BEGIN EC PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED",
        "DEK-Info: DES-EDE3-CBC,307EAB469933D64E", first, second, "-----END EC PRIVATE KEY-----");
    EXPECT_TRUE(is_sure(block)) << block;
    EXPECT_EQ(prove_pem(block).note, "encrypted") << block;
  }
  EXPECT_FALSE(prove_pem("-----BEGIN EC PRIVATE KEY-----\nDEK-Info:-----END").holds);
}

TEST(Filters, PrivateKeysThatLostSomething) {
  std::string cut = made("<pem:PRIVATE KEY>");
  cut.erase(100, 64);
  EXPECT_TRUE(prove_pem(cut).holds);
  EXPECT_FALSE(is_sure(cut));
  EXPECT_EQ(prove_pem(cut).note, "does not decode: it was changed or cut off");
  const auto holds = [](std::string_view body) {
    return prove_pem(
               fmt::format("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", body))
        .holds;
  };
  EXPECT_TRUE(holds(made("<base64:64>\n<base64:64>")));
  EXPECT_FALSE(holds(made("<base64:64>")));
  EXPECT_FALSE(holds(made("<base64:64>\n...\n<base64:64>")));
  EXPECT_FALSE(holds(made("<hex:200>")));
  EXPECT_FALSE(holds(std::string(200, 'X')));
  EXPECT_FALSE(
      holds("here you put the key that you downloaded from the console when you made the "
            "account which runs the job and which may read the bucket but not write to it "
            "or anything else"));
  EXPECT_FALSE(holds(""));
}

/// What OpenSSL's test/testec-p256.pem holds.
constexpr std::string_view kPublishedKey =
    "MHcCAQEEIDYEX2yQlhJXDIwBEwcfyAn2eICEKJxqsAPGChey1a2toAoGCCqGSM49\n"
    "AwEHoUQDQgAEJXwAdITiPFcSUsaRI2nlzTNRn++q6F38XrH8m8sf28DQ+2Oob5SU\n"
    "zvgjVS0e70pIqH6bSXDgPc8mKtSs9Zi26Q==\n";

TEST(Filters, PrivateKeysThatEverybodyHas) {
  const std::string label = "EC PRIVATE KEY-----";
  const auto block = [&](std::string_view body) {
    return fmt::format("-----BEGIN {0}\n{1}-----END {0}\n", label, body);
  };
  const Proven known = prove_pem(block(kPublishedKey));
  EXPECT_TRUE(known.holds);
  EXPECT_TRUE(known.worthless);
  EXPECT_EQ(known.note,
            "this private key is published in OpenSSL's sources: it protects nothing; replace it "
            "wherever it is in use");
  EXPECT_FALSE(prove_pem(made("<pem:EC PRIVATE KEY>")).worthless);
  EXPECT_EQ(publisher_of({}), "");
}

TEST(Filters, PublishedKeysAreInOrder) {
  constexpr std::size_t kEntry = 17;
  ASSERT_EQ(kPublishedKeys.size() % kEntry, 0u);
  for (std::size_t at = 0; at < kPublishedKeys.size(); at += kEntry) {
    const std::string_view entry = kPublishedKeys.substr(at, kEntry);
    EXPECT_LT(static_cast<std::size_t>(entry.back() - 'A'), kPublishers.size());
    if (at > 0) {
      EXPECT_LT(kPublishedKeys.substr(at - kEntry, kEntry - 1), entry.substr(0, kEntry - 1));
    }
    crypto::Sha256 digest{};
    const std::string start = *crypto::base64url_decode(entry.substr(0, kEntry - 1));
    std::ranges::copy(start, digest.begin());
    EXPECT_EQ(publisher_of(digest), kPublishers[static_cast<std::size_t>(entry.back() - 'A')]);
    digest[11] ^= 1;
    EXPECT_EQ(publisher_of(digest), "");
  }
}

TEST(Filters, Context) {
  for (std::string_view path : {"src/tests/a.c", "testdata/k", "x/__tests__/y.js", "t/t1.sh",
                                "docs/a.md", "spec/b_spec.rb", "ca/testutils/certs.go"}) {
    EXPECT_TRUE(is_fixture_path(path)) << path;
  }
  for (std::string_view path :
       {"src/latest/a.c", "attestation.go", "config/prod.yaml", "testimonials/a", ""}) {
    EXPECT_FALSE(is_fixture_path(path)) << path;
  }
  EXPECT_TRUE(is_code_path("a/b.PY"));
  EXPECT_FALSE(is_code_path("a/.env"));
  EXPECT_TRUE(is_comment("  // x"));
  EXPECT_FALSE(is_comment("x = 1 // y"));
  EXPECT_TRUE(is_code_word("config.user_password"));
  EXPECT_FALSE(is_code_word("a8f3kd02"));
}

}  // namespace
}  // namespace lr::secrets
