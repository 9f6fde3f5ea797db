// What happens to a ledger when the disk is full or the process is killed. Both in child
// processes: limits and signals must not touch the test program.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "store/ledger.h"
#include "store/testing/temporary_folder.h"

namespace lr::store {
namespace {

Secret key() { return Secret("a ledger key for tests"); }

LedgerEvent event(int number) {
  LedgerEvent e;
  e.kind = "access.denied";
  e.request_id = "req-" + std::to_string(number);
  e.reason = std::string(400, 'x');
  return e;
}

/// Runs `body` in a child and returns its exit status; 0 is success.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void limit_file_size(rlim_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

/// Exit status of the child that fills its disk, by the first expectation that fails.
int fill_the_disk(const std::string& path) {
  std::signal(SIGXFSZ, SIG_IGN);  // Writing then fails with EFBIG, as it would with ENOSPC.
  auto opened = open_ledger(path, key());
  if (!opened) return 1;
  Ledger& ledger = **opened;
  if (!ledger.append(event(0)) || !ledger.flush()) return 2;
  limit_file_size(200'000);
  bool failed = false;
  int kept = 1;
  for (int i = 1; i < 2'000 && !failed; ++i) {
    if (!ledger.append(event(i))) return 3;
    ++kept;
    if (i % 50 == 0) failed = !ledger.flush();
  }
  if (!failed) return 4;
  if (ledger.healthy() || ledger.append(event(9'999))) return 5;
  if (ledger.flush()) return 6;  // Still full.
  limit_file_size(RLIM_INFINITY);
  if (!ledger.flush()) return 7;  // Space is back, and so are the events that waited.
  if (!ledger.healthy() || !ledger.append(event(10'000)) || !ledger.flush()) return 8;
  return ledger.size() == static_cast<std::uint64_t>(kept) + 1 ? 0 : 9;
}

TEST(LedgerCrash, AFullDiskIsReportedAndOvercome) {
  TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  ASSERT_EQ(in_child([&path] { return fill_the_disk(path); }), 0);
  const LedgerVerdict verdict = verify_ledger(path, key()).value();
  EXPECT_TRUE(verdict.intact) << verdict.why;
  EXPECT_EQ(search_ledger(path, {.request_id = "req-9999"})->size(), 0u);
  EXPECT_EQ(search_ledger(path, {.request_id = "req-10000"})->size(), 1u);
}

/// Appends for ever; writes one byte to `report` for every ten events that are durable.
int append_until_killed(const std::string& path, int report) {
  auto ledger = open_ledger(path, key());
  if (!ledger) return 1;
  for (int i = 0;; ++i) {
    if (!(*ledger)->append(event(i))) return 2;
    if (i % 10 != 9) continue;
    if (!(*ledger)->flush()) return 3;
    if (::write(report, "x", 1) != 1) return 4;
  }
}

/// Kills the writer after it has reported `reports` times. Returns how often it had reported by
/// its end.
std::uint64_t run_and_kill(const std::string& path, int reports) {
  int ends[2];
  if (::pipe(ends) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::_exit(append_until_killed(path, ends[1]));
  }
  ::close(ends[1]);
  std::uint64_t seen = 0;
  char byte = 0;
  while (seen < static_cast<std::uint64_t>(reports) && ::read(ends[0], &byte, 1) == 1) ++seen;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &byte, 1) == 1) ++seen;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  return seen;
}

TEST(LedgerCrash, AKilledProcessLosesOnlyWhatWasNotFlushed) {
  TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  std::uint64_t before = 0;
  for (int round = 0; round < 8; ++round) {
    const std::uint64_t flushed = 10 * run_and_kill(path, 1 + round);
    const LedgerVerdict verdict = verify_ledger(path, key()).value();
    ASSERT_TRUE(verdict.intact) << verdict.why;
    ASSERT_GE(verdict.rows, before + flushed);
    ASSERT_LE(verdict.rows, before + flushed + 20);
    before = verdict.rows;
  }
}

}  // namespace
}  // namespace lr::store
