#!/bin/bash
# Boots a Debian with the package under a real systemd and goes through Packaging/systemd-test/guest.sh:
#   Packaging/systemd-test/run.sh PACKAGE
#
# Needs root. In a container where systemd-nspawn can boot one, else in qemu without acceleration.
# STOCKD_TEST_MACHINE=nspawn or qemu chooses.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH="$PATH:/usr/sbin:/sbin"
package=$(realpath "$1")
work=$PWD/.build/systemd-test
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
base=$work/base-$suite
tree=$work/tree
results=$work/results
mkdir -p "$work"

fail() {
    echo "test-systemd: $*" >&2
    exit 1
}
((EUID == 0)) || fail "this needs root"

if [[ ! -e $base/etc/debian_version ]]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $suite" 'Created-By: Packages' | head -n 1)
    rm -rf "$base.new"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,udev,iproute2,procps,curl,kmod \
        "$suite" "$base.new" "${mirror:-http://deb.debian.org/debian}" >"$work/log" 2>&1 ||
        { tail -n 20 "$work/log" >&2; fail "debootstrap failed"; }
    mv "$base.new" "$base"
fi
rm -rf --one-file-system "$tree"
cp -a --reflink=auto "$base" "$tree"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
cp "$package" "$tree/root/stockd.deb"
# The next release: what an upgrade installs.
next=$(mktemp -d)
dpkg-deb --raw-extract "$package" "$next/tree"
sed -i 's/^Version: .*/&+test1/' "$next/tree/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip -z1 --build "$next/tree" "$tree/root/next.deb" >/dev/null
rm -rf "$next"
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 0755 "$tree/usr/sbin/policy-rc.d"
chroot "$tree" apt-get install -y -q --no-install-recommends /root/stockd.deb >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log" >&2; fail "the package cannot be installed"; }
rm "$tree/usr/sbin/policy-rc.d"
[[ ! -L $tree/etc/systemd/system/multi-user.target.wants/stockd.service ]] || fail "installing it enables it"
echo "ok  the package does not enable the service"

# From here on it is enabled, and no broker answers.
sed -i 's/^  brokers: .*/  brokers: 127.0.0.1:1/' "$tree/etc/stockd/stockd.yaml"
chroot "$tree" systemctl enable stockd >/dev/null 2>&1
install -m 0755 Packaging/systemd-test/guest.sh "$tree/root/guest.sh"
cat >"$tree/etc/systemd/system/guest.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
ExecStart=/root/guest.sh
StandardOutput=file:/root/results
StandardError=inherit
ExecStopPost=/bin/sh -c 'cat /root/results >/dev/console; systemctl --no-block poweroff'
UNIT
mkdir -p "$tree/etc/systemd/system/default.target.wants"
ln -sf ../guest.service "$tree/etc/systemd/system/default.target.wants/guest.service"
ln -sf /lib/systemd/system/multi-user.target "$tree/etc/systemd/system/default.target"

in_container() {
    # With a network of its own: only its loopback.
    timeout --kill-after=10 900 systemd-nspawn --quiet --directory="$tree" --boot --register=no --keep-unit \
        --private-network --link-journal=no --console=read-only >"$work/console" 2>&1 </dev/null
    cp "$tree/root/results" "$results"
}

in_qemu() {
    local kernel initrd
    chroot "$tree" apt-get install -y -q --no-install-recommends linux-image-cloud-amd64 initramfs-tools \
        >"$work/log" 2>&1 || fail "no kernel can be installed"
    kernel=$(echo "$tree"/boot/vmlinuz-*)
    initrd=$(echo "$tree"/boot/initrd.img-*)
    rm -f "$work/disk"
    mke2fs -q -t ext4 -d "$tree" "$work/disk" 4G
    timeout --kill-after=10 3000 qemu-system-x86_64 -machine accel=tcg -smp 2 -m 2048 -nographic -no-reboot \
        -kernel "$kernel" -initrd "$initrd" -append "root=/dev/vda rw console=ttyS0 quiet" -nic none \
        -drive "file=$work/disk,format=raw,if=virtio" >"$work/console" 2>&1 </dev/null
    debugfs -R "cat /root/results" "$work/disk" >"$results" 2>/dev/null
}

machine=${STOCKD_TEST_MACHINE:-nspawn}
rm -f "$results"
if [[ $machine == nspawn ]] && ! in_container; then
    # A container that did not get as far as the checks: this machine cannot boot one.
    [[ -s $results ]] || machine=qemu
fi
[[ $machine == nspawn ]] || in_qemu || true
[[ -s $results ]] || { tail -n 40 "$work/console" >&2; fail "the machine did not come up"; }
cat "$results"
grep -q '^all checks passed$' "$results" || fail "see above; the console is in $work/console"
rm -rf --one-file-system "$tree" "$work/disk"
