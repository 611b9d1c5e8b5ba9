#!/bin/bash
# block-attach, block-detach and block-list, in both dialects, and what outlives the guest.
. "$(dirname "$0")/sim.sh"
machine '"bridges": ["xenbr0"]' '"guests": ["deaf sim.unplug=ignore"]'
echo 'min_restart_seconds = 0' >"$XM_CONF"
truncate -s 1M a.img b.img c.img d.img
guest web "disk = ['file:$work/a.img,xvda,w']"
guest db
guest idle "disk = ['file:$work/d.img,xvda,r']"
guest deaf "disk = ['file:$work/d.img,xvda,r']"
xm new -q web.cfg && xm start web && xm create -q db.cfg && xm new -q idle.cfg
disks() { xm block-list "$1" | awk 'NR > 1 { print $1 }' | xargs; }

is 'block-list: the heading and a row' 'Vdev  BE handle state evt-ch ring-ref BE-path
51712  0    0     4      10     8     /local/domain/0/backend/vbd/1/51712  ' "$(xm block-list web)"
is 'block-list: no disks, no heading' '' "$(xm block-list db)"
is 'block-list: a halted guest has what it will have' \
    '51712  -1   0     -1     -1     -1    ??                              ' "$(xm block-list idle | tail -1)"
check 'block-list -l: all that is known, in SXP' \
    'xm block-list -l web | tr -d "\n" | grep -Eq "^\(51712 +\(\(backend-id 0\) *\(state 4\).*\(backend /local/domain/0/backend/vbd/1/51712\)"'
is 'block-list --json: a row' '51712 web 4' \
    "$(xm block-list --json web | python3 -c 'import json,sys; [r] = json.load(sys.stdin); print(r["device"], r["name"], r["state"])')"
check 'block-list: without a guest, the help on stdout and no error' \
    '! xm block-list >out 2>err && head -1 out | grep -qx "No domain parameter given" && grep -q "^Usage: xm block-list" out && [ ! -s err ]'
check 'block-list: two guests' '! xm block-list web db >out && head -1 out | grep -qx "No multiple domain parameters allowed"'
refuse 'block-list: an unknown guest' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm block-list nobody'
is 'vbd-list: the old name' 51712 "$(xm vbd-list web 2>/dev/null | awk 'NR == 2 { print $1 }')"

is 'block-attach: silent' '' "$(xm block-attach web "file:$work/b.img" xvdb w 2>&1)"
is 'block-attach: the guest has it' '51712 51728' "$(disks web)"
check 'block-attach: and after it was started again' 'xm destroy web && [ "$(disks web)" = "51712 51728" ] && xm start web &&
    [ "$(disks web)" = "51712 51728" ]'
check 'block-attach: a guest that was only created keeps it through a reboot' '
    xm block-attach db "file:$work/c.img" xvdc r && before=$(domid db) && xm reboot -w db &&
    wait_for 20 "[ -n \"\$(domid db)\" ] && [ \"\$(domid db)\" != $before ]" && [ "$(disks db)" = 51744 ]'
refuse 'block-attach: a device that is there' 1 '^Error: Device xvdb \(51728, vbd\) is already connected\.$' \
    'xm block-attach web "file:$work/d.img" xvdb w'
refuse 'block-attach: a device that a halted guest has' 1 '^Error: The device "xvda" is already defined$' \
    'xm block-attach idle "file:$work/c.img" xvda w'
refuse 'block-attach: the same file twice' 1 'is already used' 'xm block-attach web "file:$work/b.img" xvdc w'
refuse 'block-attach: what another guest writes to' 1 '^Error: Device 51728 \(vbd\) could not be connected\.$' \
    'xm block-attach db "file:$work/b.img" xvdb w'
check 'block-attach: unless it is shared on purpose' \
    'xm block-attach --live db "file:$work/b.img" xvdd w! && xm block-detach db xvdd'
