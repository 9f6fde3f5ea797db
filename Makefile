# The front door. `make help` says what there is.
SHELL := /bin/bash
CMAKE := cmake
JOBS ?= $(shell nproc)
CONFORMANCE ?=
FUZZ_SECONDS ?= 60
MATRIX_SEEDS ?= 20

.PHONY: help setup setup-test setup-bench build demo test check bench bench-guard bench-secrets \
        conformance asan tsan fuzz lab-matrix front-end format docs hooks clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: ## Install the Debian packages that the build needs
	@tools/setup.sh
setup-test:
	@tools/setup.sh --test
setup-bench:
	@tools/setup.sh --test --bench

build: setup ## Build the program: build/launchready
	@$(CMAKE) --preset release -DLR_TESTS=OFF -DLR_BENCH=OFF >/dev/null
	@$(CMAKE) --build build/release -j $(JOBS) --target launchready
	@ln -sf release/bin/launchready build/launchready
	@echo "build: build/launchready is ready"

demo: build ## Audit a weak chatbot, put the guard in front, audit again
	@build/launchready demo --out demo-out

test: setup-test ## Build and run every test
	@$(CMAKE) --preset release -DLR_TESTS=ON -DLR_BENCH=OFF >/dev/null
	@$(CMAKE) --build build/release -j $(JOBS)
	@ln -sf release/bin/launchready build/launchready
	@python3 tools/tidy.py
	@python3 tools/lint_coroutines.py
	@ctest --test-dir build/release -j 4 --output-on-failure

check: setup-test ## The quick loop: tidy, lints, format, unit tests
	@python3 tools/tidy.py
	@tools/format.sh --check
	@$(CMAKE) --preset dev >/dev/null
	@ln -sf build/dev/compile_commands.json compile_commands.json
	@python3 tools/lint_coroutines.py --clang-query build/dev
	@$(CMAKE) --build build/dev -j $(JOBS) --target unit_tests
	@ctest --test-dir build/dev -L unit --output-on-failure

conformance: setup-test ## Run the public suites in CONFORMANCE=folder
	@$(CMAKE) --preset release -DLR_TESTS=ON -DLR_BENCH=OFF >/dev/null
	@$(CMAKE) --build build/release -j $(JOBS) --target conformance_test
	@CONFORMANCE="$(abspath $(CONFORMANCE))" build/release/bin/conformance_test --gtest_brief=1

asan: setup-test ## Run every test under the address and undefined-behaviour sanitizers
	@$(CMAKE) --preset asan >/dev/null
	@$(CMAKE) --build build/asan -j $(JOBS)
	@ctest --test-dir build/asan -j 4 --output-on-failure

tsan: setup-test ## Run the tests of what has threads under the thread sanitizer
	@$(CMAKE) --preset tsan >/dev/null
	@$(CMAKE) --build build/tsan -j $(JOBS) --target net_test store_test guard_test \
	  secrets_findings_test secrets_git_test
	@ctest --test-dir build/tsan --output-on-failure \
	  -R '^(net|store|guard|secrets_findings|secrets_git)$$'

fuzz: setup-test ## Run every fuzz target for FUZZ_SECONDS, in the build of `make asan`
	@$(CMAKE) --preset asan >/dev/null
	@$(CMAKE) --build build/asan -j $(JOBS) --target fuzzers
	@tools/run_fuzzers.sh build/asan/bin $(FUZZ_SECONDS)

lab-matrix: setup-test ## Audit the lab once per defect, and with MATRIX_SEEDS seeds without any
	@$(CMAKE) --preset release -DLR_TESTS=ON -DLR_BENCH=OFF >/dev/null
	@$(CMAKE) --build build/release -j $(JOBS) --target e2e_test
	@LR_SEEDS=$(MATRIX_SEEDS) build/release/bin/e2e_test --gtest_filter='*LabMatrix*:*LabSeeds*'

front-end: setup-test ## Read what esbuild, webpack and Vite (from npm) build, with planted markers
	@$(CMAKE) --preset release -DLR_TESTS=ON -DLR_BENCH=OFF >/dev/null
	@$(CMAKE) --build build/release -j $(JOBS) --target read_site
	@python3 tests/front_end/bundlers.py build/release/bin/read_site

bench: bench-guard bench-secrets ## Run the benchmarks
bench-guard: setup-bench ## The guard beside nginx and HAProxy in one run
	@$(CMAKE) --preset release -DLR_TESTS=OFF -DLR_BENCH=ON >/dev/null
	@$(CMAKE) --build build/release -j $(JOBS)
	@ln -sf release/bin/launchready build/launchready
	@python3 bench/guard/run.py
bench-secrets: setup-bench ## The secret scanner beside others, which it installs below build
	@$(CMAKE) --preset release -DLR_TESTS=OFF -DLR_BENCH=ON >/dev/null
	@$(CMAKE) --build build/release -j $(JOBS) \
	  --target launchready bench_secrets_engine bench_secrets_samples bench_secrets_exact \
	  bench_secrets_history bench_secrets_delta
	@python3 -B bench/secrets/run.py --peers all $(BENCH_ARGS)

docs: build ## Rewrite the generated pages: reference, man page
	@build/launchready reference > docs/reference.md
	@build/launchready man > docs/launchready.1

format: setup-test ## Format the sources
	@tools/format.sh

hooks: build ## Run `make check` and look for secrets before every commit
	@mkdir -p .git/hooks
	@printf '#!/bin/sh\nbuild/launchready secrets --staged && exec make check\n' > .git/hooks/pre-commit
	@chmod +x .git/hooks/pre-commit

clean: ## Remove what was built
	@rm -rf build demo-out bench-out compile_commands.json
