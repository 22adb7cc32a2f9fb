# bash completion of kubectl-checkpoint: source <(kubectl checkpoint completion bash)
_kubectl_checkpoint() {
    local words=("${COMP_WORDS[@]:1:COMP_CWORD}") line lines
    # bash cuts words at "=": --output=js is three of them, of which the last is replaced.
    local current="${COMP_WORDS[COMP_CWORD]}" before=""
    if [[ $current == "=" ]]; then
        before="${COMP_WORDS[COMP_CWORD-1]}=" current=""
        words=("${COMP_WORDS[@]:1:COMP_CWORD-2}" "$before")
    elif ((COMP_CWORD > 2)) && [[ ${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
        before="${COMP_WORDS[COMP_CWORD-2]}="
        words=("${COMP_WORDS[@]:1:COMP_CWORD-3}" "$before$current")
    fi
    COMPREPLY=()
    mapfile -t lines < <(kubectl-checkpoint __complete "${words[@]}" 2> /dev/null)
    ((${#lines[@]})) || return 0
    if [[ ${lines[-1]} == ":0" ]]; then
        compopt -o default 2> /dev/null
        return 0
    fi
    unset 'lines[-1]'
    for line in "${lines[@]}"; do
        line=${line%%$'\t'*}
        COMPREPLY+=("${line#"$before"}")
    done
}
complete -F _kubectl_checkpoint kubectl-checkpoint
