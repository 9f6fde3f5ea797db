// Realistic reports for tests: a weak chatbot before and after the guard stands in front of it.
#pragma once

#include "report/report.h"

namespace lr::report::testing {

/// NOT READY: findings in many controls, one control inconclusive.
Report sample_report();
/// The same product behind the guard: two findings are left to the application.
Report sample_report_after();
/// READY: nothing found.
Report clean_report();
/// No contract, one finding.
Report stranger_report();
/// Every text of the report is an attack on whoever reads it.
Report hostile_report();

}  // namespace lr::report::testing
