#!/bin/bash
# What systemd makes of the units: asked by its last unit. What each step says stands between "@@ STEP" and "@@ exit".
set -u

step() {
    local name=$1 code=0
    shift
    echo "@@ $name"
    "$@" 2>&1 || code=$?
    echo "@@ exit $code"
}

answers() {
    for _ in $(seq 600); do
        venue status --json >/dev/null 2>&1
        [ $? -ge 3 ] || return 0 # 1, 2: it answers, and is not content
        sleep 0.1
    done
    return 1
}

page() {
    python3 - "$1" <<'END'
import http.client
import socket
import sys


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(120)
        self.sock.connect("/run/venue-page/page.sock")


asked = Unix("localhost")
asked.request("GET", sys.argv[1])
answer = asked.getresponse()
print(answer.status, answer.read().decode())
END
}

page-line() {
    python3 - "$1" <<'END'
import http.client
import socket
import sys


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(120)
        self.sock.connect("/run/venue-page/page.sock")


asked = Unix("localhost")
asked.request("GET", sys.argv[1], headers={"X-Venue-Line": "1"})
answer = asked.getresponse()
print(answer.status, answer.read().decode())
asked.request("POST", "/pull/v1/receipts", body=b"a receipt of nobody", headers={"X-Venue-Line": "1"})
print(asked.getresponse().status)
END
}

dialled() { # what ssh said of its first try
    for _ in $(seq 300); do
        journalctl --no-pager -o cat -u venue-dial-out | grep -q ssh: && break
        sleep 0.1
    done
    journalctl --no-pager -o cat -u venue-dial-out
}

followed() { # what was written by hand is gone from what the next boot reads
    local told=/run/followed
    for _ in $(seq 600); do
        grep -q "by hand" /etc/venue-appliance/lockdown.conf || [ ! -s "$told" ] || return 0
        sleep 0.1
        journalctl --no-pager -o cat -u "venue-boot-files@*" | grep -e "-# by hand" >"$told"
    done
    return 1
}

show() {
    systemctl show --value --property "$1" "$2"
}

another() { # a guard with another process id than $1
    for _ in $(seq 900); do
        local now
        now=$(show MainPID venue-guard)
        if [ "$now" != 0 ] && [ "$now" != "$1" ]; then return 0; fi
        sleep 0.1
    done
    return 1
}

taken() { # the guard had it looked at, by itself
    for _ in $(seq 600); do
        [ -z "$(ls /var/lib/venue-appliance/receipts/incoming)" ] && return 0
        sleep 0.1
    done
    return 1
}

gone() { # the guard has failed for good
    for _ in $(seq 600); do
        systemctl is-failed --quiet venue-guard && return 0
        sleep 0.1
    done
    return 1
}

step answers answers
step active systemctl is-active venue-lockdown venue-network-closed venue-guard venue-page.socket
step failed systemctl list-units --failed --no-legend --plain 'venue-*'
step followed followed
step followed-said journalctl --no-pager -o cat -u "venue-boot-files@*"
step status-text show StatusText venue-guard
step kinds sh -c 'venue events --since 0 --json | grep -o "\"kind\": \"[a-z._]*\"" | sort -u'
guard=$(show MainPID venue-guard)
step guard-rights grep -E 'CapEff|NoNewPrivs|Seccomp:' "/proc/$guard/status"
step guard-socket stat -c '%U %G %a' /run/venue-appliance/control.sock
step page-before systemctl is-active venue-page.service
step page page /healthz
page_pid=$(show MainPID venue-page)
step page-user stat -c %U "/proc/$page_pid"
step page-rights grep -E 'CapEff|NoNewPrivs|Seccomp:' "/proc/$page_pid/status"
step page-sees nsenter --target "$page_pid" --mount ls /var/lib/venue-appliance
step page-links nsenter --target "$page_pid" --net ip -brief link
step page-names page-line /pull/v1/manifests
step receipts taken
step receipts-left ls /var/lib/venue-appliance/receipts/incoming
step receipts-told sh -c 'venue events --since 0 --json | grep -c receipt.refused'
step denied sh -c 'journalctl --boot --no-pager -o cat -u venue-guard | grep "Permission denied"'
step dial systemctl start venue-dial-out.service
step dial-said dialled
step dial-stopped systemctl stop venue-dial-out.service
step page-killed systemctl kill --signal=KILL venue-page.service
step page-again page /healthz
step journal journalctl --no-pager -x VENUE_KIND=guard.started
kill -STOP "$guard"
step thawed another "$guard"
step answers-again answers
step watchdog show NRestarts venue-guard
printf '[venue]\nname = "x"\n[rules]\nups_hold_minutes = 0\n' >/etc/venue-appliance/appliance.toml
systemctl restart venue-guard 2>/dev/null
step nonsense gone
step nonsense-said systemctl status --no-pager --full venue-guard
step closed nft list ruleset
