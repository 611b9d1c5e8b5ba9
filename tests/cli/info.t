#!/bin/bash
# xm info, dmesg and debug-keys: the machine.
. "$(dirname "$0")/sim.sh"
machine '"nodes": 2' '"hostname": "talos"'

xm_keys='host release version machine nr_cpus nr_nodes cores_per_socket threads_per_core cpu_mhz hw_caps virt_caps
total_memory free_memory free_cpus xen_major xen_minor xen_extra xen_caps xen_scheduler xen_pagesize platform_params
xen_changeset xen_commandline cc_compiler cc_compile_by cc_compile_domain cc_compile_date xend_config_format'
xl_keys='host release version machine nr_cpus max_cpu_id nr_nodes cores_per_socket threads_per_core cpu_mhz hw_caps
virt_caps total_memory free_memory sharing_freed_memory sharing_used_memory outstanding_claims free_cpus xen_major
xen_minor xen_extra xen_version xen_caps xen_scheduler xen_pagesize platform_params xen_changeset xen_commandline
cc_compiler cc_compile_by cc_compile_domain cc_compile_date build_id xend_config_format'
keys() { sed 's/ *:.*//' | xargs; }
is 'info: the keys in their order' "$(echo $xm_keys)" "$(xm info | keys)"
is 'info: a row' 'host                   : talos' "$(xm info | head -1)"
is 'info: every line is a key and a value, as parsers want' '' "$(xm info | grep -Ev '^[a-z_]+ *: .*$')"
like 'info: memory in MiB' '^total_memory           : 8192$' "$(xm info)"
like 'info: cpu_mhz is whole' '^cpu_mhz                : 2400$' "$(xm info)"
is 'info: xen_caps ends with a blank' 1 "$(xm info | grep -c '^xen_caps .*[^ ] $')"
is 'info: the last row' 'xend_config_format     : 4' "$(xm info | tail -1)"
check 'info: other words are passed over' 'test "$(xm info anything | wc -l)" = "$(xm info | wc -l)"'
like 'info -n: the cpus' '^  3: {7}3 {8}0 {8}1$' "$(xm info -n)"
like 'info -n: the nodes' '^   1: +4096MB +[0-9]+MB         :  20   10 $' "$(xm info -n)"
is 'info -n: between free_cpus and xen_major' 'free_cpus cpu_topology numa_info xen_major' \
    "$(xm info --numa | keys | grep -o 'free_cpus.*xen_major' | tr ' ' '\n' | grep '^[a-z_]*_[a-z_]*$' | xargs)"
like 'info -c: the settings' "^host {34}: $XM_HOST$" "$(xm info -c)"
like 'info -c: where guests are kept' "^state_dir +: $host/xm$" "$(xm info --config)"
like 'info -c: where the log goes' '^log_to +: file$' "$(xm info -c)"
is 'info --json: the keys of xl' "$(echo $xl_keys)" "$(xm info --json | sed -n 's/^    "\([a-z_]*\)": .*/\1/p' | xargs)"
like 'info --json: numbers are numbers' '"total_memory": 8192,' "$(xm info --json)"
like 'info --json -n: nodes' '"numa_info": \[' "$(xm info --json -n)"
is 'info: munin reads the memory' 8192 "$(xm info | grep '^total_memory' | awk '{ print $3 }')"

is 'xl info: the keys in their order' "$(echo $xl_keys)" "$(xl info | keys)"
like 'xl info: cpu_mhz with three digits' '^cpu_mhz                : 2400\.000$' "$(xl info)"
is 'xl info PREFIX: the values alone' '4 17' "$(xl info xen_m | xargs)"
check 'xl info: an unknown key gives nothing' 'test -z "$(xl info nosuch)"'
like 'xl info -n: the devices' 'device topology        :' "$(xl info -n)"
like 'xl info -n: the nodes' '^   0: +4096 +[0-9]+      10,20$' "$(xl info -n)"
check 'xl info: EVE sees hvm' 'xl info | grep -q "virt_caps.*hvm"'
is 'xl info: DRAKVUF splits each line at a colon' '' "$(xl info | grep -v :)"
check 'xl info: os-autoinst greps the command line' 'xl info | grep xen_commandline | grep -q dom0_mem'
refuse 'xl info: -c is not its own' 2 "option \`c' not supported" 'xl info -c'

check 'dmesg: as it is, untouched' 'xm dmesg | head -1 | grep -q "^(XEN) Xen version 4\.17" && xm dmesg | grep -q "^(XEN)"'
check 'dmesg -c: prints' 'xm dmesg -c | grep -q "^(XEN) Xen version"'
is 'dmesg -c: and clears' '' "$(xm dmesg)"
refuse 'dmesg: no words' 1 '^Error: No parameter required' 'xm dmesg now'
is 'debug-keys: silent' '' "$(xm debug-keys q 2>&1)"
check 'debug-keys: the answer is in dmesg' 'test -n "$(xm dmesg)"'
check 'xl debug R: Ganeti cuts the word short' 'xl debug R'
refuse 'debug-keys: none' 1 "requires 1 arguments" 'xm debug-keys'
faults 'debug_keys 1 on fail HOST "not now"'
refuse 'xl debug-keys: a failure' 1 '^cannot send debug keys: .*not now' 'xl debug-keys q'
done_testing
