#!/bin/bash
# The two dialects, row by row: how a command and its options are found, what help looks like, how
# a guest is named, and what status a failure ends with.
. "$(dirname "$0")/sim.sh"

# The status of a command, its output thrown away.
status() { "$@" >/dev/null 2>&1 </dev/null; echo $?; }
# Where its lines went.
out() { "$@" 2>/dev/null </dev/null; }
err() { "$@" 2>&1 >/dev/null </dev/null; }

guest web; guest kept
xm create -q web.cfg
xm new -q kept.cfg
uuid=$(xm list --json web | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')

# --- xm: help ---

is 'xm: the status of help' '1 0 0 0 0 0 1 1 1 1' "$(echo $(status xm) $(status xm --help) $(status xm -h) $(status xm help) \
    $(status xm help --long) $(status xm help nonsense) $(status xm list --help) $(status xm create web.cfg -h) \
    $(status xm nonsense --help) $(status xm help --help))"
is 'xm: -h and --help are the long help' "$(out xm help)" "$(out xm -h && [ "$(out xm -h)" = "$(out xm --help)" ] || echo differs)"
is 'xm: help --long is help' "$(out xm help)" "$(out xm help --long)"
is 'xm: help says nothing on stderr' '' "$(err xm; err xm help; err xm list -h; err xm help nonsense)"
is 'xm: the short help is the beginning of the long one' "$(out xm help | head -n 4)" "$(out xm | head -n 4)"
is 'xm: its layout' 'Usage: xm <subcommand> [args]||Runs guests on a Xen host, and remembers them.||xm full list of subcommands:||' \
    "$(out xm help | head -n 6 | tr '\n' '|')"
check 'xm: the short help points to the long one' 'xm | grep -q "xm help$"'
check 'xm: a row is a name in 20 columns and its text' 'xm help | grep -q "^ pause                Stop a guest"'
check 'xm: a text is wrapped at 50, and goes on under itself' 'xm help | grep -q "^ \{22\}[a-z]" && ! xm help | sed "/^Options/,\$d" | grep -Eq "^.{73}"'
like 'xm: help of a command' '^Usage: xm start \[options\] DOMAIN$' "$(out xm start --help)"
check 'xm: a row of an option' 'xm start -h | grep -q "^  -p, --paused \{19\}leave it paused"'
check 'xm: --help anywhere, even as a value or behind --' \
    'for line in "list -- --help" "create -f --help" "destroy -h" "pause web --help" "list --state -h"; do xm $line | grep -q "^Usage: xm ${line%% *}" || exit 1; done; xm list web | grep -q "^web .*-b--"'
check 'xm: -h of a command does nothing' 'xm destroy web -h; xm list web'
is 'xm: an unknown command with --help is the short help' "$(out xm)" "$(out xm nonsense --help)"
check 'xm: create --help_config ends with 0' 'xm create --help_config | grep -q "^  memory " && xm new --help_config | grep -q "^  vif "'
check 'help of each command: whole sentences, no line too wide, no blank at an end' '
    for command in $(xm __complete ""); do
        for program in xm xl; do
            $program help $command >text
            head -n 1 text | grep -Eq "^Usage: $program (\[-vtTf*N*\] )?$command( |\$)" || { echo $command: usage; exit 1; }
            sed -n 3p text | grep -Eq "^[A-Z].*[^.]\.\$" || { echo $command: summary; exit 1; }
            ! grep -nE " \$|.{89}" text || { echo $command; exit 1; }
            ! grep -v "^  " text | grep "  " || { echo $command: blanks; exit 1; }
            ! tr "\n" "|" <text | grep -E "[|]{3}" || { echo $command: empty lines; exit 1; }
        done
    done'

# --- xm: commands ---

is 'xm: a unique start of two letters or more' '0 0 0 1 1' "$(echo $(status xm li) $(status xm vcpu-l) $(status xm domn 0) $(status xm l) $(status xm re web))"
is 'xm: a first word with a dash is a command, too' 'Error: Subcommand -x not found!' "$(err xm -x)"
is 'xm: the unknown is named on stderr, the short help is on stdout' "Error: Subcommand nonsense not found!
$(out xm)" "$(err xm nonsense; out xm nonsense)"

# --- xm: options, in the four families ---

check 'xm: options before and after the operands' 'xm list -l web >a && xm list web -l >b && xm list web --long >c && sed -i "/cpu_time/d" a b c && cmp a b && cmp a c'
check 'xm: a long option as a unique start' 'xm list --lo web | grep -q "(name web)" && xm list --st=running | grep -q ^web && xm create --dry -q web.cfg | grep -q "(name web)"'
is 'xm: a start that is not unique' "Error: option --p not a unique prefix" "$(err xm create --p web.cfg | head -n 1)"
check 'xm: a value apart, or after =' 'xm list --state running | grep -q ^web && xm list --state=running | grep -q ^web'
check 'xm: a value of a letter apart, or in the same word' 'xm create -n -q -f web.cfg | grep -q "(name web)" && xm create -nqfweb.cfg | grep -q "(name web)"'
is 'xm: -- ends the options' "Error: Domain '-l' does not exist." "$(err xm list -- -l)"
check 'xm: -- is no operand' 'xm list -- web | grep -q ^web && xm domid web'
is 'xm: without options every word is an operand' "Error: Domain '-x' does not exist. 3" "$(err xm destroy -x) $(status xm destroy -x)"
is 'xm: nor is -f one in destroy' "Error: 'xm destroy' requires 1 arguments." "$(err xm destroy -f web | head -n 1)"
check 'xm: create takes options, file and VAR=VAL in any order' \
    'xm create memory=32 -n web.cfg name=x -q | grep -q "(name x)" && xm create name=x web.cfg memory=32 -qn | grep -q "(memory 32)"'
check 'xm: the last bare word is the file' 'xm create -qn nowhere web.cfg | grep -q "(name web)"'
is 'xm: a bad option is named, help follows on stdout, 1' "Error: option -Q not recognized|Usage: xm list [options] [DOMAIN...]|1" \
    "$(err xm list -Q)|$(out xm list -Q | head -n 1)|$(status xm list -Q)"
is 'xm: the words of bad options' "Error: option --nonsense not recognized
Error: option --state requires argument
Error: option -f requires argument
Error: option --long must not have an argument" \
    "$(err xm list --nonsense=3; err xm list --state; err xm create -f; err xm list --long=3)"
is 'xm: a wrong number of words' "Error: 'xm pause' requires 1 arguments.||Usage: xm pause DOMAIN|1" \
    "$(err xm pause | tr '\n' '|')$(out xm pause | head -n 1)|$(status xm pause)"
is 'xm: a number of words out of a range' "Error: 'xm dump-core' requires between 1 and 2 arguments." "$(err xm dump-core a b c | head -n 1)"

# --- xm: status ---

is 'xm: an unknown guest ends with 3 and no help' "Error: Domain 'nobody' does not exist.||3" "$(err xm pause nobody)|$(out xm pause nobody)|$(status xm pause nobody)"
is 'xm: one unknown guest among several: nothing is shown' '3  3  3 ' \
    "$(echo "$(status xm list web nobody) $(out xm list web nobody) $(status xm vcpu-list web nobody) $(out xm vcpu-list web nobody) $(status xm uptime web nobody) $(out xm uptime web nobody)")"
is 'xm: a refusal ends with 1, and help follows' "Error: Domain 'kept' is not started|Usage: xm pause DOMAIN|1" \
    "$(err xm pause kept)|$(out xm pause kept | head -n 1)|$(status xm pause kept)"
is 'xm: a refusal of create ends with 1 without help' "Error: Domain 'web' already exists with ID '1'||1" \
    "$(err xm create -q web.cfg)|$(out xm create -q web.cfg)|$(status xm create -q web.cfg)"
is 'xm: what is no number' "Error: Invalid argument.|Usage: xm vcpu-pin [options] DOMAIN VCPU|1" \
    "$(err xm vcpu-pin web x 0)|$(out xm vcpu-pin web x 0 | head -n 1 | cut -d'|' -f1)|$(status xm vcpu-pin web x 0)"
is 'xm: what is no number, for create' 'Error: command line: vcpus=abc: Invalid value: abc||1' \
    "$(err xm create -q web.cfg vcpus=abc)|$(out xm create -q web.cfg vcpus=abc)|$(status xm create -q web.cfg vcpus=abc)"

# --- xm: how a guest is named ---

is 'xm: by name, number and uuid' '1 1 1' "$(echo $(out xm domid web) $(out xm domid 1) $(out xm domid "$uuid"))"
is 'xm: a halted one by name and uuid' 'kept kept' "$(echo $(out xm domname kept) $(out xm domname "$(xm list --json kept | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')"))"
xm create -q web.cfg name=1
is 'xm: a name that is a number hides the number' '2 2' "$(echo $(out xm domid 1) $(out xl domid 1))"

# --- xl: options before the command ---

is 'xl: alone, help on stdout and 1' 'Usage xl [-vfNtT] <subcommand> [args] 1' "$(out xl | head -n 1) $(status xl)"
is 'xl: -h and --help are none' '1 1' "$(echo $(status xl -h) $(status xl --help))"
is 'xl: an unknown one' 'unknown global option -Q' "$(err xl -Q list)"
check 'xl: known ones, together and apart' 'xl -v -f -t list web && xl -vft list web | grep -q ^web && xl -- list web'
is 'xl: -N where it is not understood' 'command does not implement -N (dryrun) option 1' "$(err xl -N list) $(status xl -N list)"
check 'xl: -N create makes nothing' 'xl -N create web.cfg "name=\"dry\"" | grep -q "\"name\": \"dry\"" && ! xl domid dry'
is 'xl: -N vcpu-pin' 'cpumap: 0 any cpu' "$(out xl -N vcpu-pin web 0 0) $(out xl vcpu-list web | sed -n '2s/.*\(any cpu\|all\) .*/any cpu/p')"
like 'xl: -T puts date, zone and pid before what is logged' '^20[0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9:]{8} UTC \[[0-9]+\] ' \
    "$(mkdir "$host/xm/domains/.new-$uuid" && err xl -T -vvv list)"
like 'xl: without -T nothing stands before it' '^removed ' "$(mkdir "$host/xm/domains/.new-$uuid" && err xl -vvv list)"
is 'xl: without -v nothing is logged' '' "$(mkdir "$host/xm/domains/.new-$uuid" && err xl list)"

# --- xl: commands and help ---

is 'xl: a unique start, of one letter, too' '0 0 1' "$(echo $(status xl lis) $(status xl l) $(status xl d))"
is 'xl: an unknown command' 'command not implemented||1' "$(err xl nonsense)|$(out xl nonsense)|$(status xl nonsense)"
check 'xl: commands that it never had do not stand in the way of starts' 'xl res nowhere 2>&1 | grep "^nowhere: No such file" && xm res nowhere 2>&1 | grep "res not found"'
is 'xl: the layout of help' 'Usage xl [-vfNtT] <subcommand> [args]||xl full list of subcommands:||' "$(out xl help | head -n 4 | tr '\n' '|')"
check 'xl: a row is a name in 19 columns and its text' 'xl help | grep -q "^ pause               Stop a guest"'
is 'xl: help of a command' 'Usage: xl [-vtTfN] create [options] FILE [VAR=VAL]...||Make a guest run out of a configuration.||Options:||' \
    "$(out xl help create | head -n 6 | tr '\n' '|')"
is 'xl: letters of a command that changes nothing' 'Usage: xl [-vtT] list [options] [DOMAIN]' "$(out xl list -h | head -n 1)"
is 'xl: help COMMAND, -h and --help are one, on stdout' "$(out xl help list; out xl help list)" "$(out xl list -h; out xl list --help)"
is 'xl: their status' '0 0 0 0' "$(echo $(status xl help) $(status xl help list) $(status xl list -h) $(status xl destroy web --help))"
check 'xl: -h of a command does nothing' 'xl domid web'
is 'xl: help of what is none' 'command "nonsense" not implemented 0' "$(out xl help nonsense) $(status xl help nonsense)"

# --- xl: options of commands ---

check 'xl: options before and after the operands' 'xl list -v web >a && xl list web --verbose >b && cut -c 1-60 a >c && cut -c 1-60 b | cmp - c'
is 'xl: an unknown option' "option \`q' not supported.||2" "$(err xl list -q)|$(out xl list -q)|$(status xl list -q)"
is 'xl: what looks like a negative number is one, too' "option \`1' not supported. 2" "$(err xl list -1) $(status xl list -1)"
is 'xl: a long one' '2 2 2' "$(echo $(status xl list --nonsense) $(status xl list --long=3) $(status xl create --defconfig))"
is 'xl: also where the command has none' "option \`x' not supported. 2" "$(err xl pause -x) $(status xl pause -x)"
is 'xl: -- ends them' '-x is an invalid domain identifier (rc=-6) 1' "$(err xl pause -- -x) $(status xl pause -- -x)"
is 'xl: too few operands' "'xl pause' requires at least 1 argument.||Usage: xl [-vtTf] pause DOMAIN|2" \
    "$(err xl pause | tr '\n' '|')$(out xl pause | head -n 1)|$(status xl pause)"
is 'xl: too few of several' "'xl save' requires at least 2 arguments." "$(err xl save web | head -n 1)"
is 'xl: too many operands' "'xl pause' takes at most 1 argument.|'xl dmesg' takes no arguments.|2" \
    "$(err xl pause a b | head -n 1)|$(err xl dmesg a | head -n 1)|$(status xl dmesg a)"

# --- xl: status ---

is 'xl: an unknown guest' 'nobody is an invalid domain identifier (rc=-6) 1' "$(err xl pause nobody) $(status xl pause nobody)"
is 'xl: an unknown number: 0 where stock xl went on' '0 0 0 1 1 1' "$(echo $(status xl pause 77) $(status xl unpause 77) \
    $(status xl sysrq 77 s) $(status xl destroy 77) $(status xl shutdown 77) $(status xl list 77))"
is 'xl: create: failed, unreadable, no file, two files, wrong syntax' '3 3 3 6 2 1' "$(echo $(status xl create web.cfg) \
    $(status xl create nowhere) $(status xl create "$work") $(status xl create) $(status xl create a b) \
    $(echo 'name = = 1' >bad.cfg; status xl create bad.cfg))"
is 'xl: restore ends with 1 whatever it was' '1 1' "$(echo $(status xl restore nowhere) $(status xl restore web.cfg))"

# --- xl: how a guest is named ---

is 'xl: digits are a number, never a name' 'web' "$(out xl domname 1)"
is 'xl: an empty word is domain 0' 'Domain-0' "$(out xl list '' | sed -n '2s/ .*//p')"
is 'xl: a uuid is none' "$uuid is an invalid domain identifier (rc=-6)" "$(err xl pause "$uuid")"
is 'xl: a halted guest is none' 'kept is an invalid domain identifier (rc=-6) 1' "$(err xl list kept) $(status xl list kept)"

# --- which dialect ---

check 'the name decides, --dialect overrides it' 'xl --dialect=xm list | grep -q "State   Time(s)" && xm --dialect xl list | grep -Pq "VCPUs\tState"'
refuse 'an unknown dialect' 1 "unknown dialect 'vl' \(xm or xl\)" 'xm --dialect=vl list'
done_testing
