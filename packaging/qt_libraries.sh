#!/bin/sh
# Are the system libraries there that Qt loads? Installs what is missing where that is permitted, otherwise says it.
# usage: qt_libraries.sh offscreen | screen        (exit 1: something is missing still)
set -eu
cd "$(dirname "$0")/.."
[ "$(uname -s)" = Linux ] || exit 0

# library:Debian package
needed="libEGL.so.1:libegl1 libGL.so.1:libgl1 libxkbcommon.so.0:libxkbcommon0 libdbus-1.so.3:libdbus-1-3
    libfontconfig.so.1:libfontconfig1 libglib-2.0.so.0:libglib2.0-0"
if [ "${1:-screen}" = screen ]; then
    needed="$needed libxcb-cursor.so.0:libxcb-cursor0 libxcb-icccm.so.4:libxcb-icccm4 libxcb-image.so.0:libxcb-image0
        libxcb-keysyms.so.1:libxcb-keysyms1 libxcb-randr.so.0:libxcb-randr0
        libxcb-render-util.so.0:libxcb-render-util0 libxcb-shape.so.0:libxcb-shape0 libxcb-xkb.so.1:libxcb-xkb1
        libxkbcommon-x11.so.0:libxkbcommon-x11-0"
fi

missing_packages() {
    .venv/bin/python - $needed <<'PYTHON'
import ctypes
import sys

for pair in sys.argv[1:]:
    library, package = pair.split(":")
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
PYTHON
}

packages=$(missing_packages | xargs)
[ -n "$packages" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
    echo "Installing system libraries that Qt needs: $packages"
    export DEBIAN_FRONTEND=noninteractive
    { $as_root apt-get update && $as_root apt-get install --yes --no-install-recommends $packages; } >/dev/null 2>&1 || true
    packages=$(missing_packages | xargs)
    [ -n "$packages" ] || exit 0
fi
echo "The windows cannot start without system libraries that are missing here; install the packages (Debian's names): $packages" >&2
exit 1
