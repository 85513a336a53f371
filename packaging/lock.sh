#!/bin/sh
# Pins everything that an install fetches, with hashes and without addresses. Needs uv; `--upgrade` takes newer versions.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v .venv/bin/uv || command -v uv)
pin() { "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate "$@"; }
pin pyproject.toml --extra dev --output-file packaging/requirements.txt "$@"
for list in build package bench fuzz formats; do
    pin packaging/$list.in --constraints packaging/requirements.txt --output-file packaging/$list.txt "$@"
done
pin packaging/oldest.in --output-file packaging/oldest.txt "$@"
