// Judges what a scan has seen. Pure. Also for mail servers (STARTTLS), with a severity of their own
// where the caller wants one.
#pragma once

#include "domain/subject.h"
#include "domain/tls/facts.h"
#include "domain/tls/verdict.h"

namespace lr::domain::tls {

/// One verdict for each check of the area `tls` but `tls.differs`. `facts` must have answered().
/// `promised`: the profile stands in a contract; otherwise leaving it is only worth a remark.
std::vector<Verdict> judge_tls(const TlsFacts& facts, TlsProfile profile, bool promised);

/// What differs between two addresses of one host, in words; "" when nothing does.
std::string difference(const TlsFacts& a, const TlsFacts& b);

}  // namespace lr::domain::tls
