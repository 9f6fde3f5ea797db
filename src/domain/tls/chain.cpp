#include "domain/tls/chain.h"

#include <openssl/err.h>

#include <algorithm>
#include <set>

#include "crypto/openssl.h"
#include "domain/tls/openssl_types.h"

namespace lr::domain::tls {
namespace {

/// Of a stapled answer: clocks of servers and clients are allowed to differ by this.
constexpr std::chrono::minutes kClockSkew{5};

using Trust = ChainFacts::Trust;

Trust trust_after(int error) {
  switch (error) {
    case X509_V_OK:
      return Trust::kTrusted;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return Trust::kSelfSigned;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return Trust::kUnknownRoot;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return Trust::kIncomplete;
    default:
      return Trust::kBroken;
  }
}

/// Which of the served certificates are on the path that OpenSSL built.
std::vector<std::size_t> places(const STACK_OF(X509) * path,
                                const std::vector<CertificateFacts>& served) {
  std::vector<std::size_t> out;
  for (int i = 0; path != nullptr && i < sk_X509_num(path); ++i) {
    for (std::size_t at = 0; at < served.size(); ++at) {
      const X509Ptr one = parse_x509(served[at].der);
      if (one && X509_cmp(one.get(), sk_X509_value(path, i)) == 0) {
        out.push_back(at);
        break;
      }
    }
  }
  return out;
}

void study_list(ChainFacts& chain) {
  const std::set<std::size_t> used(chain.used.begin(), chain.used.end());
  for (std::size_t at = 1; at < chain.served.size(); ++at) {
    if (chain.served[at].self_signed) {
      chain.root_sent = true;
    } else if (!used.contains(at)) {
      chain.extra.push_back(chain.served[at].subject);
    }
  }
  chain.out_of_order = !std::ranges::is_sorted(chain.used);
}

X509Ptr issuer_of(const ChainFacts& chain, X509* leaf) {
  for (const CertificateFacts& one : chain.served) {
    X509Ptr candidate = parse_x509(one.der);
    if (candidate && X509_check_issued(candidate.get(), leaf) == X509_V_OK) return candidate;
  }
  return nullptr;
}

StapleFacts unusable(std::string reason) {
  return {StapleFacts::Status::kUnusable, std::move(reason)};
}

/// The status of `leaf` in a basic answer; nullptr issuer cannot happen here.
StapleFacts status_in(OCSP_BASICRESP* basic, X509* leaf, X509* issuer, WallTime now) {
  const std::unique_ptr<OCSP_CERTID, OpensslFree<OCSP_CERTID_free>> id(
      OCSP_cert_to_id(nullptr, leaf, issuer));
  int status = 0;
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  if (!id ||
      OCSP_resp_find_status(basic, id.get(), &status, nullptr, nullptr, &from, &until) != 1) {
    return unusable("it is about another certificate");
  }
  const auto at = [](WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  std::time_t latest = at(now + kClockSkew);
  std::time_t earliest = at(now - kClockSkew);
  if (X509_cmp_time(from, &latest) > 0) return unusable("it is of the future");
  if (until != nullptr && X509_cmp_time(until, &earliest) < 0) return unusable("it is out of date");
  if (status == V_OCSP_CERTSTATUS_REVOKED) return {StapleFacts::Status::kRevoked, ""};
  if (status != V_OCSP_CERTSTATUS_GOOD) return unusable("it does not know the certificate");
  return {StapleFacts::Status::kGood, ""};
}

}  // namespace

struct TrustStore::Impl {
  X509StorePtr store;
};

TrustStore::TrustStore(std::unique_ptr<Impl> impl, bool system)
    : impl_(std::move(impl)), system_(system) {}
TrustStore::~TrustStore() = default;

Result<std::unique_ptr<TrustStore>> TrustStore::load(const std::string& ca_file) {
  const crypto::ErrorQueueScope errors;
  X509StorePtr store(X509_STORE_new());
  if (!store) return fail(Code::kInternal, "OpenSSL has no memory for a certificate store");
  const int loaded = ca_file.empty() ? X509_STORE_set_default_paths(store.get())
                                     : X509_STORE_load_file(store.get(), ca_file.c_str());
  if (loaded != 1) {
    return fail(Code::kInvalidArgument,
                ca_file + ": no PEM certificates; name a file with the roots to trust");
  }
  auto impl = std::make_unique<Impl>(Impl{std::move(store)});
  return std::unique_ptr<TrustStore>(new TrustStore(std::move(impl), ca_file.empty()));
}

Result<ChainFacts> study_chain(const std::vector<std::string>& served, const TrustStore& roots) {
  const crypto::ErrorQueueScope errors;
  ChainFacts out;
  const X509StackPtr others(sk_X509_new_null());
  X509Ptr leaf;
  for (const std::string& der : served) {
    LR_TRY(CertificateFacts facts, read_certificate(der));
    out.served.push_back(std::move(facts));
    X509Ptr one = parse_x509(der);
    if (!leaf) {
      leaf = std::move(one);
    } else if (one && sk_X509_push(others.get(), one.get()) > 0) {
      static_cast<void>(one.release());
    }
  }
  const X509ContextPtr context(X509_STORE_CTX_new());
  if (!leaf || !context ||
      X509_STORE_CTX_init(context.get(), roots.impl().store.get(), leaf.get(), others.get()) != 1) {
    return fail(Code::kBadGateway, "the server sent no certificate", Origin::kTarget);
  }
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME);
  X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  out.trust = trust_after(error);
  out.reason = X509_verify_cert_error_string(error);
  out.used = places(X509_STORE_CTX_get0_chain(context.get()), out.served);
  // Whether an issuer is missing or only unknown shows in what was sent: who sends intermediates
  // has sent all of them but the root.
  if (out.trust == Trust::kIncomplete && out.used.size() > 1) out.trust = Trust::kUnknownRoot;
  study_list(out);
  return out;
}

StapleFacts study_staple(const std::string& staple, const ChainFacts& chain, WallTime now) {
  if (staple.empty() || chain.served.empty()) return {};
  const crypto::ErrorQueueScope errors;
  const auto* bytes = reinterpret_cast<const unsigned char*>(staple.data());
  const std::unique_ptr<OCSP_RESPONSE, OpensslFree<OCSP_RESPONSE_free>> answer(
      d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(staple.size())));
  if (!answer) return unusable("it cannot be read");
  if (OCSP_response_status(answer.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return unusable("the responder says that it failed");
  }
  const std::unique_ptr<OCSP_BASICRESP, OpensslFree<OCSP_BASICRESP_free>> basic(
      OCSP_response_get1_basic(answer.get()));
  const X509Ptr leaf = parse_x509(chain.served.front().der);
  const X509Ptr issuer = leaf ? issuer_of(chain, leaf.get()) : nullptr;
  if (!basic) return unusable("it cannot be read");
  if (!issuer) return unusable("the issuer was not sent, so that nobody can verify it");
  // Signed by the issuer itself or by a responder whose certificate the issuer has signed
  // (RFC 6960 section 4.2.2.2).
  const X509StackPtr known(sk_X509_new_null());
  X509_up_ref(issuer.get());
  if (sk_X509_push(known.get(), issuer.get()) <= 0) X509_free(issuer.get());
  const X509StorePtr store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), issuer.get());
  X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(store.get()),
                              X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  if (OCSP_basic_verify(basic.get(), known.get(), store.get(), 0) != 1) {
    return unusable("its signature is not the issuer's");
  }
  return status_in(basic.get(), leaf.get(), issuer.get(), now);
}

}  // namespace lr::domain::tls
