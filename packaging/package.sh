#!/bin/sh
# Builds dist/dsr-desk, a folder that runs without Python, and from it a Debian package.
set -eu
cd "$(dirname "$0")/.."
command -v dpkg-deb >/dev/null || { echo "A Debian package is built with dpkg-deb, which is not here: run this on Debian or Ubuntu." >&2; exit 1; }

.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes --requirement packaging/package.txt
rm -rf build/deb dist/dsr-desk
.venv/bin/pyinstaller --noconfirm --log-level ERROR --workpath build/pyinstaller --distpath dist packaging/dsr-desk.spec
.venv/bin/python packaging/left_out.py dist/dsr-desk

version=$(.venv/bin/python -c 'import dsr_desk; print(dsr_desk.__version__)')
architecture=$(dpkg --print-architecture)
root=build/deb
put() { install -D -m 644 "$1" "$root/$2"; }
mkdir -p $root/usr/lib $root/usr/bin $root/DEBIAN
cp -r dist/dsr-desk $root/usr/lib/dsr-desk
ln -s ../lib/dsr-desk/dsr-desk $root/usr/bin/dsr-desk
put packaging/dsr-desk.desktop usr/share/applications/dsr-desk.desktop
put packaging/dsr-desk.metainfo.xml usr/share/metainfo/dsr-desk.metainfo.xml
put src/dsr_desk/ui/resources/icons/app.svg usr/share/icons/hicolor/scalable/apps/dsr-desk.svg
put LICENSE usr/share/doc/dsr-desk/copyright
.venv/bin/python packaging/licences.py $root/usr/share/doc/dsr-desk/licences
chmod -R u=rwX,go=rX $root

# The system libraries are those that qt_libraries.sh looks for.
libraries=$(grep -o ':lib[a-z0-9.-]*' packaging/qt_libraries.sh | cut -c 2- | sort -u | paste -s -d , | sed 's/,/, /g')
cat > $root/DEBIAN/control <<CONTROL
Package: dsr-desk
Version: $version
Architecture: $architecture
Maintainer: DSR Desk contributors
Installed-Size: $(du -sk $root/usr | cut -f 1)
Depends: libc6 (>= $(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)), libseccomp2, $libraries
Recommends: libcups2
Section: misc
Priority: optional
Description: find a person in training data, delete, and prove it
 From a person's letter and photo, DSR Desk finds that person in the photos and
 records that were trained on, names every model that was built from them,
 drives the deletion, reads back what is gone, and hands over sealed evidence.
 It works on this computer alone.
CONTROL
package=dist/dsr-desk_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zzstd --build $root "$package" >/dev/null
echo "$package"
packaging/verifier.sh
