#!/bin/bash
# The installer where apt has a mirror, a directory here, and no systemd runs; ended in the middle of apt's work. What
# each step says stands between "@@ STEP" and "@@ exit CODE".
set -u
here=$1
export LANG=C.UTF-8
bash "$here/fresh.sh" || exit 1
cd /root

step() {
    local name=$1 code=0
    shift
    echo "@@ $name"
    "$@" 2>&1 || code=$?
    echo "@@ exit $code"
}

installer() {
    python3 installer.pyz "$@"
}

killed() { # once dpkg has begun, with everything it started
    setsid python3 installer.pyz --package "$deb" >/root/killed 2>&1 &
    local group=$!
    until [ -e /var/lib/dpkg/info/nut-client.list ]; do
        kill -0 "$group" || return 1
        sleep 0.05
    done
    kill -KILL -- "-$group"
    wait "$group"
    return 0
}

mkdir /srv/mirror
tar --extract --file bundle.tar --directory /srv/mirror
deb=/root/$(basename /srv/mirror/venue-appliance_*.deb)
cp "/srv/mirror/$(basename "$deb")" "$deb"
step nothing-named installer
step not-ours installer --package /srv/mirror/tzdata_*.deb
step no-mirror installer --package "$deb"
echo 'deb [trusted=yes] file:/srv/mirror ./' >/etc/apt/sources.list
step killed killed
step half dpkg-query --show --showformat='${db:Status-Abbrev}' venue-appliance
step again installer --package "$deb"
step audit dpkg --audit
step package dpkg-query --show --showformat='${db:Status-Abbrev}' venue-appliance
step once-more installer --package "$deb"
step check venue config check
step remove installer --remove
step grub test ! -e /etc/default/grub.d/venue-appliance.cfg
