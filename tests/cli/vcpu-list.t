#!/bin/bash
# xm vcpu-list and xm vcpu-pin.
. "$(dirname "$0")/sim.sh"
machine '"nr_cpus": 4' '"nodes": 2'
guest web 'vcpus = 2'
guest idle 'vcpus = 2' 'cpus = "0-1"'
xm create -q web.cfg; xm new -q idle.cfg

is 'vcpu-list: the heading' 'Name                                ID  VCPU   CPU State   Time(s) CPU Affinity' \
    "$(xm vcpu-list | head -1)"
like 'vcpu-list: a row' '^web {29} {5}1 {5}0 {5}[0-3] {3}[-r][-b]- +[0-9]+\.[0-9] any cpu$' "$(xm vcpu-list web | sed -n 2p)"
is 'vcpu-list: a halted guest has what it will have' \
    'idle                                       0                   0.0 0-1
idle                                       1                   0.0 0-1' "$(xm vcpu-list idle | tail -2)"
is 'vcpu-list: by name' 'Domain-0 idle web' "$(xm vcpu-list | awk 'NR > 1 { print $1 }' | uniq | xargs)"
is 'vcpu-list: in the order given' 'web Domain-0' "$(xm vcpu-list web 0 | awk 'NR > 1 { print $1 }' | uniq | xargs)"
refuse 'vcpu-list: an unknown guest' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm vcpu-list web nobody'
is 'vcpu-list: eight words where any cpu will do' 8 "$(xm vcpu-list web | awk 'NR == 2 { print NF }')"
is 'vcpu-list --json: a row' 'name uuid domid vcpu state cpu cpu_seconds hard_affinity soft_affinity' \
    "$(xm vcpu-list --json idle | sed -n 's/^        "\([a-z_]*\)": .*/\1/p' | head -9 | xargs)"
like 'vcpu-list --json: affinity is a list of numbers' '"hard_affinity": \[0, 1\]' "$(xm vcpu-list --json idle)"

is 'vcpu-pin: silent' '' "$(xm vcpu-pin web 0 0-1 2>&1)"
like 'vcpu-pin: the list shows it' ' 0-1$' "$(xm vcpu-list web | sed -n 2p)"
like 'vcpu-pin: the other vcpu is as it was' ' any cpu$' "$(xm vcpu-list web | sed -n 3p)"
pinned() { xm vcpu-list web | sed -n "s/^web .*[0-9]\.[0-9] //p" | xargs; }
for row in '1 0-3,^2=0-1,3' '1 ^0,1=1' '1 node:1=2-3' '1 all,^node:0=2-3' '1 nodes:0-1,^3=0-2' '1 0,3,99=0,3' '1 all=any cpu'; do
    check "vcpu-pin: ${row%=*} gives ${row#*=}" \
        'xm vcpu-pin web ${row%%=*} && xm vcpu-list web | sed -n 3p | grep -q "[0-9] ${row#*=}\$"'
done
check 'vcpu-pin: ALL vcpus, in any case' 'xm vcpu-pin web ALL 2 && test "$(pinned)" = "2 2"'
refuse 'vcpu-pin: no such vcpu' 1 '^Error: Cannot pin vcpu: 9 to cpu: \[0\]' 'xm vcpu-pin web 9 0'
refuse 'vcpu-pin: no number' 1 '^Error: Invalid argument\.' 'xm vcpu-pin web x 0'
refuse 'vcpu-pin: no cpu of this host' 1 'affinity map is empty' 'xm vcpu-pin web 0 77'
refuse 'vcpu-pin: nonsense' 1 "'2-1' is no range of cpus" 'xm vcpu-pin web 0 0,2-1'
refuse 'vcpu-pin: a number that is none' 1 'no range of cpus' 'xm vcpu-pin web 0 99999999999999999999'
refuse 'vcpu-pin: a word too few' 1 "requires 3 arguments" 'xm vcpu-pin web 0'
refuse 'vcpu-pin: an unknown guest' 3 'does not exist' 'xm vcpu-pin nobody 0 0'
is 'vcpu-pin: a refusal changed nothing' '2 2' "$(pinned)"

