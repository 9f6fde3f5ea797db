// From the members of a JWK to an OpenSSL key, with every check that a stranger's key needs.
#include <fmt/format.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "crypto/jwk_impl.h"

namespace lr::crypto {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;
/// NIST SP 800-56B section 6.2: at least 65537. The upper bound is what OpenSSL verifies with.
constexpr unsigned kMinRsaExponent = 65537;
constexpr int kMaxRsaExponentBits = 64;
constexpr std::size_t kEd25519Bytes = 32;

std::unexpected<Error> bad_key(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why), Origin::kContract);
}

/// RFC 7518 section 2, Base64urlUInt: big endian without leading zero bytes.
Result<BignumPtr> key_number(const boost::json::object& members, std::string_view name) {
  LR_TRY(const std::string bytes, key_bytes(members, name));
  if (bytes.front() == '\0') return bad_key(fmt::format("\"{}\" has a leading zero byte", name));
  if (bytes.size() * 8 > kMaxRsaBits) return bad_key(fmt::format("\"{}\" is too large", name));
  BignumPtr number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
  LR_CHECK(number != nullptr);
  return number;
}

Result<PkeyPtr> from_params(const char* type, OSSL_PARAM_BLD* builder, bool is_private) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  LR_CHECK(params != nullptr && context != nullptr);
  EVP_PKEY* key = nullptr;
  const int selection = is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
    return bad_key("the key is not a valid one");
  }
  return PkeyPtr(key);
}

Result<> check_rsa_public(const BIGNUM* modulus, const BIGNUM* exponent) {
  const int bits = BN_num_bits(modulus);
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return bad_key(fmt::format("RSA keys must have {} to {} bits, this one has {}", kMinRsaBits,
                               kMaxRsaBits, bits));
  }
  if (BN_is_odd(exponent) == 0 || BN_num_bits(exponent) > kMaxRsaExponentBits ||
      BN_get_word(exponent) < kMinRsaExponent) {
    return bad_key("the RSA exponent must be odd, at least 65537 and at most 64 bits long");
  }
  if (is_weak_modulus(modulus)) return bad_key("the RSA modulus is weak");
  return {};
}

/// In the order of the JWK members n, e, d, p, q, dp, dq, qi.
using RsaNumbers = std::vector<BignumPtr>;

/// Whether a * b = 1 (mod modulus).
bool are_inverse(const BIGNUM* a, const BIGNUM* b, const BIGNUM* modulus, BN_CTX* context) {
  const BignumPtr product(BN_new());
  LR_CHECK(product != nullptr);
  return BN_mod_mul(product.get(), a, b, modulus, context) == 1 && BN_is_one(product.get()) == 1;
}

/// OpenSSL signs with the CRT parameters and silently falls back to d when they are wrong, so a
/// trial signature proves neither of the two; the equations of RFC 8017 section 3.2 do.
Result<> check_rsa_private(const RsaNumbers& numbers) {
  const BignumContextPtr context(BN_CTX_secure_new());
  const BignumPtr product(BN_new());
  LR_CHECK(context != nullptr && product != nullptr);
  LR_CHECK(BN_mul(product.get(), numbers[3].get(), numbers[4].get(), context.get()) == 1);
  bool consistent =
      BN_cmp(product.get(), numbers[0].get()) == 0 &&
      are_inverse(numbers[7].get(), numbers[4].get(), numbers[3].get(), context.get());
  for (const std::size_t prime : {3U, 4U}) {
    const BignumPtr order(BN_dup(numbers[prime].get()));
    LR_CHECK(order != nullptr && BN_sub_word(order.get(), 1) == 1);
    const BIGNUM* exponent = numbers[prime + 2].get();
    consistent = consistent && BN_cmp(exponent, order.get()) < 0 &&
                 are_inverse(numbers[1].get(), exponent, order.get(), context.get()) &&
                 are_inverse(numbers[1].get(), numbers[2].get(), order.get(), context.get());
  }
  if (!consistent) return bad_key("the private half does not belong to the public half");
  return {};
}

/// Group order minus one has at most this many bytes, so d does too (RFC 7518 section 6.2.2.1).
Result<BignumPtr> ec_private_number(const boost::json::object& members,
                                    const AlgorithmTraits& curve) {
  LR_TRY(std::string bytes, key_bytes(members, "d"));
  if (bytes.size() != curve.coordinate) return bad_key("\"d\" has the wrong length for its curve");
  BignumPtr number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
  LR_CHECK(number != nullptr);
  return number;
}

