#!/bin/bash
# xm uptime.
. "$(dirname "$0")/sim.sh"
guest web; guest idle
xm create -q web.cfg; xm new -q idle.cfg

is 'uptime: the heading ends in a blank' 'Name                                ID Uptime ' "$(xm uptime | head -1)"
like 'uptime: a row' '^web {29} {5}1  0:00:[0-9]{2}$' "$(xm uptime web | tail -1)"
is 'uptime: a halted guest' 'idle                                    0:00:00' "$(xm uptime idle | tail -1)"
is 'uptime: by name' 'Domain-0 idle web' "$(xm uptime | awk 'NR > 1 { print $1 }' | xargs)"
like 'uptime -s: as uptime(1)' '^ [0-9]{2}:[0-9]{2}:[0-9]{2} up  0:00, web \(1\)$' "$(xm uptime -s web)"
like 'uptime -s: a halted guest has no number' 'up  0:00, idle \(\)$' "$(xm uptime --short idle)"
refuse 'uptime: an unknown guest' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm uptime web nobody'
is 'uptime: and nothing is printed' '' "$(xm uptime web nobody 2>/dev/null)"
like 'uptime --json' '"uptime_seconds": [0-9]+\.[0-9]' "$(xm uptime --json web)"

# Its start is in the record of the domain: two days, three hours, four minutes and five seconds ago.
back=$(( ($(date +%s) - 183845) * 1000 ))
sed -i "s/\"started_ms\": [0-9]*/\"started_ms\": $back/" "$host/sim/domains/1.json"
like 'uptime: days' '^web {29} {5}1 2 days,  3:04:[01][0-9]$' "$(xm uptime web | tail -1)"
like 'uptime -s: days' ' up 2 days,  3:04, web \(1\)$' "$(xm uptime -s web)"

is 'xl uptime: the heading' 'Name                                ID Uptime' "$(xl uptime | head -1)"
like 'xl uptime: a row' '^web {31}   1 2 days,  3:04:[0-9]{2}$' "$(xl uptime web | tail -1)"
is 'xl uptime: by domid, without halted guests' 'Domain-0 web' "$(xl uptime | awk 'NR > 1 { print $1 }' | xargs)"
refuse 'xl uptime: an unknown number is passed over' 0 '^77 ' 'xl uptime 77 web'
is 'xl uptime: and the others are there' 1 "$(xl uptime 77 web 2>/dev/null | grep -c '^web ')"
is 'xl uptime: of an unknown number alone, the heading' 1 "$(xl uptime 77 2>/dev/null | wc -l)"
refuse 'xl uptime: an unknown name' 1 'nobody is an invalid domain identifier' 'xl uptime nobody'
done_testing
