#!/bin/bash
# What a guest has, changed: mem-set, mem-max, vcpu-set, sched-credit, sched-credit2, and how long a
# change lasts. vcpu-pin is in vcpu-list.t.
. "$(dirname "$0")/sim.sh"
machine '"nr_cpus": 4' '"memory_mib": 4096'
guest web 'memory = 128' 'maxmem = 256' 'vcpus = 2' 'maxvcpus = 4' 'on_reboot = "restart"'
guest idle 'vcpus = 2'
guest gone 'memory = 128'
printf 'min_restart_seconds = 0\n' >"$tap_dir/xm.conf"
export XM_CONF=$tap_dir/xm.conf
xm new -q web.cfg; xm start web; xm new -q idle.cfg; xm create -q gone.cfg

# NAME: memory vcpus weight cap, as they are; and as they are stored.
mem() { xm list --json "$1" | sed -n 's/.*"target_kib": \([0-9]*\).*/\1/p'; }
max_of() { xm list -l "$1" | sed -n 's/^    (maxmem \([0-9]*\))/\1/p'; }
online() { xm list "$1" | awk 'NR == 2 { print $4 }'; }
share() { xm sched-credit2 -d "$1" | awk 'NR == 2 { print $NF }'; }
cap() { xl sched-credit2 -d "$1" | awk 'NR == 2 { print $NF }'; }
stored() { xm config --format cfg "$1" | sed -n "s/^$2 = //p"; }
# The guest reboots by itself, and its supervisor sees to it.
reboot() { local old; old=$(domid "$1"); xm reboot "$1" && wait_for 10 "[ -n \"\$(domid $1)\" ] && [ \"\$(domid $1)\" != $old ]"; }
again() { xm destroy "$1" && xm start "$1"; }

# --- memory ---

is 'mem-set: silent' '' "$(xm mem-set web 64 2>&1)"
is 'mem-set: the guest holds it' '65536' "$(mem web)"
is 'mem-set: and it is stored' '64' "$(stored web memory)"
is 'mem-set: the maximum stays' '256' "$(stored web maxmem)"
check 'mem-set: after a reboot it is there' 'reboot web && [ "$(mem web)" = 65536 ]'
check 'mem-set: after a stop and start, too' 'again web && [ "$(mem web)" = 65536 ]'
check 'mem-set: and after the supervisor was killed' '
    kill -KILL $(supervisors); guest other; xm create -q other.cfg; xm destroy other; reboot web && [ "$(mem web)" = 65536 ]'
for row in '128=128' '131072k=128' '96M=96' '65K=0' '1g=1024'; do
    want=${row#*=}
    case $want in
    0) refuse "mem-set: ${row%=*} is less than a MiB" 1 '^Error: memory_dynamic_max must be greater than zero' "xm mem-set web ${row%=*}" ;;
    1024) refuse "mem-set: ${row%=*} is too much" 1 '^Error: memory_dynamic_max must be less than or equal to memory_static_max' "xm mem-set web ${row%=*}" ;;
    *) check "mem-set: ${row%=*} is $want MiB" "xm mem-set web ${row%=*} && [ \$(mem web) = $((want * 1024)) ] && [ \$(stored web memory) = $want ]" ;;
    esac
