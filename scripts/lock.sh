#!/usr/bin/env bash
# Write both locks anew: every package pinned, every file by its hash, no address of any registry.
# requirements.lock is all that running, testing and building need; requirements-run.lock leaves the tests out.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "scripts/lock.sh: needs uv; install it with: pip install uv" >&2; exit 2; }
compile=(uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-header --quiet)
"${compile[@]}" --extra dev --output-file requirements.lock "$@"
"${compile[@]}" --constraint requirements.lock --no-annotate --output-file requirements-run.lock
