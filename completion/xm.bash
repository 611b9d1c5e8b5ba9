# Completion of xm for bash. What may stand where is xm's own knowledge: it is asked.
_xm() {
    local line=${COMP_LINE:0:COMP_POINT} words=() options=() last cut i candidate
    # bash splits words at '=' and ':', of which options and guests' names may be full.
    read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=('')
    last=${words[-1]}
    cut=${last%"${COMP_WORDS[COMP_CWORD]}"}
    [[ $last != *[=:] ]] || cut=$last
    COMPREPLY=()

    # Options before the command choose the host that is asked for its guests.
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
        --host | --dialect | --config) options+=("${words[i]}" "${words[i + 1]}"); ((i++)) ;;
        -*) options+=("${words[i]}") ;;
        *) break ;;
        esac
    done
    ((i < ${#words[@]})) || return
    while IFS= read -r candidate; do
        case $candidate in
        @file) while IFS= read -r candidate; do COMPREPLY+=("${candidate#"$cut"}"); done < <(compgen -f -- "$last")
               compopt -o filenames 2>/dev/null ;;
        *=) COMPREPLY+=("${candidate#"$cut"}"); compopt -o nospace 2>/dev/null ;;
        *) COMPREPLY+=("${candidate#"$cut"}") ;;
        esac
    done < <("${words[0]}" "${options[@]}" __complete "${words[@]:i}" 2>/dev/null)
}
complete -F _xm xm
