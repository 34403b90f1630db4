#!/bin/bash
# Installs the package into a clean Debian tree and puts it through what packages go through:
#   Packaging/test-deb.sh PACKAGE
#
# Needs root, for chroot. The tree without the package is made once and kept in .build/package-test.
set -euo pipefail
cd "$(dirname "$0")/.."
# A mount namespace of its own: what is mounted in the tree is gone with the script, however it ends.
if [[ ${STOCKD_TEST_DEB_INSIDE:-} != 1 ]]; then
    as_root=()
    ((EUID == 0)) || as_root=(sudo -n)
    exec "${as_root[@]}" env STOCKD_TEST_DEB_INSIDE=1 PATH="$PATH:/usr/sbin:/sbin" \
        unshare --mount --propagation private "$0" "$@"
fi
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
package=$(realpath "$1")
place=$PWD/.build/package-test
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
base=$place/base-$suite
tree=$place/tree
mkdir -p "$place"

fail() {
    echo "test-deb: $*" >&2
    exit 1
}
passed() { echo "ok  $*"; }
within() { chroot "$tree" "$@"; }

if [[ ! -e $base/etc/debian_version ]]; then
    # The mirror that apt uses here.
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $suite" 'Created-By: Packages' | head -n 1)
    rm -rf "$base.new"
    debootstrap --variant=minbase --include=systemd "$suite" "$base.new" \
        "${mirror:-http://deb.debian.org/debian}" >"$place/log" 2>&1 ||
        { tail -n 20 "$place/log" >&2; fail "debootstrap failed"; }
    mv "$base.new" "$base"
fi
rm -rf "$tree"
cp -a --reflink=auto "$base" "$tree"
mount -t proc proc "$tree/proc"
mount --rbind --make-rslave /dev "$tree/dev"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
# No test may start a service, whatever a maintainer script thinks.
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 0755 "$tree/usr/sbin/policy-rc.d"
cp "$package" "$tree/stockd.deb"

wants=$tree/etc/systemd/system/multi-user.target.wants/stockd.service
output=$(within apt-get install -y -q --no-install-recommends /stockd.deb 2>&1) ||
    { echo "$output" >&2; fail "cannot be installed"; }
[[ $output == *"edit /etc/stockd/stockd.yaml"* ]] || fail "the first installation does not say what to do next"
[[ ! -L $wants ]] || fail "the service is enabled before anyone has configured it"
within dpkg --verify stockd
passed "installed with its dependencies alone, not enabled, and told to be configured first"

while IFS= read -r line; do
    file=${line%%:*} target=${line#*](}
    target=${target%%[)#]*}
    [[ $target != *:* ]] || continue
    [[ -z $target || -e $(dirname "$file")/$target ]] ||
        fail "${file#"$tree"} links to $target, which is not in the package"
done < <(grep -roE '\]\([^)]+\)' "$tree/usr/share/doc/stockd" --include='*.md')
passed "its documents link to what is in the package"

[[ $(within stockd version) == "stockd "*librdkafka* ]] || fail "stockd version"
[[ $(within stockd check --config /etc/stockd/stockd.yaml) == "configuration ok"* ]] || fail "stockd check"
if within ldd /usr/bin/stockd | grep -E 'not found|swift'; then fail "a library is missing"; fi
if [[ -n $(find "$tree/usr/bin/stockd" -size +120M) ]]; then fail "the program is not stripped"; fi
passed "runs, and takes its own configuration"

# The documentation is not in a minimal tree's man; the rest of what the unit names must be there.
for unit in stockd stockd-notify; do
    output=$(within systemd-analyze verify --man=no "/lib/systemd/system/$unit.service" 2>&1) || fail "$output"
    [[ -z $output ]] || fail "systemd-analyze verify says of $unit: $output"
    output=$(within systemd-analyze security --offline=yes --threshold=15 --no-pager \
        "/lib/systemd/system/$unit.service") || fail "$unit is exposed more than 1.5: $(tail -n 1 <<<"$output")"
    passed "the unit $unit: $(tail -n 1 <<<"$output" | tr -s ' →' ' ')"
done

# An upgrade: a higher version whose configuration file is another, too.
dpkg-deb --raw-extract "$package" "$place/next"
version=$(sed -n 's/^Version: //p' "$place/next/DEBIAN/control")
sed -i "s/^Version: .*/Version: $version+test1/" "$place/next/DEBIAN/control"
echo "# the next release's" >>"$place/next/etc/stockd/stockd.yaml"
dpkg-deb --root-owner-group -Zgzip -z1 --build "$place/next" "$tree/next.deb" >/dev/null
rm -rf "$place/next"
echo "# the administrator's" >>"$tree/etc/stockd/stockd.yaml"
echo "6,Lamp,Home,5,1.00" >>"$tree/etc/stockd/products.csv"
rm "$tree/etc/stockd/warehouses.csv"
within systemctl enable stockd >/dev/null 2>&1
within systemctl disable stockd >/dev/null 2>&1
output=$(within dpkg --force-confold --install /next.deb 2>&1) || { echo "$output" >&2; fail "upgrade"; }
[[ $(within dpkg-query -W -f='${Version}' stockd) == "$version+test1" ]] || fail "not upgraded"
[[ $(tail -n 1 "$tree/etc/stockd/stockd.yaml") == "# the administrator's" ]] || fail "a conffile was overwritten"
[[ $(tail -n 1 "$tree/etc/stockd/products.csv") == 6,* ]] || fail "a reference file was overwritten"
[[ ! -e $tree/etc/stockd/warehouses.csv ]] || fail "a removed conffile came back"
[[ ! -L $wants ]] || fail "a disabled service was enabled again"
[[ $output != *"edit /etc/stockd"* ]] || fail "an upgrade talks like a first installation"
passed "upgraded: changed and removed conffiles and a disabled service stay as they are"

touch "$tree/etc/stockd/stockd.env"
within dpkg --remove stockd >/dev/null 2>&1
[[ ! -e $tree/usr/bin/stockd ]] || fail "the program is left after removal"
[[ -e $tree/etc/stockd/stockd.yaml ]] || fail "removal took the configuration"
passed "removed: the configuration stays"

within dpkg --purge stockd >/dev/null 2>&1
left=$(find "$tree" -xdev \( -path "$tree/proc" -o -path "$tree/dev" -o -path "$tree/var/log" \) -prune -o \
    -name '*stockd*' ! -path "$tree/stockd.deb" -print)
[[ -z $left ]] || fail "purging leaves $left"
passed "purged: nothing is left"

within dpkg --install /stockd.deb >/dev/null 2>&1
[[ ! -L $wants && -e $tree/etc/stockd/warehouses.csv ]] || fail "a second first installation is not like the first"
passed "installed again"
rm -rf --one-file-system "$tree/stockd.deb" "$tree/next.deb"
