#!/bin/sh
# Puts the verifier that checks bundles alone into dist/, with its digest: both belong to every release.
set -eu
cd "$(dirname "$0")/.."
mkdir -p dist
cp src/dsr_desk/evidence/verifying/check_bundle.py dist/check_bundle.py
(cd dist && sha256sum check_bundle.py > check_bundle.py.sha256)
cat dist/check_bundle.py.sha256
