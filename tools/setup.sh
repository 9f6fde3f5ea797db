#!/usr/bin/env bash
# Installs the Debian packages that are missing: what the build needs, and, with --test, what the
# tests, lints and benchmarks need besides. Does nothing when all are there.
set -euo pipefail

build=(cmake ninja-build clang-19 lld-19 llvm-19 ccache pkg-config ca-certificates
  libboost1.81-dev libboost-json1.81-dev libssl-dev libyaml-cpp-dev libsqlite3-dev libfmt-dev
  libre2-dev libvectorscan-dev libdeflate-dev liblzma-dev libzstd-dev libbz2-dev
  libtomlplusplus-dev libunbound-dev libidn2-dev
  libgtest-dev libgmock-dev)
checks=(python3 clang-format-19 clang-tools-19 universal-ctags libclang-rt-19-dev python3-jsonschema
  openssl curl knot knot-dnssecutils nginx-light git gnutls-bin
  swaks libnet-ssleay-perl python3-aiosmtpd python3-dkim dovecot-imapd
  postfix opendkim python3-pip python3-spf python3-nacl publicsuffix)
bench=(haproxy wrk libbenchmark-dev)

packages=("${build[@]}")
for argument in "$@"; do
  case "$argument" in
    --test) packages+=("${checks[@]}") ;;
    --bench) packages+=("${bench[@]}") ;;
    *) echo "setup.sh: unknown argument $argument; use --test or --bench" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
    missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: these packages are missing: ${missing[*]}" >&2
    echo "setup.sh: run 'make setup' as root, or install sudo" >&2
    exit 2
  fi
  as_root=(sudo)
fi
apt-cache show clang-19 >/dev/null 2>&1 || "${as_root[@]}" apt-get update -qq
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Postfix would ask what it is for; it is for nothing but the tests' own configurations.
case " ${missing[*]} " in
  *" postfix "*)
    echo "postfix postfix/main_mailer_type select No configuration" |
      "${as_root[@]}" debconf-set-selections
    ;;
esac
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq
  --no-install-recommends "${missing[@]}")
"${install[@]}" >/dev/null || { "${as_root[@]}" apt-get update -qq; "${install[@]}" >/dev/null; }
# These are only started by the tests and benchmarks themselves.
for service in nginx haproxy knot dovecot postfix opendkim; do
  "${as_root[@]}" systemctl disable --now "$service" >/dev/null 2>&1 || true
done
