#!/bin/bash
# The installer on a booted system without network: asked by systemd's last unit. What each step says stands between
# "@@ STEP" and "@@ exit CODE".
set -u
cd /root
export LANG=C.UTF-8

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

first() { # from nothing to a check that answers, in seconds
    local begin=$SECONDS code=0
    installer --bundle bundle.tar --key release.pub --name 实验中学考点 || return 2
    venue check --json >/root/check || code=$?
    echo "seconds: $((SECONDS - begin)), check: $code"
}

touched() {
    sha256sum /etc/default/grub /etc/default/grub.d/* /etc/fstab /etc/modules-load.d/* 2>/dev/null
    stat -c '%n %a %U:%G' /etc/default/grub /etc/default/grub.d
}

seal() {
    VENUE_PIN_CHIEF=135790 venue pin chief
    VENUE_PIN_TECHNICIAN=246802 venue pin technician
    cat >/etc/venue-appliance/timetable.toml <<'END'
[[sitting]]
id = "2098-09-05-am"
batch = "1"
subject = "财务管理"
start = 2098-09-05T09:00:00
end = 2098-09-05T11:30:00
END
    sed -i -e 's/^code.*/code = "520100-03"/' -e 's/^name.*/&\ntimetable = "timetable.toml"/' /etc/venue-appliance/appliance.toml
    systemctl restart venue-guard
    VENUE_PIN_CHIEF=135790 VENUE_PIN_TECHNICIAN=246802 venue seal --chief 王主考 --technician 张工
}

mkdir -p /etc/default/grub.d
touched >/tmp/before
step network sh -c "tail -n +3 /proc/net/dev | grep -v ' lo:' | wc -l"
step dry-run installer --dry-run --bundle bundle.tar --key release.pub
step dry-run-left test ! -e /var/lib/venue-install
step no-key installer --bundle bundle.tar
ssh-keygen -q -t ed25519 -N '' -f /root/other </dev/null
step wrong-key installer --bundle bundle.tar --key other.pub
step first first
step check cat /root/check
step nobodys sh -c 'cd /etc/venue-appliance && ls -d unconfigured lockdown.conf network.nft enrolled 2>/dev/null'
step package dpkg-query --show --showformat='${db:Status-Abbrev}${Version}' venue-appliance
step audit dpkg --audit
step again installer --bundle bundle.tar
step once-more venue-install
step made cat /var/made
step grub sh -c '. /etc/default/grub; for f in /etc/default/grub.d/*.cfg; do . $f; done; echo $GRUB_CMDLINE_LINUX'
step active systemctl is-active venue-guard venue-page.socket nginx
step page python3 - <<'END'
import http.client
import ssl

trusted = ssl.create_default_context(cafile="/etc/venue-appliance/tls/page.crt")
trusted.check_hostname = False
asked = http.client.HTTPSConnection("localhost", 443, context=trusted, timeout=60)
asked.request("GET", "/healthz")
print(asked.getresponse().status)
END
step chinese env LANG=zh_CN.UTF-8 journalctl --no-pager -x VENUE_KIND=guard.started
step pins sh -c 'stat -c %a /var/lib/venue-appliance/pins.json; grep -o technician /var/lib/venue-appliance/pins.json'
step key-mode stat -c '%a %U' /etc/venue-appliance/tls/page.key
step label venue-install --label /root/label.html
step label-page grep -c '<svg' /root/label.html
step other-key installer --bundle bundle.tar --key other.pub
sed -i '/^Package: venue-appliance$/,/^$/s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status
step half dpkg-query --show --showformat='${db:Status-Abbrev}' venue-appliance
step repaired installer --bundle bundle.tar
step repaired-package dpkg-query --show --showformat='${db:Status-Abbrev}' venue-appliance
step wrong-architecture installer --bundle foreign.tar
step torn installer --bundle torn.tar
step upgrade installer --bundle newer.tar
step upgraded dpkg-query --show --showformat='${Version}' venue-appliance
step kept grep -c 实验中学考点 /etc/venue-appliance/appliance.toml
step older installer --bundle bundle.tar
step downgrade installer --bundle bundle.tar --downgrade
step downgraded dpkg-query --show --showformat='${Version}' venue-appliance
step still-active systemctl is-active venue-guard venue-page.socket
cp -p /etc/venue-appliance/appliance.toml /root/good.toml
echo nonsense >>/etc/venue-appliance/appliance.toml
rm -r /etc/venue-appliance/tls
step nonsense venue-install
step nonsense-left test ! -e /etc/venue-appliance/tls
cp -p /root/good.toml /etc/venue-appliance/appliance.toml
step tls-again venue-install
step seal seal
step sealed installer --bundle bundle.tar
step sealed-remove venue-install --remove
step unseal env VENUE_PIN_CHIEF=135790 VENUE_PIN_TECHNICIAN=246802 venue unseal --chief 王主考 --technician 张工 --reason test
step remove installer --remove
touched >/tmp/after
step left diff /tmp/before /tmp/after
step locale-left grep -c '^zh_CN' /etc/locale.gen
step removed dpkg-query --show --showformat='${db:Status-Abbrev}' venue-appliance
step record test -d /var/lib/venue-appliance/log
step ledger test ! -e /var/lib/venue-install
step remove-again installer --remove
step older-record installer --bundle older.tar --key release.pub
step once-again installer --bundle bundle.tar --key release.pub
step dpkg-remove dpkg --remove venue-appliance
step dpkg-removed test ! -e /etc/default/grub.d/venue-appliance.cfg
step tls-kept test -s /etc/venue-appliance/tls/page.key
step purge dpkg --purge venue-appliance
step purged sh -c 'ls -d /var/lib/venue-* /etc/venue-appliance /var/cache/venue-* 2>/dev/null'
