#!/bin/bash
# xm pause and xm unpause.
. "$(dirname "$0")/sim.sh"
guest web
xm create -q web.cfg
is 'pause: silent' '' "$(xm pause web 2>&1)"
check 'pause: the state says so' 'xm list web | grep -q -- "-[b-]p---"'
check 'pause: again is fine' 'xm pause web'
is 'unpause: silent' '' "$(xm unpause web 2>&1)"
check 'unpause: the state says so' '! xm list web | grep -q -- "-[b-]p---"'
check 'pause: by domid' 'xm pause 1 && xm unpause 1'
refuse 'pause: unknown guest' 3 "^Error: Domain 'nobody' does not exist\." 'xm pause nobody'
refuse 'unpause: unknown guest' 3 "^Error: Domain 'nobody' does not exist\." 'xm unpause nobody'
refuse 'pause: domain 0' 1 '^Error: Cannot pause privileged domain 0' 'xm pause 0'
guest idle; xm new -q idle.cfg
refuse 'pause: a halted guest' 1 "^Error: Domain 'idle' is not started" 'xm pause idle'
refuse 'xl pause: an unknown name ends with 1' 1 'nobody is an invalid domain identifier' 'xl pause nobody'
refuse 'xl pause: an unknown number is told, and ends with 0' 0 '77 is an invalid domain identifier' 'xl pause 77'
refuse 'xl unpause: likewise' 0 '77 is an invalid domain identifier' 'xl unpause 77'
refuse 'pause: a word too many' 1 "requires 1 arguments" 'xm pause web web'
refuse 'xl pause: no word ends with 2' 2 "^'xl pause' requires at least 1 argument\.$" 'xl pause'
done_testing
