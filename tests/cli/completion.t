#!/bin/bash
# The completion of bash, played as bash plays it: words split at blanks, '=' and ':'.
. "$(dirname "$0")/sim.sh"

src=${abs_top_srcdir:-$(cd "$tests_dir/.." && pwd)}
. "$src/completion/xm.bash"

# What the shell would offer at the end of LINE, sorted, in one line.
offers() {              # LINE
    local COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=() COMP_CWORD COMPREPLY=() piece
    for piece in $(sed 's/[=:]/ & /g' <<<"$1"); do COMP_WORDS+=("$piece"); done
    [[ $1 != *[[:space:]=:] ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _xm 2>/dev/null
    printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | paste -sd ' '
}

guest web
guest 'db:1'
check 'new, for completion: two guests' 'xm new -q web.cfg && xm new -q db:1.cfg'

is 'a command by its start' 'create' "$(offers 'xm cre')"
is 'hidden commands are not offered' '' "$(offers 'xm __')"
is 'guests where a DOMAIN may stand' 'Domain-0 db:1 web' "$(offers 'xm start ')"
is 'a guest by its start' 'web' "$(offers 'xm start w')"
is 'the rest of a name behind a colon' '1' "$(offers 'xm start db:')"
is 'options by their start' '--paused' "$(offers 'xm start --p')"
is 'files where a FILE may stand' 'web.cfg' "$(offers 'xm new web')"
is 'keys of a configuration' 'memory_sharing=' "$(offers 'xm create web.cfg memory_')"
is 'after options of xm itself' 'web' "$(offers "xm --host=$XM_HOST start w")"
is 'another host has other guests' 'Domain-0' "$(offers "xm --host sim:$tap_dir/other start ")"
is 'nothing for a command that is none' '' "$(offers 'xm nonsense w')"
done_testing