done
is 'mem-set: an unknown unit is bytes, and told on stdout' 'ignoring unknown unit' "$(xm mem-set web 96x 2>/dev/null | head -1)"
refuse 'mem-set: below nothing' 1 '^Error: memory_static_min must be less than or equal to memory_dynamic_min' 'xm mem-set web -5'
refuse 'mem-set: no number' 1 '^Error: Invalid argument\.$' 'xm mem-set web lots'
refuse 'mem-set: a number past counting' 1 '^Error: Invalid argument\.$' 'xm mem-set web 99999999999999999999'
refuse 'mem-set: one that overflows as bytes' 1 '^Error: Invalid argument\.$' 'xm mem-set web 9999999999999g'
refuse 'mem-set: an unknown guest' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm mem-set nobody 64'
refuse 'mem-set: a word too few' 1 "^Error: 'xm mem-set' requires 2 arguments" 'xm mem-set web'
is 'mem-set: a refusal changed nothing' '98304 96' "$(mem web) $(stored web memory)"
refuse 'mem-set: domain 0 keeps its least' 1 '^Error: memory_dynamic_max too small' 'xm mem-set 0 100'
check 'mem-set: domain 0 gives' 'xm mem-set Domain-0 512 && [ "$(mem 0)" = 524288 ]'
check 'balloon: the old word, and a remark' 'xm balloon web 128 2>err && [ "$(mem web)" = 131072 ] && grep -qx "Command balloon is deprecated\.  Please use xm mem-set instead\." err'
check 'mem-set: a halted guest, for its next start' 'xm mem-set idle 32 && [ "$(stored idle memory) $(stored idle maxmem)" = "32 64" ]'
check 'mem-set: and it starts so' 'xm start idle && [ "$(mem idle)" = 32768 ] && xm destroy idle'
check 'mem-set: a guest that create made keeps it over a reboot' 'xm mem-set gone 64 && reboot gone && [ "$(mem gone)" = 65536 ]'

check 'mem-max: the limit, live and stored' 'xm mem-max web 512 && [ "$(stored web maxmem)" = 512 ] && xm mem-set web 300 && [ "$(mem web)" = 307200 ]'
check 'mem-max: after a reboot it is there' 'reboot web && [ "$(mem web) $(max_of web)" = "307200 512" ]'
refuse 'mem-max: less than it holds' 1 '^Error: memory_dynamic_max must be less than or equal to memory_static_max \(it is 300 MiB\)' 'xm mem-max web 200'
check 'mem-max: of a halted guest' 'xm mem-max idle 96 && [ "$(stored idle memory) $(stored idle maxmem)" = "32 96" ]'
xm mem-max web 8192
refuse 'mem-set: more than the machine has is refused to xm' 1 '^Error: .*memory' 'xm mem-set web 8192'
is 'mem-set: and nothing is stored' '300' "$(stored web memory)"
check 'xl mem-set: the guest may take what it finds' 'xl mem-set web 4000 && [ "$(mem web)" = 4096000 ] && xl mem-set web 128'

# --- live, config ---

check 'mem-set --live: the guest alone' 'xm mem-set --live web 100 && [ "$(mem web) $(stored web memory)" = "102400 128" ]'
check 'mem-set --live: until its end' 'reboot web && [ "$(mem web)" = 131072 ]'
check 'mem-set --config: the next start alone' 'xm mem-set web 96 --config && [ "$(mem web) $(stored web memory)" = "131072 96" ]'
check 'mem-set --config: at a reboot it comes' 'reboot web && [ "$(mem web)" = 98304 ]'
check 'mem-set: both is what neither is' 'xm mem-set --live --config web 128 && [ "$(mem web) $(stored web memory)" = "131072 128" ]'
refuse 'mem-set --live: not of one that does not run' 1 "^Error: Domain 'idle' is not started" 'xm mem-set --live idle 64'
refuse 'mem-set --config: nothing is stored of domain 0' 1 '^Error: nothing is stored of it' 'xm mem-set --config 0 512'
check 'mem-set: an option is a long one' 'xm mem-set -c web 64; [ "$(mem web)" = 131072 ]'

# --- what fails ---

faults 'set_memory 1 once fail HOST "not now"'
refuse 'mem-set: what the host refuses' 1 '^Error: not now' 'xm mem-set web 64'
is 'mem-set: is not stored' '131072 128' "$(mem web) $(stored web memory)"
faults ''

# --- another definition, yet to take effect ---

