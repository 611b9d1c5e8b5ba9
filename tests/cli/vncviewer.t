#!/bin/bash
# xm vncviewer, and the options that start one.
. "$(dirname "$0")/sim.sh"
cat >"$tap_dir/bin/vncviewer" <<'SH'
#!/bin/sh
{ echo "args: $*"; [ "$2" != -autopass ] || cat; } >"$VIEWED"
SH
chmod +x "$tap_dir/bin/vncviewer"
VIEWED=$work/viewed
export VIEWED
guest desk 'builder = "hvm"' 'vnc = 1' 'vncpasswd = "secret"'
guest plain
xm create -q desk.cfg; xm create -q plain.cfg
is 'vncviewer: says what it runs' 'invoking  vncviewer 127.0.0.1:1' "$(xm vncviewer desk)"
is 'vncviewer: runs it on the guest'\''s display' 'args: 127.0.0.1:1' "$(cat viewed)"
is 'vncviewer --autopass: hands the password over' 'args: 127.0.0.1:1 -autopass
secret' "$(xm vncviewer --autopass desk >/dev/null; cat viewed)"
is 'xl vncviewer: silent' '' "$(xl vncviewer desk)"
is 'vncviewer: $VNCVIEWER names another program' 'other 127.0.0.1:1' "$(VNCVIEWER=echo xl vncviewer desk | sed 's/^/other /')"
refuse 'vncviewer: no such program' 255 '^Error: external vncviewer missing' 'VNCVIEWER=/no/viewer xm vncviewer desk'
refuse 'vncviewer: a guest without a screen' 1 'serves no screen' 'xm vncviewer plain'
refuse 'vncviewer: unknown guest' 3 'does not exist' 'xm vncviewer nobody'
check 'create --vncviewer: starts it' \
    'rm -f viewed; xm destroy desk; xm create -q --vncviewer desk.cfg && wait_for 10 "grep -q args: viewed"'
check 'xl create -A: with the password' \
    'rm -f viewed; xm destroy desk; xl create -q -A desk.cfg && wait_for 10 "grep -q secret viewed"'
done_testing
