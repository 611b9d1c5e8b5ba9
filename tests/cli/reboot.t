#!/bin/bash
# xm reboot: a guest goes and comes back, under the same name and uuid.
. "$(dirname "$0")/sim.sh"
echo 'min_restart_seconds = 0' >"$XM_CONF"
guest web
xm new -q web.cfg; xm start web
uuid=$(ls "$host/xm/domains")
old=$(xm domid web)
is 'reboot -w: returns once it is back' 'Domain web rebooted
All domains rebooted' "$(timeout 60 xm reboot -w web)"
check 'reboot: a new domain of the same name and uuid' \
    'test "$(xm domid web)" -gt "$old" && test "$(ls "$host/xm/domains")" = "$uuid"'
guest no 'on_reboot = "destroy"'
xm create -q no.cfg
is 'reboot -w: a guest that does not come back' 'Domain no destroyed for failing to reboot
All domains rebooted' "$(timeout 60 xm reboot -w no)"
refuse 'reboot: no guest named' 1 '^Error: No domain parameter given' 'xm reboot'
refuse 'reboot: domain 0' 1 '^Error: Domain 0 cannot be' 'xm reboot 0'
refuse 'xl reboot: unknown guest' 1 'invalid domain identifier' 'xl reboot nobody'
xm create -q web.cfg name=x
refuse 'xl reboot: says so on stderr' 0 '^Rebooting domain [0-9]+$' 'xl reboot x'
done_testing