cp web.cfg other.cfg
sed -i "s/^memory = .*/memory = 48/; s/^maxmem = .*/maxmem = 80/; s/^vcpus.*/vcpus = 1/; s/^maxvcpus.*/maxvcpus = 1/" other.cfg
printf 'uuid = "%s"\nextra = "later"\n' "$(xm list --json web | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')" >>other.cfg
xm new -q other.cfg
check 'mem-set: what the other definition cannot hold is refused' '
    ! xm mem-set web 100 2>err && grep -q "^Error: what is stored for its next start differs, and cannot have this: " err &&
    [ "$(mem web)" = 131072 ] && [ "$(stored web memory)" = 48 ]'
check 'mem-set --live: and taken for the guest' 'xm mem-set --live web 100 && [ "$(mem web) $(stored web memory)" = "102400 48" ]'
check 'mem-set: only what is changed is replaced in it' '
    xm mem-set web 64 && [ "$(mem web)" = 65536 ] && [ "$(stored web memory) $(stored web maxmem) $(stored web vcpus)" = "64 80 1" ]'
check 'mem-set: a reboot takes the other definition' '
    reboot web && [ "$(mem web) $(max_of web) $(online web)" = "65536 80 1" ] && xm list -l web | grep -q later'
sed -i 's/^uuid.*//; s/^extra.*//' other.cfg
xm new -q web.cfg uuid="$(xm list --json web | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')"
again web

# --- vcpus ---

is 'vcpu-set: silent' '' "$(xm vcpu-set web 3 2>&1)"
is 'vcpu-set: so many are online, and stored' '3 3 4' "$(online web) $(stored web vcpus) $(stored web maxvcpus)"
check 'vcpu-set: after a reboot, too' 'reboot web && [ "$(online web)" = 3 ] && [ "$(xm vcpu-list web | wc -l)" = 5 ]'
refuse 'vcpu-set: more than there are' 1 '^Error: Cannot set vcpus greater than max vcpus on running domain' 'xm vcpu-set web 5'
refuse 'vcpu-set: none' 1 '^Error: Zero or less VCPUs is invalid' 'xm vcpu-set web 0'
refuse 'vcpu-set: fewer' 1 '^Error: Zero or less VCPUs is invalid' 'xm vcpu-set web -1'
refuse 'vcpu-set: no number' 1 '^Error: Invalid argument\.$' 'xm vcpu-set web two'
refuse 'vcpu-set: an unknown guest' 3 'does not exist' 'xm vcpu-set nobody 1'
check 'vcpu-set: of a halted guest it is the maximum' '
    xm vcpu-pin idle 1 3 && xm vcpu-set idle 3 && xm start idle && [ "$(online idle)" = 3 ] &&
    [ "$(xm vcpu-list idle | awk "NR > 1 { print \$NF }" | xargs)" = "cpu 3 cpu" ]'
check 'vcpu-set: with fewer, the pins of the others go' '
    xm destroy idle; xm vcpu-set idle 1 && xm start idle && [ "$(online idle)" = 1 ] && xm destroy idle'
check 'vcpu-set --config: the maximum of the next start' '
    xm vcpu-set --config web 2 && [ "$(online web)" = 3 ] && again web && [ "$(online web)" = 2 ] && [ "$(xm vcpu-list web | wc -l)" = 3 ]'
check 'vcpu-set --live: until the end' 'xm vcpu-set --live web 1 && [ "$(online web)" = 1 ] && again web && [ "$(online web)" = 2 ]'
check 'set-vcpus: the old word' 'xm set-vcpus web 1 2>err && [ "$(online web)" = 1 ] && grep -q "Please use xm vcpu-set" err; xm vcpu-set web 2'
check 'vcpu-set: domain 0' 'xm vcpu-set 0 3 && [ "$(online 0)" = 3 ] && xm vcpu-set 0 4'

# --- shares of the processors ---

