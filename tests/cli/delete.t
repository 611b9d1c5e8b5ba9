#!/bin/bash
# xm delete: a halted guest is forgotten.
. "$(dirname "$0")/sim.sh"
guest web
xm new -q web.cfg
xm start web
refuse 'delete: not while it runs' 1 '^Error: Domain is not halted\.$' 'xm delete web'
xm suspend web
refuse 'delete: not while it is suspended' 1 '^Error: Domain is not halted\.$' 'xm delete web'
xm resume web; xm destroy web
is 'delete: silent' '' "$(xm delete web 2>&1)"
check 'delete: nothing is left of it' '! xm list web && test -z "$(ls -A "$host/xm/domains")"'
refuse 'delete: unknown guest' 3 "^Error: Domain 'web' does not exist\." 'xm delete web'
check 'delete: the name is free again' 'xm new -q web.cfg && xm delete web'
done_testing
