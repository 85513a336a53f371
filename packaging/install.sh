#!/bin/sh
# Makes .venv with everything that DSR Desk and its tests need. Safe to run again after any interruption.
set -eu
cd "$(dirname "$0")/.."

usable() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; }

python=
for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14}; do
    if usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "DSR Desk needs Python 3.11 to 3.14, and none was found: install it (Debian: apt install python3 python3-venv), or name one with 'make setup PYTHON=/path/to/python3.11'." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "The Python at $(command -v "$python") cannot make environments: install its venv module (Debian: apt install python3-venv), then run make again." >&2
    exit 1
fi

usable .venv/bin/python || "$python" -m venv --clear .venv
export PIP_DISABLE_PIP_VERSION_CHECK=1
pip() { .venv/bin/python -m pip install -qq "$@"; }
pinned() { "$@" --no-deps --require-hashes --no-build-isolation --requirement packaging/requirements.txt; }

# --no-deps: the pinned lists are complete, and face_recognition's own list would build dlib from source beside dlib-bin.
echo "Installing into .venv (about 300 MB to fetch, one minute on a usual line) ..."
pip --no-deps --require-hashes --only-binary :all: --requirement packaging/build.txt
if ! pinned .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python; then
    echo "uv could not install the packages; pip tries the same list, with its own settings and more slowly ..." >&2
    pinned pip
fi
pip --no-deps --no-build-isolation --no-index --editable .
.venv/bin/python -m compileall -q src
