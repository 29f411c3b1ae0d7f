#!/usr/bin/env bash
# Write requirements.lock anew: every package pinned, every file by its hash, no address of any registry.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "scripts/lock.sh: needs uv; install it with: pip install uv" >&2; exit 2; }
uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock "$@"
