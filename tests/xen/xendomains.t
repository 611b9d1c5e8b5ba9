#!/bin/bash
# Debian's own xendomains script, as it is in its package, with stock xl and with ours: what it starts,
# saves, restores and shuts down, and what it says, is the same.
# time limit: 1500 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

script=/etc/init.d/xendomains
auto=/etc/xen/auto
save=/var/lib/xen/save
rm -rf $auto $save
stock=$PATH
ours=/usr/local/lib/xm:$PATH
mkdir -p $auto
pv one
pvh two
mv one.cfg $auto/
ln -s "$work/two.cfg" $auto/two

settings() { printf '%s\n' "$@" >/etc/default/xendomains; }
names() { xl list | awk 'NR > 1 && $2 != 0 { print $1 }' | sort | xargs; }
saved() { find $save -type f -printf '%f ' 2>/dev/null | tr ' ' '\n' | sort | xargs; }
all_ready() { local g; for g in one two; do ready $g || return; done; }
# What it says, without domain numbers and without the dots of waiting, of which there are as many as seconds.
xendomains() {          # PATH WORD
    PATH=$1 TERM=dumb timeout 400 bash $script "$2" </dev/null >said 2>&1 || return
    sed -E 's/\([0-9]+\)/(N)/g; s/domain [0-9]+/domain N/g; s/\.+/./g' said | tee -a "$3" >&2
}
forget() { rm -f /var/log/xen/console/guest-{one,two}.log; }

check 'the script is the one of the package' 'grep -q "^do_stop_save" $script && ! grep -q "/usr/local" $script'
for who in stock ours; do
    path=${!who}
    settings 'XENDOMAINS_MIGRATE=""' "XENDOMAINS_SAVE=$save" 'XENDOMAINS_RESTORE=true' "XENDOMAINS_AUTO=$auto" 'XENDOMAINS_STOP_MAXWAIT=120'
    forget
    check "$who: start makes the guests of the directory" 'xendomains $path start $tap_dir/$who && test "$(names)" = "one two"'
    check "$who: they come up" all_ready
    check "$who: start once more finds them running" 'xendomains $path start $tap_dir/$who && grep -c "already running" said | grep -x 2'
    check "$who: stop saves them" 'xendomains $path stop $tap_dir/$who && test "$(saved)" = "one two"'
    check "$who: and they are gone" 'wait_for 60 "[ -z \"\$(names)\" ]"'
    check "$who: start restores them, and the files are gone" '
        xendomains $path start $tap_dir/$who && test "$(names)" = "one two" && test -z "$(saved)"'
    check "$who: they go on where they were" '
        tell one "echo go\"\"ing-$who" && wait_for 60 "grep ^going-$who $(console_log one)"'
    settings "XENDOMAINS_AUTO=$auto" 'XENDOMAINS_STOP_MAXWAIT=120'
    check "$who: stop without a place to save shuts them down" 'xendomains $path stop $tap_dir/$who && wait_for 90 "[ -z \"\$(names)\" ]"'
done
rm -rf $auto $save
is 'it says the same of both' "$(cat "$tap_dir/stock")" "$(cat "$tap_dir/ours")"
done_testing
