#!/bin/bash
# Disks and interfaces that come and go while a guest runs, beside stock xl in the same boot: what it lists,
# what the guest sees, what is left behind by what failed, and what a reboot keeps.
# time limit: 1500 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

ours=/usr/local/lib/xm/xl
for name in a b c d; do cp /guests/disk.img $name.img; done
for name in one two; do cp /guests/disk.img $name.iso; done
disks() { xm block-list "$1" | awk 'NR > 1 { print $1 }' | xargs; }
loops() { losetup -nO BACK-FILE | grep -c "$1"; }
state_of() { xm block-list "$1" | awk -v d="$2" '$1 == d { print $4 }'; }
same_list() { diff <(xl block-list "$1") <("$ours" block-list "$1") && diff <(xl network-list "$1") <("$ours" network-list "$1"); }

# The one that answers boots while the deaf ones have their turn, and again while it is the CDs'.
pvh web "disk = ['file:$work/a.img,xvda,w']" "vif = ['bridge=xenbr0,mac=00:16:3e:5a:10:01']"
check 'a guest with a disk and an interface is started' 'xm new -q web.cfg && xm start web'

# --- a guest that does not answer ---
tiny two "disk = ['file:$work/one.iso,xvdc:cdrom,r']"
check 'a deaf guest runs' 'xm create -q two.cfg'
check 'a deaf guest: the device is set up all the same' '
    xm block-attach two "file:$work/b.img" xvdb w && [ "$(disks two)" = "51728 51744" ] && [ "$(loops b.img)" = 1 ]'
refuse 'block-detach: it does not let go, and keeps it' 1 'Device xvdb \(vbd\) could not be disconnected\. ' 'xm block-detach two xvdb'
check 'block-detach: it is stored still' 'xm config two | grep -q b.img'
check 'block-detach -f: gone, with its loop device' '
    xm block-detach two xvdb -f && [ "$(disks two)" = 51744 ] && wait_for 20 "[ \"\$(loops b.img)\" = 0 ]" && ! xm config two | grep -q b.img'
check 'killed in the middle of an attachment: live and stored agree' '
    timeout -s KILL 0.4 xm block-attach two "file:$work/d.img" xvdb w; wait_for 60 "! ls /var/lib/xm/domains/*/change.json" &&
    if xm config two | grep -q d.img; then [ "$(disks two)" = "51728 51744" ]; else [ "$(disks two)" = 51744 ]; fi'
refuse 'cd-insert: not into a PV guest' 1 'cdrom-insert requires an HVM domain' '"$ours" cd-insert two xvdc "$work/two.iso"'
check 'a guest of stock xl: live, and nothing stored' '
    tiny theirs && xl create -q theirs.cfg && xm block-attach theirs "file:$work/c.img" xvdb r && same_list theirs && xm block-detach theirs xvdb -f && xl destroy theirs'

# --- a guest that answers ---
check 'the guest is up' 'ready web'
check 'block-list, network-list: line by line as stock xl' 'same_list web'
check 'block-attach: a file, over a loop device; the guest connects to it' '
    xm block-attach web "file:$work/b.img" xvdb w && wait_for 60 "[ \"\$(state_of web 51728)\" = 4 ]" && [ "$(loops b.img)" = 1 ]'
check 'block-attach: the guest reads it' '
    tell web "cat /proc/partitions; echo se\"\"en" && wait_for 60 "grep -q ^seen $(console_log web) && grep -q xvdb $(console_log web)"'
check 'block-attach: stock xl lists it, and knows it in the configuration' '
    same_list web && xl list -l web | grep -q "$work/b.img"'
refuse 'block-attach: what is there is refused, and left alone' 1 'Device xvdb \(51728, vbd\) is already connected' \
    'xm block-attach web "file:$work/c.img" xvdb w'
check 'block-attach: it is there still' '[ "$(disks web)" = "51712 51728" ] && [ "$(state_of web 51728)" = 4 ] && [ "$(loops c.img)" = 0 ]'
refuse 'block-attach: a file that is not there' 1 'Device 51760 \(vbd\) could not be connected\. .*none\.img' \
    'xm block-attach web "file:$work/none.img" xvdd w'
refuse 'block-attach: a directory, at which a device model would fail later' 1 'neither a file nor a block device' \
    'xm block-attach web "phy:$work" xvdd w'
check 'block-attach: nothing of the refused ones is left' '
    [ "$(disks web)" = "51712 51728" ] && same_list web && ! xenstore-ls -f | grep -q "/51760" && ! xl list -l web | grep -q xvdd'
refuse 'block-attach: what another guest has in use' 1 'in use by guest web' \
    'xm block-attach two "file:$work/b.img" xvdd w'