is 'sched-credit2: the heading' 'Name                                ID Weight' "$(xm sched-credit2 | head -1)"
is 'sched-credit2: rows, by name' 'Domain-0 gone idle web' "$(xm sched-credit2 | awk 'NR > 1 { print $1 }' | xargs)"
is 'sched-credit2: a halted guest has no number' 'idle                                      256' "$(xm sched-credit2 | grep ^idle)"
like 'sched-credit2: a row' '^Domain-0 {24} {5}0    256$' "$(xm sched-credit2 -d 0 | tail -1)"
is 'sched-credit2: silent when it sets' '' "$(xm sched-credit2 -d web -w 512 2>&1)"
is 'sched-credit2: set, and stored' '512 512' "$(share web) $(stored web cpu_weight)"
check 'sched-credit2: after a reboot, too' 'reboot web && [ "$(share web)" = 512 ]'
check 'sched-credit2: of a halted guest' 'xm sched-credit2 -d idle -w 1000 && [ "$(share idle)" = 1000 ] && xm start idle && [ "$(share idle)" = 1000 ] && xm destroy idle'
check 'sched-credit2 --live: until the end' 'xm sched-credit2 -d web -w 300 --live && [ "$(share web)" = 300 ] && again web && [ "$(share web)" = 512 ]'
for weight in 0 65536 -1 99999999999; do
    refuse "sched-credit2: a weight of $weight" 1 '^Error: weight is out of range' "xm sched-credit2 -d web -w $weight"
done
refuse 'sched-credit2: no number' 1 '^Error: Invalid argument\.$' 'xm sched-credit2 -d web -w much'
refuse 'sched-credit2: whose' 1 '^Error: No domain given\.$' 'xm sched-credit2 -w 5'
is 'sched-credit2: an option behind a word is none' "$(xm sched-credit2 | head -1)" "$(xm sched-credit2 web -w 5 | head -1)"
refuse 'sched-credit2: no such guest, listed' 1 "^Error: Domain 'nobody' does not exist\.$" 'xm sched-credit2 -d nobody'
refuse 'sched-credit2: no such guest, set' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm sched-credit2 -d nobody -w 5'
refuse 'sched-credit: another scheduler' 1 '^Error: Xen is running with the credit2 scheduler$' 'xm sched-credit'
is 'sched-credit: without help' '' "$(xm sched-credit 2>/dev/null)"
is 'sched-credit2 --json: the keys of each guest' 'name uuid domid weight cap' \
    "$(xm sched-credit2 --json -d web | sed -n 's/^        "\([a-z]*\)": .*/\1/p' | xargs)"
like 'sched-credit2 --json: a halted guest, too' '"domid": null,' "$(xm sched-credit2 --json)"
guest given 'cpu_weight = 77' 'cpu_cap = 40'
check 'sched-credit2: a configuration says it, too' 'xm create -q given.cfg && [ "$(share given) $(cap given)" = "77 40" ]'

