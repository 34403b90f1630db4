#!/bin/bash
# Runs inside the machine that run.sh boots: stockd is enabled, and no broker answers.
set -uo pipefail
unit=stockd.service
yaml=/etc/stockd/stockd.yaml
failed=0

check() {
    local what=$1
    shift
    if "$@"; then
        echo "ok  $what"
    else
        failed=1
        echo "NOT $what"
        systemctl --no-pager --full status "$unit" 2>&1 | sed 's/^/      /'
        journalctl --no-pager -u "$unit" -n 15 -o cat | sed 's/^/      /'
    fi
}
# until SECONDS COMMAND…: asked again until it is so.
until_so() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.5
    done
}
# within SECONDS COMMAND…: it succeeds in that time.
within() { timeout "$@" >/dev/null 2>&1; }
show() { systemctl show -P "$1" "$unit"; }
is() { [[ $(show "$1") == $2 ]]; }
logged() { journalctl --no-pager -u "$unit" -o cat ${3:+--since "$3"} | grep -c -- "$1" | grep -qx -- "$2"; }
says() { journalctl --no-pager -u "$unit" -o cat --since "$since" | grep -q -- "$1"; }
now() { date '+%F %T'; }
restart_clean() {
    systemctl stop "$unit"
    systemctl reset-failed "$unit" 2>/dev/null
    since=$(now)
    sleep 1
    systemctl start "$unit"
}
ends_with() {
    systemctl stop "$unit"
    systemctl reset-failed "$unit" 2>/dev/null
    systemctl start "$unit" 2>/dev/null
    until_so 60 is ActiveState failed && is ExecMainStatus "$1" && sleep 8 && is ActiveState failed && is NRestarts 0
}

since=$(now)
check "the boot does not wait for Kafka" until_so 120 systemctl --quiet is-active multi-user.target
check "the service counts as started" until_so 60 is ActiveState active
check "its status names what it waits for" until_so 60 is StatusText "waiting for Kafka: no broker *127.0.0.1:1*"
check "the journal says why, once" until_so 30 logged "Connection refused" 1
check "a reload does not wait for Kafka" within 20 systemctl reload "$unit"
check "a restart does not wait for Kafka" within 30 systemctl restart "$unit"

mkdir -p /etc/systemd/system/stockd.service.d
printf '[Service]\nWatchdogSec=8\n' >/etc/systemd/system/stockd.service.d/test.conf
systemctl daemon-reload
restart_clean
sleep 25
check "waiting for Kafka feeds the watchdog" is NRestarts 0
rm /etc/systemd/system/stockd.service.d/test.conf
systemctl daemon-reload

pid=$(show MainPID)
check "an upgrade does not wait for Kafka" within 60 dpkg --force-confold --install /root/next.deb
check "an upgrade restarts the service" until_so 30 eval '[[ $(show MainPID) != "$pid" && $(show MainPID) != 0 ]]'
check "the next release runs" until_so 30 is ActiveState active

sed -i 's/^workers: .*/workers: many/' "$yaml"
check "a reload with a mistake fails" eval '! within 20 systemctl reload "$unit"'
check "a reload with a mistake leaves the service running" is ActiveState active
check "a wrong configuration is not restarted (78)" ends_with 78
sed -i 's/^workers: .*/workers: 1/' "$yaml"
cp /etc/stockd/products.csv /root/
echo "x,y,z,1,1" >>/etc/stockd/products.csv
check "wrong reference data are not restarted (78)" ends_with 78
cp /root/products.csv /etc/stockd/
printf '[Service]\nExecStart=\nExecStart=/bin/sh -c "exit 65"\n' >/etc/systemd/system/stockd.service.d/test.conf
systemctl daemon-reload
check "what needs a person is not restarted (65)" ends_with 65
printf '[Service]\nLoadCredential=kafka.sasl_password:/etc/stockd/none\n' >/etc/systemd/system/stockd.service.d/test.conf
systemctl daemon-reload
check "a missing credential is not restarted (243)" ends_with 243
rm /etc/systemd/system/stockd.service.d/test.conf
systemctl daemon-reload

systemctl set-environment STOCKD_ARGS=--rebuild
restart_clean
check "STOCKD_ARGS reaches the daemon" grep -qz -- --rebuild "/proc/$(show MainPID)/cmdline"
systemctl unset-environment STOCKD_ARGS
restart_clean
check "and only once" eval '! grep -qz -- --rebuild "/proc/$(show MainPID)/cmdline"'

sed -i 's/^  brokers: .*/  brokers: nowhere.invalid:9092/' "$yaml"
restart_clean
check "a name that does not resolve is said to be one" until_so 60 says "resolve"

# A broker: the demonstration's.
stockd demo --keep >/root/demo 2>&1 </dev/null &
demo=$!
until_so 60 grep -q "127.0.0.1:" /root/demo
brokers=$(grep -o '127\.0\.0\.1:[0-9]*' /root/demo | head -n 1)
sed -i "s/^  brokers: .*/  brokers: $brokers/; s/^  group_id: .*/  group_id: service/" "$yaml"
sed -i 's/^  topic: inventory-alerts/  topic: service-alerts/; s/^  topic: order-events-dlq/  topic: service-dlq/' "$yaml"
restart_clean
check "it runs once a broker answers" until_so 90 says "^ready"
check "its status says so" until_so 30 is StatusText "running; * events applied since the start"
pid=$(show MainPID)
check "the reading thread has a lower priority" eval 'ps -L -o ni= -p "$pid" | grep -qx " *5"'
check "its threads are named" eval 'cat /proc/$pid/task/*/comm | grep -x worker-0 >/dev/null'
check "its lines have no second prefix" eval '! says "^stockd: "'
check "libdispatch is silent" eval '! journalctl --no-pager -u "$unit" -o cat | grep -qi dispatch'
kill -KILL "$demo"
wait "$demo" 2>/dev/null
check "an outage is said once" until_so 90 logged "connection to Kafka lost" 1 "$since"
sleep 5
check "an outage is still said once" logged "connection to Kafka lost" 1 "$since"
check "the status names the outage" until_so 30 is StatusText "no connection to Kafka (*"
check "it is not ready meanwhile" eval '[[ $(curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:8080/health/ready) == 503 ]]'
check "it stops within its time" within 20 systemctl stop "$unit"
check "it was not killed" eval 'is Result success'
check "the unit is hardened" eval 'systemd-analyze security --threshold=15 --no-pager "$unit" >/dev/null'

((failed == 0)) && echo "all checks passed"
