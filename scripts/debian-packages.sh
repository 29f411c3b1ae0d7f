#!/usr/bin/env bash
# Install the Debian packages the service and its tests need; does nothing when all are there.
# As root or with sudo it installs them; otherwise it prints the command to run.  With --run, those alone
# that the service and whoever operates it need, and not its tests.
set -euo pipefail

RUN=(python3-venv tesseract-ocr tesseract-ocr-ara tesseract-ocr-fra fonts-noto-core)
OPERATE=(postgresql-client)   # pg_dump and pg_restore, which backup and restore on PostgreSQL start
TEST=(chromium graphviz poppler-utils qpdf fonts-dejavu-core fonts-liberation fonts-hosny-amiri
      fonts-kacst fonts-sil-scheherazade fonts-unikurdweb fonts-courier-prime fonts-clear-sans
      fonts-gnutypewriter fonts-inter fonts-paratype fonts-mononoki
      fonts-sil-gentium-basic fonts-anonymous-pro
      fonts-dkg-handwriting fonts-rufscript fonts-ecolier-court fonts-breip
      fonts-crosextra-carlito fonts-crosextra-caladea fonts-freefont-ttf)

wanted=("${RUN[@]}")
if [ "${1:-}" = --run ]; then wanted+=("${OPERATE[@]}"); else wanted+=("${TEST[@]}"); fi
missing=()
for package in "${wanted[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed \
        || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

install=(apt-get install --yes --no-install-recommends "${missing[@]}")
if [ "$(id -u)" -eq 0 ]; then
    sudo=()
elif command -v sudo >/dev/null && sudo --non-interactive true 2>/dev/null; then
    sudo=(sudo)
elif command -v sudo >/dev/null && [ -t 0 ]; then
    sudo=(sudo)
else
    echo "These Debian packages are missing. Ask an administrator to run:" >&2
    echo "    apt-get update && ${install[*]}" >&2
    exit 1
fi
echo "Installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update --quiet
"${sudo[@]}" "${install[@]}"