is 'xl sched-credit2: pool, heading, rows' 'Cpupool Pool-0: ratelimit=1000us
Name                                ID Weight  Cap
Domain-0                             0    256    0' "$(xl sched-credit2 | head -3)"
is 'xl sched-credit2: guests that run' 'Domain-0 gone web given' "$(xl sched-credit2 | awk 'NR > 2 { print $1 }' | xargs)"
is 'xl sched-credit2 -d: heading and row' 'Name                                ID Weight  Cap
Domain-0                             0    256    0' "$(xl sched-credit2 -d 0)"
check 'xl sched-credit2: a cap' 'xl sched-credit2 -d gone -c 50 -w 100 && [ "$(share gone) $(cap gone)" = "100 50" ] && reboot gone && [ "$(share gone) $(cap gone)" = "100 50" ]'
refuse 'xl sched-credit2: too high a cap' 1 '^Cpu cap out of range, valid range is from 0 to 100 for specified number of vcpus' 'xl sched-credit2 -d gone -c 101'
refuse 'xl sched-credit2: too high a weight' 1 '^Cpu weight out of range' 'xl sched-credit2 -d gone -w 65536'
refuse 'xl sched-credit2: whose' 1 '^Must specify a domain\.$' 'xl sched-credit2 -w 5'
refuse 'xl sched-credit2: a pool and a domain' 1 '^Specifying a cpupool is not allowed with other options\.$' 'xl sched-credit2 -d 0 -p Pool-0'
refuse 'xl sched-credit2: no such pool' 1 "^unknown cpupool 'x'$" 'xl sched-credit2 -p x'
is 'xl sched-credit2 -s: the pool alone' 'Cpupool Pool-0: ratelimit=1000us' "$(xl sched-credit2 -s)"
check 'xl sched-credit2 -s -r: sets it' 'xl sched-credit2 -s -r 500 && [ "$(xl sched-credit2 -s -p Pool-0)" = "Cpupool Pool-0: ratelimit=500us" ]'
refuse 'xl sched-credit2 -r: without -s' 1 '^Must specify schedparam to set schedule parameter values\.$' 'xl sched-credit2 -r 500'
refuse 'xl sched-credit2 -s -r: out of range' 1 'Ratelimit out of range, valid range is from 100 to 500000' 'xl sched-credit2 -s -r 5'
refuse 'xl sched-credit -d: the other scheduler, after the heading' 1 '^libxl_domain_sched_params_get returned credit2 not credit\.$' 'xl sched-credit -d 0'
is 'xl sched-credit: no pool of it' '' "$(xl sched-credit)"

machine '"nr_cpus": 4' '"memory_mib": 4096' '"scheduler": "credit"'
is 'sched-credit: the table' 'Name                                ID Weight  Cap
given                                '"$(domid given)"'     77   40' "$(xm sched-credit -d given | sed 's/  *\([0-9]*\)     77/                                \1     77/')"
check 'sched-credit: weight and cap' 'xm sched-credit -d web -w 128 -c 150 && [ "$(xm sched-credit -d web | awk "NR == 2 { print \$3, \$4 }")" = "128 150" ] && reboot web && [ "$(xm sched-credit -d web | awk "NR == 2 { print \$3, \$4 }")" = "128 150" ]'
refuse 'sched-credit: too high a cap' 1 '^Error: Cpu cap out of range, valid range is from 0 to 200 for specified number of vcpus' 'xm sched-credit -d web -c 201'
refuse 'sched-credit: no weight' 1 '^Error: Cpu weight out of range, valid values are within range from 1 to 65535' 'xm sched-credit -d web -w 0'
refuse 'sched-credit2: not under this one' 1 '^Error: Xen is running with the credit scheduler$' 'xm sched-credit2 -d web -w 5'
is 'xl sched-credit -s' 'Cpupool Pool-0: tslice=30ms ratelimit=500us migration-delay=0us' "$(xl sched-credit -s)"
check 'xl sched-credit -s: sets all three' 'xl sched-credit -s -t 10 -r 2000 -m 100 && [ "$(xl sched-credit -s)" = "Cpupool Pool-0: tslice=10ms ratelimit=2000us migration-delay=100us" ]'
refuse 'xl sched-credit: a pool and a domain' 1 '^Specifying a cpupool or schedparam is not allowed with domain options\.$' 'xl sched-credit -s -d 0'

# --- xl ---

