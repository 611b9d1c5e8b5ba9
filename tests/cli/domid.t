#!/bin/bash
# xm domid, domname, domstate, rename and sysrq.
. "$(dirname "$0")/sim.sh"
guest web; guest idle; guest 5
xm create -q web.cfg; xm new -q idle.cfg

is 'domid: the number' 1 "$(xm domid web)"
is 'domid: None for a halted guest' None "$(xm domid idle)"
refuse 'domid: an unknown guest' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm domid nobody'
is 'xl domid' 1 "$(xl domid web)"
refuse 'xl domid: an unknown name' 1 "^Can't get domid of domain name 'nobody', maybe this domain does not exist\.$" 'xl domid nobody'
refuse 'xl domid: a halted guest is no domain' 1 "maybe this domain does not exist" 'xl domid idle'
refuse 'xl domid: digits are a name' 1 "Can't get domid of domain name '1'" 'xl domid 1'
xm create -q 5.cfg
is 'xl domid: and may be one' 2 "$(xl domid 5)"
is 'domid: a name of digits hides the number' 2 "$(xm domid 5)"
is 'domname: of a number' web "$(xm domname 1)"
refuse 'domname: an unknown number' 3 "^Error: Domain '77' does not exist\.$" 'xm domname 77'
is 'xl domname' web "$(xl domname 1)"
refuse 'xl domname: a name' 1 '^Invalid domain id\.$' 'xl domname web'
refuse 'xl domname: an unknown number' 1 "^Can't get domain name of domain id '77', maybe this domain does not exist\.$" 'xl domname 77'
refuse 'xl domname: a number beyond all' 1 "Can't get domain name" 'xl domname 99999999999999999999'

is 'domstate: halted' shutoff "$(xm domstate idle)"
like 'domstate: running' '^(idle|running)$' "$(xm domstate web)"
is 'domstate: domain 0 is on a cpu, and has a word' running "$(xm domstate 0)"
is 'domstate: paused, whatever it was before' paused "$(xm pause web; xm domstate web; xm unpause web)"
guest crash 'extra = "sim.crash=0.5"' 'on_crash = "preserve"'
xm create -q crash.cfg
check 'domstate: crashed' 'wait_for 10 "test \$(xm domstate crash) = crashed"'
is 'list: crashed has a c and no s' c "$(xm list crash | awk 'NR == 2 { gsub(/[-b]/, "", $5); print $5 }')"
is 'xl list: crashed has both' sc "$(xl list crash | awk 'NR == 2 { gsub(/[-b]/, "", $5); print $5 }')"
check 'xl list -v: the reason' 'xl list -v crash | tail -1 | grep -q " [0-9a-f-]\{36\}        3 "'
is 'list --state=crashed' crash "$(xm list --state=crashed | awk 'NR > 1 { print $1 }')"

is 'rename: silent' '' "$(xm rename web www 2>&1)"
check 'rename: it has the new name, and not the old' 'xm domid www && ! xm domid web'
check 'rename: a halted guest' 'xm rename idle lazy && test "$(xm domid lazy)" = None'
refuse 'rename: a name that a live one has' 1 "^Error: VM name 'www' already exists" 'xm rename lazy www'
refuse 'rename: a name that a halted one has' 1 "^Error: VM name 'lazy' already exists" 'xm rename www lazy'
refuse 'rename: no name' 1 '^Error: Missing VM Name' 'xm rename www ""'
refuse 'rename: a name with a blank' 1 '^Error: Invalid VM Name' 'xm rename www "a b"'
refuse 'rename: an unknown guest' 3 'does not exist' 'xm rename nobody some'
is 'xl rename: silent' '' "$(xl rename www web 2>&1)"
refuse 'xl rename: a taken name' 1 "^Can't rename domain 'web': .*already exists" 'xl rename web 5'
refuse 'xl rename: an unknown guest' 1 'nobody is an invalid domain identifier' 'xl rename nobody some'
check 'rename: refusals changed nothing' 'test "$(xm domid web)" = 1 && test "$(xm domid 5)" = 2'

is 'sysrq: silent' '' "$(xm sysrq web h 2>&1)"
refuse 'sysrq: more than a letter' 1 '^Error: ss is not convertible to a character' 'xm sysrq web ss'
refuse 'sysrq: a halted guest' 1 "^Error: Domain 'lazy' is not started" 'xm sysrq lazy h'
refuse 'sysrq: an unknown guest' 3 'does not exist' 'xm sysrq nobody h'
refuse 'sysrq: a word too few' 1 'requires 2 arguments' 'xm sysrq web'
refuse 'xl sysrq: more than a letter' 1 '^Invalid sysrq\.$' 'xl sysrq web ss'
refuse 'xl sysrq: an unknown number ends with 0' 0 '^77 ' 'xl sysrq 77 h'
refuse 'xl sysrq: an unknown name ends with 1' 1 'nobody is an invalid domain identifier' 'xl sysrq nobody h'
done_testing
