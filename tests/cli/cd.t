#!/bin/bash
# block-configure, cd-insert and cd-eject: what is in a guest's CD drive, and what it will be at the next start.
. "$(dirname "$0")/sim.sh"
machine '"cpu_features": ["pv", "hvm", "hap"]'
for name in one two; do truncate -s 1M $name.iso; done
truncate -s 1M a.img
hvm() { printf '%s\n' "name = '$1'" "type = 'hvm'" 'memory = 64' "${@:2}" >"$1.cfg"; }
hvm web "disk = ['file:$work/a.img,hda,w', 'file:$work/one.iso,hdc:cdrom,r']"
hvm empty "disk = [',hdc:cdrom,r']"
guest other
guest pv "disk = ['file:$work/one.iso,xvdc:cdrom,r']"
xm new -q web.cfg && xm start web && xm new -q empty.cfg && xm create -q pv.cfg
medium() { xm block-list --json "$1" | python3 -c 'import json,sys; print([d["medium"] for d in json.load(sys.stdin) if d["cdrom"]][0])'; }
stored() { xm config "$1" | grep -c "$2"; }

is 'block-configure: silent' '' "$(xm block-configure web "file:$work/two.iso" hdc:cdrom r 2>&1)"
is 'block-configure: the drive has it' "$work/two.iso" "$(medium web)"
is 'block-configure: and will have it' '1 0' "$(stored web two.iso) $(stored web one.iso)"
check 'block-configure: nothing ejects' 'xm block-configure web "" hdc:cdrom r && [ -z "$(medium web)" ] && [ "$(stored web iso)" = 0 ]'
check 'block-configure: so it is after it was started again' 'xm destroy web && xm start web && [ -z "$(medium web)" ]'
check 'block-configure: a halted guest' 'xm block-configure empty "file:$work/one.iso" hdc:cdrom r && [ "$(medium empty)" = "$work/one.iso" ]'
for words in 'hdc r' 'hdc:cdrom w' 'hda r'; do
    refuse "block-configure: $words is refused" 1 '^Error: Refusing to reconfigure device vbd:(768|5632) to \{' \
        "xm block-configure web file:$work/one.iso $words"
done
refuse 'block-configure: a disk is refused' 1 '^Error: Refusing to reconfigure device vbd:768 to \{' \
    'xm block-configure web "file:$work/one.iso" hda:cdrom r'
refuse 'block-configure: a drive that it has not' 1 '^Error: Device 5696 not connected$' 'xm block-configure web "file:$work/one.iso" hdd:cdrom r'
refuse 'block-configure: a file that is not there' 1 'none\.iso' 'xm block-configure web "file:$work/none.iso" hdc:cdrom r'
is 'block-configure: the refused ones changed nothing' '' "$(medium web)"

is 'cd-insert: silent' '' "$(xl cd-insert web hdc "$work/one.iso" 2>&1)"
is 'cd-insert: the drive has it' "$work/one.iso" "$(medium web)"
is 'cd-insert: and will have it' 1 "$(stored web one.iso)"
refuse 'cd-insert: no such file' 1 "^Cannot stat file: $work/none.iso$" 'xl cd-insert web hdc "$work/none.iso"'
refuse 'cd-insert: a PV guest' 1 'cdrom-insert requires an HVM domain' 'xl cd-insert pv xvdc "$work/two.iso"'
refuse 'cd-insert: an unknown name' 1 '^nobody is an invalid domain identifier \(rc=-6\)$' 'xl cd-insert nobody hdc "$work/two.iso"'
refuse 'cd-insert: a word too few' 2 'requires at least 3 arguments' 'xl cd-insert web hdc'
faults 'cd_change 1 once fail HOST "the device model does not answer"'
refuse 'cd-insert: the host refuses' 1 'does not answer' 'xl cd-insert web hdc "$work/two.iso"'
is 'cd-insert: then nothing is stored' "$work/one.iso 0" "$(medium web) $(stored web two.iso)"
check 'cd-eject: it is empty, and will be' 'xl cd-eject web hdc && [ -z "$(medium web)" ] && [ "$(stored web iso)" = 0 ]'
check 'cd-eject: again is fine' 'xl cd-eject web hdc'
check 'cd-insert: in xm as well, by the same words' 'xm cd-insert web hdc "$work/two.iso" && [ "$(medium web)" = "$work/two.iso" ]'
check 'cd-insert --live: until the guest ends' '
    xm cd-insert --live web hdc "$work/one.iso" && xm destroy web && [ "$(medium web)" = "$work/two.iso" ]'
# --- ejected by the guest itself ---
xm destroy web
check 'a guest ejects its CD: the drive is emptied, live and stored' '
    xm block-configure web "file:$work/two.iso" hdc:cdrom r && machine "\"cpu_features\": [\"pv\", \"hvm\", \"hap\"]" "\"guests\": [\"web sim.eject=0.5\"]" &&
    xm start web && wait_for 20 "[ -z \"\$(medium web)\" ] && [ \"\$(stored web iso)\" = 0 ]"'
check 'a guest ejects its CD: the log says so' 'grep -q "Domain has ejected the CD in drive 5632: name=web id=[0-9]*\." "$host"/log/*'
check 'a guest ejects its CD: another one stays in' '
    xm cd-insert web hdc "$work/one.iso" && sleep 1 && [ "$(medium web)" = "$work/one.iso" ] && [ "$(stored web one.iso)" = 1 ]'
check 'a guest ejects a CD from a drive that it got while it ran' '
    xm destroy web; xm cd-eject web hdc; machine "\"cpu_features\": [\"pv\", \"hvm\", \"hap\"]" "\"guests\": [\"web sim.eject=1\"]"
    xm start web && xm block-attach web "file:$work/two.iso" hdd:cdrom r &&
    wait_for 20 "[ \"\$(stored web iso)\" = 0 ]" && xm block-list --json web | grep -q 5696 && ! xm block-list --json web | grep -q iso
    status=$?; xm block-detach web hdd; exit $status'
check 'a guest ejects its CD and reboots at once: it does not find it again' '
    xm destroy web; machine "\"cpu_features\": [\"pv\", \"hvm\", \"hap\"]" "\"guests\": [\"web sim.eject=0.5 sim.reboot=0.6\"]"
    echo "min_restart_seconds = 0" >"$XM_CONF"; before=$(domid web); xm start web && wait_for 20 "[ \"\$(stored web iso)\" = 0 ]" &&
    wait_for 20 "[ -n \"\$(domid web)\" ] && [ -z \"\$(medium web)\" ]"; xm destroy web'
check 'a guest ejects its CD while nobody looks: the next supervisor sees to it' '
    machine "\"cpu_features\": [\"pv\", \"hvm\", \"hap\"]" "\"guests\": [\"web sim.eject=1\"]" && xm block-configure web "file:$work/two.iso" hdc:cdrom r &&
    xm start web && kill -KILL $(supervisors) && sleep 1.2 && [ "$(medium web)" = "$work/two.iso" ] && xm create -q other.cfg &&
    wait_for 20 "[ -z \"\$(medium web)\" ] && [ \"\$(stored web iso)\" = 0 ]"'
done_testing
