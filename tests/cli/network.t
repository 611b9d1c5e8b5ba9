#!/bin/bash
# network-attach, network-detach and network-list, in both dialects, and what outlives the guest.
. "$(dirname "$0")/sim.sh"
machine '"bridges": ["xenbr0", "br1"]' '"memory_mib": 8192'
guest web "vif = ['mac=00:16:3e:5a:10:01']"
guest db
guest idle "vif = ['mac=00:16:3e:5a:10:09']"
xm new -q web.cfg && xm start web && xm create -q db.cfg && xm new -q idle.cfg
macs() { xm network-list "$1" | awk 'NR > 1 { print $3 }' | xargs; }
mac=00:16:3e:5a:10:02

is 'network-list: the heading and a row' 'Idx BE     MAC Addr.     handle state evt-ch tx-/rx-ring-ref BE-path
0   0  00:16:3e:5a:10:01    0     4      30    768  /769     /local/domain/0/backend/vif/1/0  ' "$(xm network-list web)"
is 'network-list: none, no heading' '' "$(xm network-list db)"
is 'network-list: a halted guest has what it will have' \
    '0   -1 00:16:3e:5a:10:09    0     -1     -1    -1   /-1      ??                              ' "$(xm network-list idle | tail -1)"
check 'network-list -l: in SXP' 'xm network-list -l web | grep -q "(mac 00:16:3e:5a:10:01)"'
is 'network-list --json: a row' '0 00:16:3e:5a:10:01' \
    "$(xm network-list --json web | python3 -c 'import json,sys; [r] = json.load(sys.stdin); print(r["device"], r["mac"])')"
is 'network-list: munin takes the interface from the last column' vif1.0 \
    "$(xm network-list web | grep '^[0-9]\+' | sed 's@^.*vif/\([0-9]*\)/\([0-9]*\).*$@vif\1.\2@')"
check 'network-list: without a guest' '! xm network-list >out 2>err && head -1 out | grep -qx "No domain parameter given" && [ ! -s err ]'
is 'vif-list: the old name' 2 "$(xm vif-list web 2>/dev/null | wc -l)"

is 'network-attach: silent' '' "$(xm network-attach web mac=$mac bridge=br1 2>&1)"
is 'network-attach: the guest has it' "00:16:3e:5a:10:01 $mac" "$(macs web)"
check 'network-attach: no words, and the address it gets stays' '
    xm network-attach web && before=$(macs web) && [ "$(echo $before | wc -w)" = 3 ] && xm destroy web && xm start web &&
    [ "$(macs web)" = "$before" ]'
check 'network-attach: a halted guest has it from its next start' \
    'xm network-attach idle mac=00:16:3e:5a:10:08 && [ "$(macs idle)" = "00:16:3e:5a:10:09 00:16:3e:5a:10:08" ]'
check 'network-attach --live, --config' '
    xm network-attach --live db mac=00:16:3e:5a:10:03 && ! xm config db | grep -q 10:03 &&
    xm network-attach --config db mac=00:16:3e:5a:10:04 && [ "$(macs db)" = 00:16:3e:5a:10:03 ]'
for word in foo=bar mac= mac bridge=a=b bridge=a,b; do
    refuse "network-attach: $word" 1 "^Error: Invalid argument: $word$" "xm network-attach web $word"
done
refuse 'network-attach: no address' 1 '^Error: Cannot create a new virtual network interface - MAC address is not valid!$' \
    'xm network-attach web mac=hello'
refuse 'network-attach: an address that it has' 1 "^Error: The mac \"$mac\" is already defined$" "xm network-attach web mac=$mac"
refuse 'network-attach: an address that another guest has' 1 '^Error: Device 0 \(vif\) could not be connected\.$' "xm network-attach db mac=$mac bridge=br1"
refuse 'network-attach: a bridge that is not there' 1 '^Error: Device 0 \(vif\) could not be connected\. .*nobridge' \
    'xm network-attach web bridge=nobridge'
refuse 'network-attach: more words than there are keys' 1 'requires between 1 and 11 arguments' \
    'xm network-attach web a=1 a=2 a=3 a=4 a=5 a=6 a=7 a=8 a=9 a=10 a=11'
check 'network-attach: the refused ones left nothing' '[ "$(macs web | wc -w)" = 3 ] && [ "$(xm config web | grep -o mac= | wc -l)" = 3 ]'

is 'network-detach: by address, silent' '' "$(xm network-detach web $mac 2>&1)"
check 'network-detach: it is gone, for good' '! xm network-list web | grep -q $mac && ! xm config web | grep -q $mac'
check 'network-detach: by number' 'xm network-detach web 2 && [ "$(macs web)" = 00:16:3e:5a:10:01 ] && [ "$(xm config web | grep -o mac= | wc -l)" = 1 ]'
check 'network-detach: of a halted guest' 'xm network-detach idle 00:16:3e:5a:10:09 && [ "$(macs idle)" = 00:16:3e:5a:10:08 ]'
refuse 'network-detach: an unknown number' 1 '^Error: Device 9 not connected$' 'xm network-detach web 9'
refuse 'network-detach: an unknown address' 1 "^Error: Cannot find device '00:16:3e:00:00:00' in domain 'web'$" \
    'xm network-detach web 00:16:3e:00:00:00'
is 'network-detach: another third word is passed over' 'Ignoring option foo' "$(xm network-detach web 0 foo)"
is 'network-detach: the last one' '' "$(macs web)"

# --- as xl ---
is 'xl network-attach: silent' '' "$(xl network-attach web mac=$mac bridge=br1 2>&1)"
is 'xl network-list: the heading' 'Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path                       ' \
    "$(xl network-list web | head -1)"
like 'xl network-list: a row' '^0   0  00:16:3e:5a:10:02     0     4     30   768/769         /local/domain/0/backend/vif/[0-9]+/0$' \
    "$(xl network-list web | tail -1)"
is 'xl network-list: as OpenNebula reads it' 0 "$(xl network-list web | grep -i $mac | cut -d' ' -f1)"
refuse 'xl network-list: an unknown name' 1 '^nobody is an invalid domain identifier \(rc=-6\)$' 'xl network-list nobody'
like 'xl -N network-attach: only tells' '^vif: \{' "$(xl -N network-attach web)"
refuse 'xl network-attach: an unknown key' 1 "^unrecognized argument \`foo=bar'$" 'xl network-attach web foo=bar'
refuse 'xl network-attach: no address' 1 "^Invalid parameter \`mac'\.$" 'xl network-attach web mac=hello'
refuse 'xl network-attach: what the host refuses' 1 '^libxl_device_nic_add failed' 'xl network-attach web bridge=nobridge'
refuse 'xl network-detach: an unknown number' 1 '^Unknown device 7\.$' 'xl network-detach web 7'
refuse 'xl network-detach: an unknown address' 1 '^Unknown device 00:16:3e:00:00:00\.$' 'xl network-detach web 00:16:3e:00:00:00'
is 'xl network-detach: silent' '' "$(xl network-detach web $mac 2>&1)"
is 'xl network-detach: it is gone' '' "$(macs web)"
done_testing
