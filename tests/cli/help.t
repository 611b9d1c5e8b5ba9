#!/bin/bash
# xm help and what stands in for it; the words before a command; unknown words.
. "$(dirname "$0")/sim.sh"

first() { "$@" 2>/dev/null | head -n 1; }

is 'help: begins with the usage' 'Usage: xm <subcommand> [args]' "$(first xm help)"
like 'help: is the full list' '^xm full list of subcommands:$' "$(xm help)"
is 'help COMMAND: that command' "$(xm help start)" "$(xm start --help)"
is 'help: of an unknown command is the full list' "$(xm help)" "$(xm help nonsense)"
check 'help: needs neither host nor rights' 'XM_HOST=sim:/proc/nowhere xm help start'
refuse 'help: xm alone ends with 1' 1 '^$' 'xm; s=$?; echo >&2; exit $s'
like 'help: xm alone prints the common commands' "^Common 'xm' commands:$" "$(xm)"
refuse 'help: -h of a command ends with 1 as xm' 1 '^$' 'xm start -h; s=$?; echo >&2; exit $s'
check 'help: -h of a command ends with 0 as xl' 'xl list -h | grep "^Usage: xl"'
is 'help: xl says which program it is' 'Usage xl [-vfNtT] <subcommand> [args]' "$(first xl help)"
is 'help: of an unknown command as xl' 'command "nonsense" not implemented' "$(xl help nonsense)"
check 'help: no line of the list is wider than 80' '! xm help | grep -E ".{81}"'

refuse 'an unknown command' 1 '^Error: Subcommand nonsense not found!$' 'xm nonsense'
refuse 'an unknown command as xl' 1 '^command not implemented$' 'xl nonsense'
refuse 'an ambiguous command is unknown' 1 '^Error: Subcommand re not found!$' 'xm re'
check 'a command by its unique start' 'xm li | grep "^Domain-0 "'
refuse 'an unknown option of xl itself' 1 'unknown global option' 'xl -Q list'
refuse 'an unknown option of a command' 1 '^Error: option --nonsense not recognized$' 'xm list --nonsense'
refuse 'an unknown option of a command as xl ends with 2' 2 . 'xl list --nonsense'
refuse 'a missing argument' 1 "^Error: 'xm start' requires 1 argument" 'xm start'
refuse 'a missing argument as xl ends with 2' 2 . 'xl pause'
refuse 'an unknown guest ends with 3' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm start nobody'
refuse 'an unknown guest as xl ends with 1' 1 'nobody is an invalid domain identifier' 'xl pause nobody'

check '--dialect=xl makes an xl of it' 'xm --dialect=xl list | grep -P "VCPUs\tState\tTime"'
check '--host beats XM_HOST' 'xm --host "sim:$tap_dir/other" list && [ -d "$tap_dir/other/sim" ]'
refuse '--host: an unknown kind' 1 'unknown host' 'xm --host nonsense list'
refuse '--config: a file that is not there' 1 'nowhere' 'xm --config "$work/nowhere" list'
check '--config: is read' 'echo "host = \"sim:$tap_dir/third\"" >c && env -u XM_HOST xm --config "$work/c" list && [ -d "$tap_dir/third/sim" ]'
check 'XM_CONF: is read' 'XM_HOST= XM_CONF=$work/c xm list'
refuse 'xm.conf: a key that is none is named with its line' 1 'c2:2' 'printf "\nnonsense = 1\n" >c2; XM_CONF=$work/c2 xm list'
refuse 'the real host where no Xen runs names the way to the simulated one' 1 'sim:' \
    'grep -qs control_d /proc/xen/capabilities && { echo sim: >&2; exit 1; }; xm --host=xen list'
refuse 'output to a full disk is an error' 1 'No space left' 'xm help >/dev/full'
done_testing