/// Every y coordinate of a point whose order divides the cofactor, in both spellings where one is
/// not reduced. Anybody can sign for such a key.
bool is_small_order(std::string_view point) {
  static const std::array<std::string, 7> kSmallOrder = [] {
    const std::string middle(30, '\xff');
    return std::array<std::string, 7>{
        std::string(32, '\0'),
        '\x01' + std::string(31, '\0'),
        *unhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        *unhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        '\xec' + middle + '\x7f',
        '\xed' + middle + '\x7f',
        '\xee' + middle + '\x7f'};
  }();
  std::string y(point);
  y.back() = static_cast<char>(y.back() & 0x7f);  // The sign of x does not change the order.
  return std::ranges::find(kSmallOrder, y) != kSmallOrder.end();
}

}  // namespace

Result<std::string> key_bytes(const boost::json::object& members, std::string_view name) {
  const boost::json::value* member = members.if_contains(name);
  if (member == nullptr) return bad_key(fmt::format("\"{}\" is missing", name));
  if (!member->is_string()) return bad_key(fmt::format("\"{}\" is not a string", name));
  auto bytes = base64url_decode(member->get_string());
  if (!bytes || bytes->empty()) {
    return bad_key(fmt::format("\"{}\" is not base64url without padding", name));
  }
  return *std::move(bytes);
}

Result<PkeyPtr> load_rsa(const boost::json::object& members, bool is_private) {
  struct Part {
    const char* jwk;
    const char* openssl;
  };
  constexpr std::array<Part, 8> parts = {{{"n", OSSL_PKEY_PARAM_RSA_N},
                                          {"e", OSSL_PKEY_PARAM_RSA_E},
                                          {"d", OSSL_PKEY_PARAM_RSA_D},
                                          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                          {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                          {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                          {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                          {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};
  if (members.contains("oth")) return bad_key("RSA keys with more than two primes are refused");
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  LR_CHECK(builder != nullptr);
  RsaNumbers numbers;  // The builder only borrows them.
  for (const Part& part : parts) {
    if (numbers.size() == 2) {
      LR_TRY_VOID(check_rsa_public(numbers[0].get(), numbers[1].get()));
      if (!is_private) break;
    }
    LR_TRY(auto number, key_number(members, part.jwk));
    LR_CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), part.openssl, number.get()) == 1);
    numbers.push_back(std::move(number));
  }
  if (is_private) LR_TRY_VOID(check_rsa_private(numbers));
  return from_params("RSA", builder.get(), is_private);
}

Result<PkeyPtr> load_ec(const boost::json::object& members, const AlgorithmTraits& curve,
                        bool is_private) {
  LR_TRY(const std::string x, key_bytes(members, "x"));
  LR_TRY(const std::string y, key_bytes(members, "y"));
  if (x.size() != curve.coordinate || y.size() != curve.coordinate) {
    return bad_key("\"x\" or \"y\" has the wrong length for its curve");
  }
  const std::string point = '\x04' + x + y;  // SEC 1 section 2.3.3, uncompressed.
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  LR_CHECK(builder != nullptr &&
           OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.group,
                                           0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                            point.size()) == 1);
  BignumPtr number;
  if (is_private) {
    LR_TRY(number, ec_private_number(members, curve));
    LR_CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1);
  }
  LR_TRY(PkeyPtr key, from_params("EC", builder.get(), is_private));
  const PkeyContextPtr check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  LR_CHECK(check != nullptr);
  if (EVP_PKEY_public_check(check.get()) != 1) return bad_key("the point is not on its curve");
  if (is_private && EVP_PKEY_private_check(check.get()) != 1) {
    return bad_key("\"d\" is out of range");
  }
  return key;
}

Result<PkeyPtr> load_ed25519(const boost::json::object& members, bool is_private) {
  LR_TRY(const std::string x, key_bytes(members, "x"));
  if (x.size() != kEd25519Bytes) return bad_key("\"x\" is not 32 bytes long");
  if (is_small_order(x)) return bad_key("the point has a small order");
  if (!is_private) {
    PkeyPtr key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(x), x.size()));
    if (key == nullptr) return bad_key("the key is not a valid one");
    return key;
  }
  LR_TRY(const std::string d, key_bytes(members, "d"));
  if (d.size() != kEd25519Bytes) return bad_key("\"d\" is not 32 bytes long");
  PkeyPtr key(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, bytes_of(d), d.size()));
  if (key == nullptr) return bad_key("the key is not a valid one");
  std::string derived(kEd25519Bytes, '\0');
  std::size_t size = derived.size();
  LR_CHECK(EVP_PKEY_get_raw_public_key(key.get(), bytes_of(derived), &size) == 1);
  if (derived != x) return bad_key("\"d\" does not belong to \"x\"");
  return key;
}

}  // namespace lr::crypto
