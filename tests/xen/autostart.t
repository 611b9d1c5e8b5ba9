#!/bin/bash
# xm autostart and autostop with fifty guests, failures among them; and that nothing of a guest is left
# when shutdown -w returns.
# time limit: 1500 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

auto=/etc/xen/auto
rm -rf $auto && mkdir -p $auto
count() { xl list | awk 'NR > 1 && $2 != 0' | wc -l; }
managed() { xm new -q "$1.cfg"; }
timed() { local from=$SECONDS; "$@"; local status=$?; echo "# $1 $2: $((SECONDS - from)) s" >>"$work/times"; return $status; }

# --- released ---
bios desk 'vif = [""]'
check 'shutdown -w: a guest with a device model, a disk and a vif' 'xm create -q desk.cfg && ready desk'
check 'shutdown -w --destroy: when it returns nothing of them is left' '
    id=$(xm domid desk); timeout 100 xm shutdown -t 3 --destroy desk &&
    ! pgrep -f "[q]emu-system-i386" && test -z "$(losetup -nO NAME)" && test -z "$(ls /sys/class/net/xenbr0/brif)" &&
    ! xenstore-ls /local/domain/0/backend | grep -E "^ +$id = " && ! xl list $id'

# --- fifty ---
for i in $(seq -w 1 32); do tiny m$i 'on_xend_start = "start"' 'on_xend_stop = "destroy"' "xm_start_order = $((10#$i % 3))"; done
echo 'xm_start_after = ["nodisk", "m31"]' >>m32.cfg
for i in $(seq -w 1 32); do managed m$i; done
for i in $(seq -w 1 10); do tiny f$i; mv f$i.cfg $auto/; done
tiny nodisk 'on_xend_start = "start"' 'disk = ["file:/nowhere/at/all,xvda,w"]'; managed nodisk
tiny huge 'on_xend_start = "start"'; sed -i 's/^memory = .*/memory = 100000/' huge.cfg; managed huge
tiny circle1 'on_xend_start = "start"' 'on_xend_stop = "destroy"' 'xm_start_after = "circle2"'; managed circle1
tiny circle2 'on_xend_start = "start"' 'on_xend_stop = "destroy"' 'xm_start_after = "circle1"'; managed circle2
printf 'name = "bad"\nmemory = = 3\n' >$auto/bad
printf '#!/bin/sh\n[ "$1" != online ] || exec sleep 600\n' >hangs; chmod +x hangs
tiny stuck 'on_xend_start = "start"' "vif = ['bridge=xenbr0,script=$work/hangs']"; managed stuck
pv keep 'on_xend_start = "start"' 'on_xend_stop = "suspend"'; managed keep
tiny there 'on_xend_start = "start"' 'on_xend_stop = "shutdown"'; managed there; xm start there

check 'fifty: the plan' 'xm autostart -n >t 2>&1 && grep -E "^m01 +start +1 " t && grep "circle1 after circle2 after circle1" t'
timed xm autostart -j 4 -t 30 --disk-wait 3 --memory-wait 3 >out 2>err; status=$?
sed 's/^/# /' err
is 'fifty: some failed: exit status 2' 2 $status
is 'fifty: the sum' '50 guests: 45 started, 1 left as they are, 4 failed' "$(tail -n 1 out)"
is 'fifty: all that can run do' 46 "$(count)"
like 'fifty: the missing disk' '^nodisk: failed: its disk /nowhere/at/all is not there, after 3 seconds' "$(cat err)"
like 'fifty: the memory' '^huge: failed: not enough memory: the domain needs' "$(cat err)"
like 'fifty: the bad file' '^bad: failed: .*bad:2:' "$(cat err)"
like 'fifty: the one that hangs' '^stuck: failed: ' "$(cat err)"
check 'fifty: nothing of those that failed is left' 'wait_for 60 "[ -z \"\$(ls /sys/class/net/xenbr0/brif)\" ]" && ! xl domid stuck && ! xl domid nodisk'
check 'fifty: one with a kernel comes up' 'ready keep'
check 'fifty: again, only those that failed are tried' 'rm $auto/bad; xm autostart -q -t 10 --disk-wait 0 --memory-wait 0 2>/dev/null | grep ": 0 started, 46 left"'

# --- and down ---
tiny mine; xm create -q mine.cfg
tiny foreign; xl create -q foreign.cfg
check 'autostop: each as it says' 'timed xm autostop -t 45 --destroy -j 16 >out 2>err; status=$?; cat out err >&2; test $status = 0'
like 'autostop: the one with a kernel is suspended' '^keep: suspended$' "$(cat out)"
is 'autostop: guests of xm that say nothing, and those of stock xl, run on' 'foreign mine' "$(xl list | awk 'NR > 1 && $2 != 0 { print $1 }' | sort | xargs)"
check 'autostop: nothing of the others is left' 'test -z "$(ls /sys/class/net/xenbr0/brif)" && test "$(xenstore-list /local/domain | wc -l)" = 3'
xm list --state=suspended >t
check 'autostart: the suspended one goes on' '
    for g in $(xm list | awk "NR > 1 && /^m[0-9]/ { print \$1 }") circle1 circle2 nodisk huge stuck there; do xm delete $g; done; rm $auto/*
    xm autostart | grep -x "keep: resumed" && tell keep "echo go\"\"ing" && wait_for 60 "grep ^going $(console_log keep)"'
check 'autostop -a: of others too' 'xm autostop -a -q -t 20 --destroy && test "$(count)" = 0'
cat times
done_testing
