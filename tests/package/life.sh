#!/bin/bash
# A package's whole life in a Debian 13 chroot: life.sh FIRST.deb SECOND.deb. What each step says stands between
# "@@ STEP" and "@@ exit CODE".
set -u
first=$1 second=$2
export LANG=C.UTF-8 VENUE_PIN_CHIEF=135790 VENUE_PIN_TECHNICIAN=246802

step() {
    local name=$1 code=0
    shift
    echo "@@ $name"
    "$@" 2>&1 || code=$?
    echo "@@ exit $code"
}

files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log -o \
        -path /var/cache -o -path /var/lib/dpkg \) -prune -o -print | LC_ALL=C sort
}

guard() {
    venue run >/tmp/guard.out 2>&1 &
    guard=$!
    for _ in $(seq 200); do
        if venue status --json >/dev/null 2>&1 || [ $? -lt 3 ]; then return 0; fi # 1, 2: it answers, and is not content
        sleep 0.1
    done
    cat /tmp/guard.out
    return 1
}

phase() {
    venue status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["phase"]["name"])'
}

files >/tmp/before
cp /etc/passwd /etc/group /tmp/
step install dpkg --install "$first"
step status dpkg-query --show --showformat='${db:Status-Abbrev}${Version}' venue-appliance
step help venue --help
step version venue --version
step elsewhere env PYTHONPATH=/nowhere sh -c 'mkdir -p /tmp/appliance && cd /tmp && venue --version'
step children sh -c 'cd / && venue demo --list'
step nothing-configured venue run
step sample sh -c 'venue config sample >/etc/venue-appliance/appliance.toml'
step check venue config check
step apply venue config apply
step users getent passwd venue-page
step enabled find /etc/systemd/system -type l -printf '%P\n'
step catalog sh -c "journalctl --list-catalog | grep -c 'Venue Appliance'"
step verify systemd-analyze verify --man=no /usr/lib/systemd/system/venue-guard.service \
    /usr/lib/systemd/system/venue-page.service /usr/lib/systemd/system/venue-lockdown.service
step compiled sh -c 'ls /usr/lib/venue-appliance/appliance/__pycache__ | wc -l'

cat >/etc/venue-appliance/timetable.toml <<'END'
[[sitting]]
id = "2098-09-05-am"
batch = "1"
subject = "财务管理"
start = 2098-09-05T09:00:00
end = 2098-09-05T11:30:00
END
printf '[venue]\ncode = "1"\nname = "考点"\ntimetable = "timetable.toml"\n[usb]\nenforce = false\n# mine\n' \
    >/etc/venue-appliance/appliance.toml
echo '# mine' >>/etc/nginx/conf.d/venue.conf
step guard guard
step pin-chief venue pin chief
step pin-technician venue pin technician
step seal venue seal --chief 王主考 --technician 张工
step sealed phase
step upgrade-sealed dpkg --install "$second"
step remove-sealed dpkg --remove venue-appliance
step still dpkg-query --show --showformat='${db:Status-Abbrev}${Version}' venue-appliance
step still-sealed phase
step still-works venue --version
kill "$guard"
wait "$guard"
step dead-upgrade dpkg --install "$second"
step dead-remove dpkg --remove venue-appliance
step dead-repair dpkg --install "$first"
step dead-anyway env VENUE_ANYWAY=1 dpkg --install "$second"
step dead-back env VENUE_ANYWAY=1 dpkg --install "$first"
step guard-again guard
step unseal venue unseal --chief 王主考 --technician 张工 --reason test
step upgrade dpkg --install "$second"
step upgraded dpkg-query --show --showformat='${db:Status-Abbrev}${Version}' venue-appliance
step kept grep -c mine /etc/venue-appliance/appliance.toml /etc/nginx/conf.d/venue.conf
kill "$guard"
wait "$guard"
step silent dpkg --install "$first"
step purge dpkg --purge venue-appliance
files >/tmp/after
step left diff /tmp/before /tmp/after
step left-users diff /tmp/passwd /etc/passwd
step left-groups diff /tmp/group /etc/group
