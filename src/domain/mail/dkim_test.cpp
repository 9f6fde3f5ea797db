#include "domain/mail/dkim.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

// RFC 8463 appendix A.
constexpr std::string_view kUnsigned =
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game.  Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";
constexpr std::string_view kEd25519Seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
constexpr std::string_view kEd25519Public = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr std::string_view kSignature =
    "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
constexpr std::int64_t kSignedAt = 1528637909;

/// PKCS #8 of an Ed25519 seed (RFC 8410 section 7).
Secret pem_of(std::string_view seed_base64) {
  const std::string prefix = *crypto::unhex("302e020100300506032b657004220420");
  const std::string der = prefix + *crypto::base64_decode(seed_base64);
  return Secret(
      "-----BEGIN PRIVATE "
      "KEY-----\n" +
      crypto::base64_encode(der) +
      "\n-----END PRIVATE "
      "KEY-----\n");
}

void publish(Zone& zone, const std::string& selector, const std::string& record) {
  zone.add({.name = selector + "._domainkey.football.example.com",
            .type = RecordType::kTxt,
            .ttl = 300,
            .data = Text{{record}}});
}

Zone zone_of_the_rfc() {
  Zone zone;
  publish(zone, "brisbane", "v=DKIM1; k=ed25519; p=" + std::string(kEd25519Public));
  return zone;
}

DkimSigner signer_of_the_rfc() {
  return {.domain = "football.example.com",
          .selector = "brisbane",
          .private_key = pem_of(kEd25519Seed),
          .fields = {"from", "to", "subject", "date", "message-id", "from", "subject", "date"}};
}

std::string signed_message(std::string_view message = kUnsigned) {
  const auto parsed = Message::parse(message);
  const auto field = sign_dkim(*parsed, signer_of_the_rfc(), kSignedAt);
  EXPECT_TRUE(field) << field.error().detail();
  return *field + "\r\n" + std::string(message);
}

DkimVerdict verify(Zone& zone, std::string_view text, std::int64_t now = kSignedAt + 60) {
  const auto message = Message::parse(text);
  EXPECT_TRUE(message);
  const auto verdicts = verify_dkim(zone, *message, now);
  EXPECT_EQ(verdicts.size(), 1u);
  return verdicts.empty() ? DkimVerdict{} : verdicts.front();
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Dkim, TheSampleOfRfc8463Verifies) {
  Zone zone = zone_of_the_rfc();
  const std::string field =
      "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
      " d=football.example.com; i=@football.example.com;\r\n"
      " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
      " subject : date : message-id : from : subject : date;\r\n"
      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
      " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
      " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n";
  const DkimVerdict verdict = verify(zone, field + std::string(kUnsigned));
  EXPECT_EQ(verdict.result, DkimResult::kPass) << verdict.why;
  EXPECT_EQ(verdict.domain, "football.example.com");
  EXPECT_EQ(verdict.key_bits, 256);
}

TEST(Dkim, SigningGivesTheBytesOfTheSample) {
  std::string text = signed_message();
  std::erase_if(text, [](char c) { return c == ' ' || c == '\r' || c == '\n'; });
  EXPECT_NE(text.find("b=" + std::string(kSignature)), std::string::npos) << text;
}

TEST(Dkim, EveryLineOfASignatureIsShort) {
  const std::string text = signed_message();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    EXPECT_LE(end - at, 78u) << text.substr(at, end - at);
    at = end + 2;
  }
}

TEST(Dkim, AChangeOfWhatIsSignedIsSeen) {
  Zone zone = zone_of_the_rfc();
  const std::string good = signed_message();
  EXPECT_EQ(verify(zone, good).result, DkimResult::kPass);
  EXPECT_EQ(verify(zone, with(good, "dinner", "lunch")).why,
            "the signature does not match the signed fields");
  EXPECT_EQ(verify(zone, with(good, "hungry", "thirsty")).why,
            "the body was changed after it was signed");
  // Oversigned: a second Subject above the first is one that was not there.
  EXPECT_EQ(verify(zone, with(good, "From: Joe", "Subject: Other\r\nFrom: Joe")).result,
            DkimResult::kFail);
}

