#!/bin/sh
# Builds the Debian package of the release binary: Packaging/build-deb.sh BINARY OUTPUT-DIRECTORY
#
# With dpkg's own tools alone. The same sources, toolchain and binary give the same file, byte for byte: times
# come from SOURCE_DATE_EPOCH or the last commit.
set -eu
umask 022
binary=$1
output=$2
cd "$(dirname "$0")/.."

version=${STOCKD_DEB_VERSION:-$(sed -n 's/.*static let release = "\(.*\)".*/\1/p' Sources/stockd/Stockd.swift)}
release=${version%%[-+~]*}
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-The stockd authors} <${DEBEMAIL:-stockd@localhost.localdomain}>"
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH="$epoch"
date=$(LC_ALL=C date -u -R -d "@$epoch")

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 0755 "$root"
doc=$root/usr/share/doc/stockd
install -d "$root/DEBIAN" "$root/etc/stockd" "$doc/examples"

install -D -m 0755 "$binary" "$root/usr/bin/stockd"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/stockd"
for file in stockd.yaml products.csv warehouses.csv; do
    install -m 0644 "Config/$file" "$root/etc/stockd/$file"
done
install -d "$root/lib/systemd/system"
for unit in stockd.service stockd-notify.service; do
    sed 's#/usr/local/#/usr/#g' "Config/$unit" >"$root/lib/systemd/system/$unit"
done

install -d "$root/usr/share/man/man8"
gzip -9n <docs/stockd.8 >"$root/usr/share/man/man8/stockd.8.gz"
for shell in bash:bash-completion/completions/stockd zsh:zsh/vendor-completions/_stockd \
    fish:fish/vendor_completions.d/stockd.fish; do
    install -d "$(dirname "$root/usr/share/${shell#*:}")"
    # It is read by a shell, not run.
    "$binary" --generate-completion-script "${shell%%:*}" | sed '1{/^#!/d}' >"$root/usr/share/${shell#*:}"
done

# The documents with the folders that their links name; the licence is the package's copyright file.
Packaging/install-documents.sh "$doc"
sed -i "s#(LICENSE)#(copyright)#" "$doc"/*.md
rm "$doc/LICENSE"
install -m 0644 Config/stockd.env.example "$doc/examples/stockd.env"
cp -R Config/observability "$doc/examples/observability"
install -m 0644 Packaging/debian/copyright "$doc/copyright"
install -D -m 0644 Packaging/debian/lintian-overrides "$root/usr/share/lintian/overrides/stockd"
{
    echo "stockd ($version) stable; urgency=medium"
    echo
    # The changes of this release; a Debian changelog's lines begin with two spaces and are wrapped.
    sed -n "/^## \\[\\(Unreleased\\|$release\\)\\]/,/^## /{/^##/d;/./p;}" CHANGELOG.md |
        sed -e ':more' -e '$!N' -e 's/\n  */ /;t more' -e 'P;D' |
        fold -s -w 70 | sed 's/ *$//' | sed -e 's/^- /  * /;t' -e 's/^/    /'
    echo
    echo " -- $maintainer  $date"
} | gzip -9n >"$doc/changelog.gz"

# What the binary is linked to, with the versions it needs.
shlibs=$(mktemp -d)
mkdir "$shlibs/debian"
printf 'Source: stockd\n\nPackage: stockd\nArchitecture: any\n' >"$shlibs/debian/control"
depends=$(cd "$shlibs" && dpkg-shlibdeps -O "$root/usr/bin/stockd" 2>"$shlibs/log") || {
    cat "$shlibs/log" >&2
    exit 1
}
rm -rf "$shlibs"
depends=${depends#shlibs:Depends=}

find "$root" -mindepth 1 -type d -exec chmod 0755 {} +
find "$root/usr/share" "$root/lib" -type f -exec chmod 0644 {} +
size=$(du -k --apparent-size -s "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@MAINTAINER@/$maintainer/" \
    -e "s/@SIZE@/$size/" -e "s/@DEPENDS@/$depends/" Packaging/debian/control >"$root/DEBIAN/control"
(cd "$root" && find etc -type f -printf '/%p\n' | LC_ALL=C sort) >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    install -m 0755 "Packaging/debian/$script" "$root/DEBIAN/$script"
done
(cd "$root" && find usr lib -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
find "$root" -exec touch --no-dereference -d "@$epoch" {} +

mkdir -p "$output"
rm -f "$output"/stockd_*.deb
package="$output/stockd_${version}_$architecture.deb"
dpkg-deb --root-owner-group -Zxz -z4 --build "$root" "$package" >/dev/null
echo "$package"