check 'network-attach: the guest connects to it' '
    xm network-attach web bridge=xenbr0 mac=00:16:3e:5a:10:02 && wait_for 60 "[ \"\$(xm network-list web | awk \"\\\$3 ~ /10:02/ { print \\\$5 }\")\" = 4 ]" &&
    same_list web && [ "$(ls /sys/class/net/xenbr0/brif | grep -c vif)" = 2 ]'
refuse 'network-attach: a bridge that is not there' 1 'Device 0 \(vif\) could not be connected\. .*nobridge' \
    'xm network-attach web bridge=nobridge'
check 'network-attach: nothing is left of it' 'same_list web && [ "$(xm network-list web | wc -l)" = 3 ]'
before=$(xl domid web)
check 'it is asked to reboot' 'xm reboot web'

# --- CD drives, of a guest with a device model ---
cd_of() { xenstore-read "/local/domain/0/backend/qdisk/$(xl domid cd)/${1:-5632}/params" 2>/dev/null; }
eject() { xenstore-write "/local/domain/$(xl domid cd)/device/vbd/$1/eject" eject; }
bios cd "disk = ['file:$work/cd.img,hda,w', 'file:$work/one.iso,hdc:cdrom,r']"
check 'an HVM guest with a CD drive runs' 'xm create -q cd.cfg'
check 'block-list: as stock xl, the drive too' 'same_list cd'
check 'block-configure: another CD; stock xl sees it' '
    xm block-configure cd "file:$work/two.iso" hdc:cdrom r && cd_of | grep -q two.iso && xl list -l cd | grep -q two.iso && xm config cd | grep -q two.iso'
check 'cd-eject, cd-insert: in xl'\''s words, by number as well' '
    "$ours" cd-eject cd hdc && ! cd_of | grep -q iso && ! xm config cd | grep -q iso &&
    "$ours" cd-insert cd 5632 "$work/one.iso" && cd_of | grep -q one.iso && xm config cd | grep -q one.iso'
check 'the guest ejects its CD: the supervisor takes it out, live and stored' '
    eject 5632 && wait_for 60 "! cd_of | grep -q iso && ! xm config cd | grep -q iso" &&
    [ -z "$(xenstore-read "/local/domain/$(xl domid cd)/device/vbd/5632/eject")" ]'

# --- the guest that answers, again ---
check 'a reboot keeps both' '
    wait_for 120 "[ -n \"\$(xl domid web)\" ] && [ \"\$(xl domid web)\" != $before ]" && ready web 2 &&
    [ "$(disks web)" = "51712 51728" ] && [ "$(xm network-list web | wc -l)" = 3 ] && same_list web'
check 'block-detach: the guest lets go; nothing is left, not even the loop device' '
    xm block-detach web xvdb && [ "$(disks web)" = 51712 ] && wait_for 20 "[ \"\$(loops b.img)\" = 0 ]" && ! xl list -l web | grep -q xvdb'
check 'the guest ejects its CD while there is no supervisor' '
    "$ours" cd-insert cd hdc "$work/two.iso" && kill -KILL $(pgrep -f "[x]m.*supervise") && sleep 1 && eject 5632 && cd_of | grep -q two.iso'
check 'network-detach: by address' 'xm network-detach web 00:16:3e:5a:10:02 && [ "$(xm network-list web | wc -l)" = 2 ] && same_list web'
check 'the supervisor that this has started takes the CD out' 'wait_for 60 "! cd_of | grep -q iso && ! xm config cd | grep -q iso"'
check 'what stock xl attaches, we list and take away' '
    xl block-attach web "$work/c.img,raw,xvdc,w" && [ "$(disks web)" = "51712 51744" ] && xm block-detach web xvdc && same_list web'
check 'and what we attach as xl, stock xl takes away' '
    "$ours" block-attach --live web "$work/c.img,raw,xvdc,w" && same_list web && xl block-detach web xvdc && [ "$(disks web)" = 51712 ]'
check 'xl -N block-attach prints what stock xl prints' '
    diff <(xl -N block-attach web "$work/c.img,raw,xvdc,w") <("$ours" -N block-attach web "$work/c.img,raw,xvdc,w")'
check 'xl -N network-attach prints what stock xl prints' '
    diff <(xl -N network-attach web mac=00:16:3e:5a:10:07 bridge=xenbr0) <("$ours" -N network-attach web mac=00:16:3e:5a:10:07 bridge=xenbr0)'

check 'the guest ejects a CD from a drive that came later: the supervisor hears of it' '
    xm block-attach cd "file:$work/one.iso" hdd:cdrom r && cd_of 5696 | grep -q one.iso && eject 5696 &&
    wait_for 60 "grep -q \"ejected the CD in drive 5696\" /var/log/xm/xm.log"'
check 'all of it goes with the guests' '
    xm destroy cd; xm destroy two; xm destroy web; xm delete web
    wait_for 30 "[ -z \"\$(losetup -nO NAME)\" ] && [ -z \"\$(ls /sys/class/net/xenbr0/brif)\" ]"'
done_testing