refuse 'block-attach: a file that is not there' 1 '^Error: Device 51744 \(vbd\) could not be connected\. .*none\.img' \
    'xm block-attach web "file:$work/none.img" xvdc w'
refuse 'block-attach: a directory' 1 'neither a file nor a block device' 'xm block-attach web "phy:$work" xvdc w'
refuse 'block-attach: no kind of disk' 1 "^Error: disk specification: unknown kind of disk 'foo'" 'xm block-attach web foo:x xvdc w'
refuse 'block-attach: no device' 1 "'zz' is no device of a guest" 'xm block-attach web "file:$work/d.img" zz w'
refuse 'block-attach: no mode' 1 "unknown mode 'x'" 'xm block-attach web "file:$work/d.img" xvdc x'
refuse 'block-attach: a word too few' 1 'requires between 4 and 5 arguments' 'xm block-attach web file:x xvdc'
refuse 'block-attach: an unknown guest' 3 'does not exist' 'xm block-attach nobody file:x xvdc w'
faults 'attach 1 once fail TIMEOUT "Hotplug scripts not working."'
refuse 'block-attach: the backend does not come up' 1 \
    '^Error: Device 51744 \(vbd\) could not be connected\. Hotplug scripts not working\.$' 'xm block-attach web "file:$work/d.img" xvdc r'
is 'block-attach: the refused ones left nothing' '51712 51728' "$(disks web)"
check 'block-attach: nor in what is stored' 'xm config web | grep -q b.img && ! xm config web | grep -q "d.img\|none.img"'
check 'block-attach --live: until the guest ends' '
    xm block-attach --live web "file:$work/d.img" xvdc r && [ "$(disks web)" = "51712 51728 51744" ] && ! xm config web | grep -q d.img'
check 'block-attach --config: from the next start' '
    xm destroy web && xm start web && [ "$(disks web)" = "51712 51728" ] &&
    xm block-attach --config web "file:$work/d.img" xvdc r && [ "$(disks web)" = "51712 51728" ] &&
    xm destroy web && xm start web && [ "$(disks web)" = "51712 51728 51744" ]'
refuse 'block-attach --live: a halted guest' 1 'not running' 'xm block-attach --live idle "file:$work/c.img" xvdb r'
check 'block-attach: a halted guest has it from its next start' '
    xm block-attach idle "phy:$work/a.img" xvdb w && [ "$(disks idle)" = "51712 51728" ] && xm block-detach idle xvdb'
check 'block-attach: killed half way, live and stored go on together' '
    faults "attach 1 once kill"; ! xm block-attach web "file:$work/c.img" xvde w; faults;
    xm list web && ! xm config web | grep -q c.img && [ "$(disks web)" = "51712 51728 51744" ] &&
    wait_for 20 "! ls $host/xm/domains/*/change.json"'

is 'block-detach: silent' '' "$(xm block-detach web xvdc 2>&1)"
is 'block-detach: it is gone' '51712 51728' "$(disks web)"
check 'block-detach: for good' '! xm config web | grep -q d.img'
for word in 51728 /dev/xvdb vbd/51728 0xca10; do
    check "block-detach: $word" "xm block-detach web $word && [ \"\$(disks web)\" = 51712 ] && xm block-attach web file:\$work/b.img xvdb w"
done
refuse 'block-detach: no such device' 1 '^Error: Device 51792 not connected$' 'xm block-detach web xvdf'
refuse 'block-detach: no name of a device' 1 '^Error: Device None not connected$' 'xm block-detach web zz'
refuse 'block-detach: a halted guest has no such device' 1 '^Error: Device xvdf is not defined$' 'xm block-detach idle xvdf'
xm create -q deaf.cfg
refuse 'block-detach: a guest that does not let go' 1 '^Error: Device xvda \(vbd\) could not be disconnected\. ' \
    'echo 1700000000000 >$host/sim/now; xm block-detach deaf xvda'
