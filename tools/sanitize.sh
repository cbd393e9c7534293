#!/usr/bin/env bash
# Build the native kernels with the address and undefined-behaviour sanitizers, beside the project
# and not in it, and run the contract tests on them: every twin against its definition, on more
# and other invented input each time. Needs gcc with libasan on Linux, and the tests' packages in
# the Python that is named by PYTHON or found in .venv.
#
#   tools/sanitize.sh                      tests/contract
#   tools/sanitize.sh tests/unit -k text   whatever pytest is to run instead
#
# PROFILE=dedup is quicker: the same invented input as in every other run of the tests.
set -euo pipefail
project="$(cd "$(dirname "$0")/.." && pwd)"
python="${PYTHON:-$project/.venv/bin/python}"
[ "$#" -gt 0 ] || set -- tests/contract

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$project"
cp -r dedup docs tests tools pyproject.toml README.md LICENSE samples "$work"
cd "$work"
find . -name '*.so' -delete

sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
CFLAGS="-g -fno-omit-frame-pointer $sanitizers" LDFLAGS="$sanitizers" \
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target site .
rm -r dedup # only the package that was just built is left to be found
built="$(find site/dedup/kernels -name '_native*.so')"
if [ -z "$built" ] || ! grep -q __asan_report "$built"; then
    echo "tools/sanitize.sh: the kernels were not built with the sanitizers" >&2
    exit 2
fi

# Python itself is not instrumented, so the sanitizers must be there before it; what it leaks on
# its way out is not ours. Its own allocator would hide overruns of what it hands out.
preload="$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)"
preload+=":$(gcc -print-file-name=libstdc++.so)"
export PYTHONPATH="$work/site" PYTHONMALLOC=malloc DEDUP_KERNELS=native
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
# This one compares the sources, which are not here.
sources=tests/contract/test_text_kernel.py::test_the_tables_are_those_of_the_rules
# Captured at the descriptor, the sanitizers' last words would end with the process.
LD_PRELOAD="$preload" "$python" -m pytest --capture sys -p no:cacheprovider \
    --hypothesis-profile "${PROFILE:-fuzz}" --deselect "$sources" "$@"