check 'vcpu-pin: a halted guest, for its next start' \
    'xm vcpu-pin idle 1 3 && test "$(xm vcpu-list idle | awk "NR > 1 { print \$NF }" | xargs)" = "0-1 3"'
check 'vcpu-pin: and it starts so' 'xm start idle && test "$(xm vcpu-list idle | awk "NR > 1 { print \$NF }" | xargs)" = "0-1 3"'
check 'vcpu-pin: what is set while it runs, it keeps' \
    'xm vcpu-pin idle all 2 && xm destroy idle && test "$(xm vcpu-list idle | awk "NR > 1 { print \$NF }" | xargs)" = "2 2"'
refuse 'vcpu-pin: a halted guest, a vcpu that it lacks' 1 'Cannot pin vcpu: 2 .* has no vcpu 2' 'xm vcpu-pin idle 2 0'
xm vcpu-pin idle all 0-1

is 'xl vcpu-list: the heading' 'Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)' \
    "$(xl vcpu-list | head -1)"
like 'xl vcpu-list: a row' '^web {29} {5}1 {5}0 {5}[0-3]   [-r][-b]- {2,}[0-9]+\.[0-9]  2 / all$' "$(xl vcpu-list web | sed -n 2p)"
check 'xl vcpu-pin: hard and soft' 'xl vcpu-pin web 0 all 0,2-3 && xl vcpu-list web | sed -n 2p | grep -q "  all / 0,2-3$"'
check 'xl vcpu-pin: - leaves the hard ones as they are' 'xl vcpu-pin web 1 - 1 && xl vcpu-list web | sed -n 3p | grep -q "  2 / 1$"'
is 'xl vcpu-list: the cron job takes the last words' 'all all' "$(xl vcpu-list | awk '/Domain-0/ {print $NF, $(NF-2)}' | sort -u)"
check 'xl vcpu-list: halted guests are hidden, unless asked for' \
    '! xl vcpu-list | grep -q ^idle && xl vcpu-list --all | grep -q "^idle .* - .* --p .* 0-1 / all"'
refuse 'xl vcpu-list: an unknown name, after the heading' 1 'nobody is an invalid domain identifier' 'xl vcpu-list nobody'
is 'xl vcpu-list: the heading was there' 1 "$(xl vcpu-list nobody 2>/dev/null | grep -c Affinity)"
refuse 'xl vcpu-list: an unknown number ends with 0' 0 '^77 ' 'xl vcpu-list 77'
is 'xl -N vcpu-pin: only tells' 'cpumap: 0 all' "$(xl -N vcpu-pin web 0 0 all)"
check 'xl -N vcpu-pin: and does nothing' 'xl vcpu-list web | sed -n 2p | grep -q "  all / 0,2-3$"'
refuse 'xl vcpu-pin: no number' 1 '^Error: Invalid argument x as VCPU\.$' 'xl vcpu-pin web x 0'
refuse 'xl vcpu-pin: force and all' 1 "^Error: --force and 'all' as VCPU not allowed\.$" 'xl vcpu-pin -f web all 0'
refuse 'xl vcpu-pin: nonsense' 1 '^Invalid pcpu range: 9-: ' 'xl vcpu-pin web 0 9-'
refuse 'xl vcpu-pin: ^all' 1 '^Can.t combine "\^" and "all"\.' 'xl vcpu-pin web 0 ^all'
refuse 'xl vcpu-pin: nothing left' 1 '^vcpu hard affinity map is empty' 'xl vcpu-pin web 0 0,^0'
refuse 'xl vcpu-pin: no such vcpu' 1 "^Could not set affinity for vcpu \`9': " 'xl vcpu-pin web 9 0'
faults 'vcpu_pin 1 once fail HOST "not now"'
refuse 'xl vcpu-pin: a failure for all is told, and ends with 0' 0 '^Could not set affinity: vcpu 0: .*not now' 'xl vcpu-pin web all 0'
faults 'vcpu_pin 2 once fail HOST "not now"'
refuse 'vcpu-pin: the same in xm ends with 1' 1 'Cannot pin vcpu: 1 .*not now' 'xm vcpu-pin web all 0'
refuse 'xl vcpu-pin: a word too few' 2 "^'xl vcpu-pin' requires at least 3 arguments" 'xl vcpu-pin web 0'
done_testing