TEST(Dkim, RelaxedFormsForgiveWhiteSpace) {
  Zone zone = zone_of_the_rfc();
  std::string text = signed_message();
  text = with(text, "Subject: Is dinner", "SUBJECT  :   Is \r\n\tdinner");
  text = with(text, "game.  Are", "game. \t Are");
  EXPECT_EQ(verify(zone, text + "\r\n\r\n").result, DkimResult::kPass);
}

TEST(Dkim, KeysThatProveNothing) {
  const std::string good = signed_message();
  const auto judged_with = [&](const std::string& record) {
    Zone zone;
    if (!record.empty()) publish(zone, "brisbane", record);
    return verify(zone, good);
  };
  const std::string key = std::string(kEd25519Public);
  EXPECT_EQ(judged_with("").why, "brisbane._domainkey.football.example.com: there is no key");
  EXPECT_EQ(judged_with("v=DKIM1; p=").result, DkimResult::kPermError);
  EXPECT_EQ(judged_with("v=DKIM1; k=ed25519; h=sha1; p=" + key).result, DkimResult::kPermError);
  EXPECT_EQ(judged_with("v=DKIM1; k=ed25519; s=tlsrpt; p=" + key).result, DkimResult::kPermError);
  EXPECT_EQ(judged_with("k=ed25519; v=DKIM1; p=" + key).result, DkimResult::kPermError);
  EXPECT_EQ(judged_with("v=DKIM1; k=rsa; p=" + key).result, DkimResult::kPermError);
  EXPECT_TRUE(judged_with("v=DKIM1; k=ed25519; t=y; p=" + key).testing);
}

TEST(Dkim, NobodyCouldSayIsNotNoKey) {
  Zone zone;
  zone.set_unreachable("brisbane._domainkey.football.example.com");
  EXPECT_EQ(verify(zone, signed_message()).result, DkimResult::kTempError);
}

TEST(Dkim, FieldsThatAreWrongByThemselves) {
  Zone zone = zone_of_the_rfc();
  const std::string good = signed_message();
  EXPECT_EQ(verify(zone, with(good, "v=1", "v=2")).why, "v= must be 1");
  EXPECT_EQ(verify(zone, with(good, "a=ed25519-sha256", "a=rsa-sha1")).result,
            DkimResult::kPermError);
  EXPECT_EQ(verify(zone, with(good, "i=@football.example.com", "i=@example.org")).why,
            "i= is not in the domain of d=");
  EXPECT_EQ(verify(zone, with(good, "t=1528637909", "t=1528637909; x=1528637910")).why,
            "it has expired");
  EXPECT_EQ(verify(zone, good, kSignedAt - 3600).why, "t= is in the future");
  EXPECT_EQ(verify(zone, with(good, "s=brisbane", "s=brisbane; s=brisbane")).result,
            DkimResult::kPermError);
}

TEST(Dkim, APartOfTheBodyIsSaidToBeAPart) {
  Zone zone = zone_of_the_rfc();
  const std::string text = with(signed_message(), "bh=", "l=5; bh=");
  const DkimVerdict verdict = verify(zone, text);
  EXPECT_TRUE(verdict.body_is_partial);
  EXPECT_EQ(verdict.result, DkimResult::kFail);
}

TEST(Dkim, ASignerNeedsFromAndAKey) {
  const auto message = Message::parse(kUnsigned);
  DkimSigner signer = signer_of_the_rfc();
  signer.fields = {"to"};
  EXPECT_FALSE(sign_dkim(*message, signer, kSignedAt));
  signer = signer_of_the_rfc();
  signer.private_key = Secret("not a key");
  EXPECT_FALSE(sign_dkim(*message, signer, kSignedAt));
}

TEST(Message, LinesThatAreNoFieldsAreRefused) {
  EXPECT_FALSE(Message::parse("From: a\r\nno field here\r\n\r\nbody"));
  const auto message = Message::parse("A: 1\nb : 2\n c\n\nbody\n");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->fields()[1].name, "b");
  EXPECT_EQ(message->fields()[1].raw, "b : 2\r\n c");
  EXPECT_EQ(message->body(), "body\r\n");
}

}  // namespace
}  // namespace lr::domain
