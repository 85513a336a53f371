#!/bin/sh
# Programs of others that tests hold our files against. Installs what is missing where that is permitted, otherwise
# says it: those tests are then skipped.
set -eu

missing_packages() {
    for pair in age:age chromium:chromium firefox-esr:firefox-esr openssl:openssl pdftoppm:poppler-utils qpdf:qpdf \
        pg_lsclusters:postgresql strace:strace unzip:unzip zip:zip; do
        command -v "${pair%%:*}" >/dev/null || echo "${pair#*:}"
    done
}

packages=$(missing_packages | xargs)
[ -n "$packages" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing programs that tests use: $packages"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install --yes --no-install-recommends $packages; } >/dev/null 2>&1 || true
    packages=$(missing_packages | xargs)
    [ -n "$packages" ] || exit 0
fi
echo "Tests that need these programs are skipped (Debian's names): $packages" >&2
