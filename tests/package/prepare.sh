#!/bin/bash
# Installs the package that lies beside this script, as the README says, before the boot.
set -e
dpkg --install "$(dirname "$0")/first.deb" >/said/dpkg 2>&1
groupadd --system www-data 2>/dev/null || true # nginx's; it is only recommended
printf '[venue]\ncode = "520100-03"\nname = "考点"\n[network]\nmode = "watch"\n[page]\nlanguage = "en"\n' \
    >/etc/venue-appliance/appliance.toml
# The province enrols it, as a venue that nobody can call: somebody there to dial, who does not answer.
home=/root/province
venue province init "$home" >/said/init
key=$(cut -d ' ' -f 1-2 "$home/receipts.pub")
printf '[dial_out]\nto = "pull@198.51.100.11:22"\nhost_key = "%s"\nfirst_port = 20001\n' "$key" >"$home/enrol.toml"
printf '[[sitting]]\nid = "a"\nbatch = "1"\nsubject = "s"\nstart = 2026-06-07T09:00:00\nend = 2026-06-07T10:00:00\n' \
    >"$home/timetable.toml"
venue province enrol 520100-03 --name 考点 --address dial-out --timetable "$home/timetable.toml" --home "$home" \
    --contact province=0851 --json >/said/enrolled
told() { python3 -c 'import json, sys; print(json.load(open("/said/enrolled"))["files"][0][sys.argv[1]])' "$1"; }
venue enrol "$(told file)" --fingerprint "$(told fingerprint)" >/said/enrol 2>&1
# What bundles are made of: where none are made nobody looks for receipts.
mkdir -m 0700 /srv/answers
printf '[[backup.source]]\nname = "answers"\ndriver = "directory"\npath = "/srv/answers"\n' >>/etc/venue-appliance/appliance.toml
venue config apply >/said/apply
# What the boot reads is not as it must be: the guard has it written anew.
echo "# by hand" >>/etc/venue-appliance/lockdown.conf
