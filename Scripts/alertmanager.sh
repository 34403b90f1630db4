#!/bin/sh
# Prints where Alertmanager is. Where it is not installed it is taken out of Debian's prometheus-alertmanager package,
# into .build/tools/alertmanager: installing that package would start a server. It has to be started in its folder.
set -eu
cd "$(dirname "$0")/.."

if command -v prometheus-alertmanager; then exit; fi
folder=$PWD/.build/tools/alertmanager
tool=$folder/prometheus-alertmanager
if [ ! -x "$tool" ]; then
    mkdir -p .build/tools
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # _apt, as which apt fetches when it can, has to reach the directory.
    chmod 0755 "$work"
    fetch() { (cd "$work" && apt-get download -q prometheus-alertmanager >"$work/log" 2>&1); }
    fetch || { apt-get update -q >"$work/log" 2>&1 && fetch; } || {
        cat "$work/log" >&2
        echo "stockd: Debian's prometheus-alertmanager package cannot be fetched" >&2
        exit 1
    }
    mkdir "$work/out"
    dpkg-deb --fsys-tarfile "$work"/prometheus-alertmanager_*.deb |
        tar -x -C "$work/out" ./usr/bin/prometheus-alertmanager ./usr/share/prometheus/alertmanager
    # It reads its templates from /usr/share; of the same length is the path below the folder that it is started in.
    share=usr/share/prometheus/alertmanager
    LC_ALL=C sed "s|/$share|$share/|g" "$work/out/usr/bin/prometheus-alertmanager" >"$work/out/prometheus-alertmanager"
    chmod +x "$work/out/prometheus-alertmanager"
    rm -r "$work/out/usr/bin"
    # Moved at once, so that a second run beside this one never sees half of it.
    cp -r "$work/out" "$folder.$$"
    mv -T "$folder.$$" "$folder" 2>/dev/null || rm -r "$folder.$$"
fi
echo "$tool"
