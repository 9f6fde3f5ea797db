// A tiny product for audit tests: two users of one tenant, one of another, notes that belong to
// somebody, and switches for the ways in which an answer can mislead an oracle.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "contract/contract.h"
#include "crypto/jwk.h"
#include "probe/testing/target.h"

namespace lr::audit::testing {

/// All off: correct, but with unusual manners that must not be taken for defects.
struct Manners {
  bool soft_refusals = false;    ///< Refuses with 200 {"status":"fail"} instead of 401 and 404.
  bool catch_all = false;        ///< Unknown paths answer 200 with a page.
  bool silent_writes = false;    ///< Foreign deletes answer 204 and do nothing.
  bool open_notes = false;       ///< DEFECT: everybody reads every note.
  bool deletes_foreign = false;  ///< DEFECT: everybody deletes every note, and is told 404.
  std::string folder_page;       ///< Everything from this path on is one page, whatever the name.
  bool ignores_roles = false;    ///< DEFECT: a token without the role is as good.
  bool locks_out = false;        ///< DEFECT: a foreign DELETE locks the note for its owner, too.
  bool silent_doors = false;     ///< DELETE without a good token: 204, and nothing happens.
  bool trusts_forged = false;    ///< DEFECT: DELETE takes every token, whoever signed it.
  bool bare_profile = false;     ///< DEFECT: /profile lacks X-Content-Type-Options.
  bool crashes = false;          ///< Everything is answered 500.
  int user_limit = 0;          ///< Requests that one user may make, on all routes together; 0: any.
  int address_limit = 0;       ///< Requests to /profile that all users together may make; 0: any.
  std::string redirects_to;    ///< Everything is sent there; "/start" is then served.
  text::Headers page_headers;  ///< Of "/start".
  std::string complaint = "nothing here";  ///< To paths that do not exist; JSON text.
};

class Product {
 public:
  explicit Product(Manners manners);
  text::Url url() const { return target_->url(); }
  /// With the test key in a file under `folder`.
  contract::Contract contract(const std::string& folder) const;
  int notes_left() const { return notes_left_; }

 private:
  struct Note {
    std::string owner;
    std::string text;
    bool locked = false;
  };
  probe::testing::TargetAnswer answer(const probe::testing::TargetRequest& request);
  probe::testing::TargetAnswer note(const probe::testing::TargetRequest& request,
                                    const std::string& caller);
  probe::testing::TargetAnswer refuse(int status) const;
  std::string caller_of(const probe::testing::TargetRequest& request) const;

  Manners manners_;
  crypto::Jwk key_;
  std::map<std::string, Note> notes_;
  int next_ = 0;
  int profiles_ = 0;
  std::map<std::string, int> uses_;
  std::atomic<int> notes_left_ = 0;
  std::unique_ptr<probe::testing::Target> target_;
};

/// The contract with one user only, who has a ready token, and no key to make others with.
contract::Contract alone(contract::Contract contract, const std::string& folder);

}  // namespace lr::audit::testing
