#!/bin/bash
# xm destroy: a guest ends at once.
. "$(dirname "$0")/sim.sh"
guest web; guest kept
xm create -q web.cfg; xm new -q kept.cfg; xm start kept
is 'destroy: silent' '' "$(xm destroy web 2>&1)"
check 'destroy: it is gone' '! xm list web && ! xl list web'
refuse 'destroy: unknown guest' 3 "^Error: Domain 'web' does not exist\." 'xm destroy web'
check 'destroy: a remembered guest is halted' 'xm destroy kept && xm list kept && test "$(xm domid kept)" = None'
is 'destroy: a halted guest is as ended as can be' '0' "$(xm destroy kept 2>&1; echo $?)"
refuse 'destroy: domain 0' 1 '^Error: Cannot destroy privileged domain Domain-0' 'xm destroy Domain-0'
refuse 'destroy: options are names here' 3 "Domain '-x' does not exist" 'xm destroy -x'
refuse 'xl destroy: unknown name' 1 'web is an invalid domain identifier \(rc=-6\)' 'xl destroy web'
refuse 'xl destroy: domain 0' 1 '^Not destroying domain 0; use -f to force\.' 'xl destroy 0'
refuse 'xl destroy: a halted guest is no domain' 1 'invalid domain identifier' 'xl destroy kept'
check 'destroy: memory is free again' 'test "$(xm info | sed -n "s/^free_memory *: //p")" -gt 0'
check 'destroy: by domid' 'xm start kept && xl destroy "$(xm domid kept)" && test "$(xm domid kept)" = None'
done_testing