is 'block-detach: it has it still' 51712 "$(disks deaf)"
check 'block-detach -f: nobody is asked' 'xm block-detach deaf xvda -f && [ -z "$(disks deaf)" ]'
rm -f "$host/sim/now"
check 'block-detach: --force as third word' 'xm block-attach deaf "file:$work/d.img" xvda r && xm block-detach deaf xvda --force'
is 'block-detach: another third word is passed over' 'Ignoring option -x' "$(xm block-detach web xvdb -x)"
check 'vbd-create, vbd-destroy: the old names' \
    'xm vbd-create web "file:$work/b.img" xvdb w 2>/dev/null && xm vbd-destroy web xvdb 2>/dev/null && [ "$(disks web)" = 51712 ]'

# --- as xl ---
is 'xl block-list: the heading' 'Vdev  BE  handle state evt-ch ring-ref BE-path                       ' "$(xl block-list web | head -1)"
like 'xl block-list: a row, the domain being the handle' \
    '^51712 0   [0-9]+ +4     [0-9]+ +8        /local/domain/0/backend/vbd/[0-9]+/51712$' "$(xl block-list web | tail -1)"
is 'xl block-list: one after the other' 3 "$(xl block-list web db 2>&1 | wc -l)"
refuse 'xl block-list: an unknown name is told and passed over' 0 '^nobody is an invalid domain identifier$' 'xl block-list nobody'
refuse 'xl block-list: a halted guest is none' 0 '^idle is an invalid domain identifier$' 'xl block-list idle'
refuse 'xl block-list: an unknown number ends with 0' 0 '^77 ' 'xl block-list 77'
refuse 'xl block-list: no word' 2 'requires at least 1 argument' 'xl block-list'
is 'xl block-attach: silent' '' "$(xl block-attach web "$work/b.img,raw,xvdb,rw" 2>&1)"
is 'xl block-attach: it is there' '51712 51728' "$(disks web)"
check 'xl block-attach: several words are one disk' \
    'xl block-detach web xvdb && xl block-attach web "phy:$work/b.img" xvdb w && [ "$(disks web)" = "51712 51728" ]'
check 'xl block-attach: whatever follows target=' '
    xl block-attach web "target=$work/d.img" vdev=xvdc access=ro format=raw && xl block-detach web 51744'
check 'xl block-attach: it outlives the guest as well' 'xm destroy web && xm start web && [ "$(disks web)" = "51712 51728" ]'
is 'xl -N block-attach: an empty line follows, as in stock xl' '}||x' "$(xl -N block-attach web "$work/d.img,raw,xvdc,ro" | tail -2 | tr '\n' '|')x"
like 'xl -N block-attach: only tells' '^disk: \{' "$(xl -N block-attach web "$work/d.img,raw,xvdc,ro")"
is 'xl -N block-attach: and does nothing' '51712 51728' "$(disks web)"
refuse 'xl block-attach: words it does not read' 1 '^command line: config parsing error in disk specification: .*w!' \
    'xl block-attach web "$work/d.img,raw,xvdc,w!"'
refuse 'xl block-attach: what the host refuses' 1 '^libxl_device_disk_add failed' 'xl block-attach web "$work/none.img,raw,xvdc,rw"'
refuse 'xl block-attach: an unknown name' 1 '^nobody is an invalid domain identifier$' 'xl block-attach nobody x'
is 'xl block-detach: silent' '' "$(xl block-detach web xvdb 2>&1)"
refuse 'xl block-detach: no such device' 1 '^Error: Device xvdb not connected\.$' 'xl block-detach web xvdb'
refuse 'xl block-detach: a guest that does not let go' 1 '^libxl_device_disk_safe_remove failed' \
    'xl block-attach deaf "$work/d.img,raw,xvdb,ro"; echo 1700000000000 >$host/sim/now; xl block-detach deaf xvdb'
check 'xl block-detach -f' 'xl block-detach -f deaf xvdb && rm "$host/sim/now" && ! xl block-detach deaf xvdb'
refuse 'xl block-detach: a word too few' 2 'requires at least 2 arguments' 'xl block-detach web'
done_testing