is 'xl mem-set: silent' '' "$(xl mem-set web 64 2>&1)"
is 'xl mem-set: of KiB, what is stored is MiB' '66000 64' "$(xl mem-set web 66000k; echo $(mem web) $(stored web memory))"
refuse 'xl mem-set: no size' 1 '^invalid memory size: 1xx$' 'xl mem-set web 1xx'
refuse 'xl mem-set: too much' 1 "^cannot set domid $(domid web) dynamic max memory to : 999999: memory_dynamic_max must be" 'xl mem-set web 999999'
refuse 'xl mem-max: too little' 1 "^cannot set domid $(domid web) static max memory to : 8: " 'xl mem-max web 8'
refuse 'xl mem-max: no size' 1 '^invalid memory size: big$' 'xl mem-max web big'
refuse 'xl mem-set: a halted guest is none' 1 '^idle is an invalid domain identifier \(rc=-6\)$' 'xl mem-set idle 64'
check 'xl mem-set --config: but what is stored of it can be changed' 'xl mem-set --config idle 40 && [ "$(stored idle memory)" = 40 ]'
refuse 'xl mem-set: a word too few' 2 "^'xl mem-set' requires at least 2 arguments" 'xl mem-set web'
check 'xl mem-set: microvm types the letter' 'xl mem-set web 100m && [ "$(mem web)" = 102400 ]'
refuse 'xl vcpu-set: more than the host has' 1 '^You are overcommmitting! You have 4 physical CPUs and want 99 vCPUs! Aborting, use --ignore-host to continue$' 'xl vcpu-set web 99'
refuse 'xl vcpu-set -i: more than the guest has' 1 "^libxl_set_vcpuonline failed domid=$(domid web) max_vcpus=99, rc: -6" 'xl vcpu-set -i web 99'
refuse 'xl vcpu-set: no number' 1 '^Error: Invalid argument\.$' 'xl vcpu-set web x'
check 'xl vcpu-set: silent, live and stored' '[ -z "$(xl vcpu-set web 1 2>&1)" ] && [ "$(online web) $(stored web vcpus)" = "1 1" ]'

# --- documents of other makes ---

cat >ofxl.cfg <<'END'
name = "ofxl"
memory = 64
maxmem = 128
vcpus = 2
cap = 10
cpus_soft = "0-1"
on_reboot = "restart"
END
echo "kernel = '$kernel'" >>ofxl.cfg
check 'mem-set: a guest of xl, created' '
    xl create -q ofxl.cfg && xm mem-set ofxl 100 && xm vcpu-set ofxl 1 && xm sched-credit -d ofxl -w 99 -c 20 && xl vcpu-pin ofxl all 1 2 &&
    reboot ofxl && [ "$(mem ofxl) $(online ofxl)" = "102400 1" ] && [ "$(xl sched-credit -d ofxl | awk "NR == 2 { print \$3, \$4 }")" = "99 20" ] &&
    xl vcpu-list ofxl | grep -q " 1 / 2$"'
check 'mem-set: a guest of which only JSON is known' '
    xm save ofxl file && xm restore file && xm mem-set ofxl 80 && xm vcpu-set ofxl 2 && xm sched-credit -d ofxl -w 55 &&
    xl vcpu-pin ofxl 0 3 && reboot ofxl && [ "$(mem ofxl) $(online ofxl)" = "81920 2" ] &&
    [ "$(xl sched-credit -d ofxl | awk "NR == 2 { print \$3, \$4 }")" = "55 20" ] &&
    [ "$(xl vcpu-list ofxl | sed -n "2s/.*[0-9]\.[0-9]  //p;3s/.*[0-9]\.[0-9]  //p" | xargs)" = "3 / 2 1 / 2" ]'
check 'mem-set: and what its JSON cannot hold is refused' '! xm mem-set ofxl 200 2>err && grep -q "memory_static_max (128 MiB)" err && [ "$(mem ofxl)" = 81920 ]'

# --- suspended ---

xm suspend web
refuse 'mem-set: a suspended guest' 1 "^Error: VM 'web' is suspended, and goes on with what it had" 'xm mem-set web 64'
check 'mem-set --config: is for its next start' 'xm mem-set --config web 50 && xm resume web && [ "$(mem web)" = 102400 ] && reboot web && [ "$(mem web)" = 51200 ]'
check 'suspend keeps what was changed' 'xm mem-set web 70 && xm sched-credit -d web -w 7 && xm suspend web && xm resume web &&
    [ "$(mem web)" = 71680 ] && [ "$(xm sched-credit -d web | awk "NR == 2 { print \$3 }")" = 7 ]'
check 'rename: kept over a stop and start' 'xm rename web www && again www && xm rename www web'
done_testing
