#!/bin/bash
# What init systems run: units and scripts start the guests with the host and stop them with it.
. "$(dirname "$0")/sim.sh"
config=$abs_top_builddir/config
sbindir=$(sed -n 's/^sbindir = //p' "$abs_top_builddir/Makefile")
running() { xl list | awk 'NR > 1 && $2 != 0 { print $1 }' | LC_ALL=C sort | xargs; }

# --- installed by choice ---
installed() {           # INIT
    rm -rf root && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$abs_top_builddir" install-init INIT="$1" DESTDIR="$work/root" \
        sysconfdir=/etc systemdsystemunitdir=/units >&2 && find root -type f -printf '%P %m\n' 2>/dev/null | LC_ALL=C sort | xargs
}
is 'install: systemd' 'units/xm-autostart.service 644 units/xm-relocation.service 644 units/xm-supervise.service 644' "$(installed systemd)"
is 'install: sysv' 'etc/init.d/xm 755' "$(installed sysv)"
check 'install: it is the SysV script' 'grep -q "BEGIN INIT INFO" root/etc/init.d/xm'
is 'install: openrc' 'etc/init.d/xm 755' "$(installed openrc)"
check 'install: it is the OpenRC script' 'head -n 1 root/etc/init.d/xm | grep -x "#!/sbin/openrc-run"'
is 'install: none' '' "$(installed none)"
check 'scripts: sh can read them' 'sh -n "$config/sysv/xm" && sh -n "$config/openrc/xm"'
check 'no file has a word left to be filled in' '! grep -n "@[a-z]*@" "$config"/*.service "$config"/*/xm'
if command -v shellcheck >/dev/null; then
    check 'scripts: shellcheck finds nothing' 'shellcheck "$config/sysv/xm" "$config/openrc/xm"'
fi

# --- units ---
if command -v systemd-analyze >/dev/null; then
    mkdir units
    for unit in "$config"/*.service; do sed "s,=.*/sbin/xm,=/bin/true," "$unit" >units/$(basename "$unit"); done
    check 'units: systemd reads them' 'systemd-analyze verify --man=no units/*.service 2>&1 | tee t >&2; test ! -s t'
fi
check 'units: each runs a command that there is' '
    for command in $(sed -n "s/^Exec[A-Za-z]*=[^ ]*\/xm \([a-z]*\).*/\1/p" "$config"/*.service); do xm help $command >/dev/null || exit 1; done'

# The unit's own command line, on this host: it stays, and takes over from one that a command has started.
guest early; xm create -q early.cfg; first=$(supervisors)
check 'units: the supervisor takes over and stays' '
    words=$(sed -n "s/^ExecStart=[^ ]*\/xm //p" "$config/xm-supervise.service"); xm $words & pid=$!
    wait_for 20 "! kill -0 $first" && kill -0 $pid && xm shutdown -w early && kill -0 $pid && ! xm list early'
xm destroy early 2>/dev/null

# --- the SysV script ---
mkdir -p "$host/auto"
guest a 'on_xend_start = "start"' 'on_xend_stop = "suspend"'; xm new -q a.cfg
guest b; cp b.cfg "$host/auto"
guest deaf 'extra = "sim.shutdown=ignore"'; mv deaf.cfg "$host/auto"
printf '%s\n' "xm=$tap_dir/bin/xm" "lock=$work/lock" 'XM_AUTOSTOP_ARGS="-t 4 --destroy"' >defaults
XM_DEFAULTS=$work/defaults
export XM_DEFAULTS
init() { "$config/sysv/xm" "$@"; }
chmod +x "$config/sysv/xm" 2>/dev/null
refuse 'sysv status: before the start' 3 'have not been started' 'init status >&2'
check 'sysv start' 'init start'
is 'sysv start: they are up' 'a b deaf' "$(running)"
check 'sysv status: tells them' 'init status | grep "^a "'
check 'sysv start: twice does no harm' 'init start | grep "3 guests: 0 started, 3 left"'
old=$(xm domid b)
check 'sysv restart' 'init restart && test "$(xm domid b)" -gt "$old" && test "$(running)" = "a b deaf"'
check 'sysv stop' 'init stop'
is 'sysv stop: they are gone' '' "$(running)"
is 'sysv stop: as each says' a "$(xm list --state=suspended | awk 'NR > 1 { print $1 }')"
refuse 'sysv status: after the stop' 3 'have not been started' 'init status >&2'
check 'sysv force-reload: starts what is to be up' 'init force-reload && test "$(running)" = "a b deaf"'
echo junk >"$host/auto/bad"
refuse 'sysv start: says that one has failed' 2 'bad: failed' 'init start'
check 'sysv: and has the others stopped later' 'init status && init stop && test -z "$(running)"'
rm "$host/auto/bad"
refuse 'sysv: another word' 2 'usage: .* start|stop' 'init fly'
printf '%s\n' "xm=$work/no-xm" "lock=$work/lock" >defaults
check 'sysv start: no Xen here is no failure' 'init start'
refuse 'sysv status: no Xen here' 4 'is no Xen host' 'init status >&2'

# --- the OpenRC script, with what openrc-run gives it ---
openrc() {
    XM_AUTOSTOP_ARGS="-t 4 --destroy" sh -c '
        ebegin() { echo " * $1 ..."; }; ewarn() { echo " * $1"; }; eend() { [ "$1" = 0 ] || echo " * $2"; return "$1"; }
        xm='"$tap_dir"'/bin/xm
        . '"$config"'/openrc/xm; '"$1"
}
check 'openrc start' 'openrc start && test "$(running)" = "a b deaf"'
check 'openrc stop' 'openrc stop && test -z "$(running)"'
echo junk >"$host/auto/bad"
check 'openrc start: one that fails is told, and the service is up' 'openrc start >t && grep "some guests have not come up" t && test "$(running)" = "a b deaf"'
done_testing
