#compdef xm
# Completion of xm for zsh. What may stand where is xm's own knowledge: it is asked.
local -a options candidates plain assigned
local candidate i=2 files=

# Options before the command choose the host that is asked for its guests.
while (( i < CURRENT )); do
    case $words[i] in
    (--host|--dialect|--config) options+=("$words[i]" "$words[i+1]"); (( i += 2 )) ;;
    (-*) options+=("$words[i]"); (( i++ )) ;;
    (*) break ;;
    esac
done
(( i <= CURRENT )) || return 1
candidates=(${(f)"$($words[1] $options __complete "${(@)words[i,CURRENT]}" 2>/dev/null)"})
for candidate in $candidates; do
    case $candidate in
    (@file) files=1 ;;
    (*=) assigned+=("$candidate") ;;
    (*) plain+=("$candidate") ;;
    esac
done
(( $#plain )) && compadd -- $plain
(( $#assigned )) && compadd -S '' -- $assigned
[[ -z $files ]] || _files
