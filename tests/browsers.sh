#!/usr/bin/env bash
# The browsers named, for the browser tests: from Debian where they are missing and we may install them.
set -euo pipefail
missing=()
for name in "$@"; do command -v "$name" >/dev/null || missing+=("$name"); done
[ "${#missing[@]}" = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]} for the browser tests"
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "Missing: ${missing[*]}. Install (apt-get install ${missing[*]}); without Chromium the browser tests fail, those in Firefox are skipped." >&2
fi
