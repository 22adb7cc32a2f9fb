#compdef kubectl-checkpoint
# zsh completion of kubectl-checkpoint: source <(kubectl checkpoint completion zsh)
_kubectl-checkpoint() {
    local -a lines items
    local line
    lines=("${(@f)$(kubectl-checkpoint __complete "${(@)words[2,CURRENT]}" 2> /dev/null)}")
    if [[ ${lines[-1]} == ":0" ]]; then
        _files
        return
    fi
    for line in "${(@)lines[1,-2]}"; do
        # A colon parts word and meaning.
        if [[ $line == *$'\t'* ]]; then
            items+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        else
            items+=("${line//:/\\:}")
        fi
    done
    _describe 'kubectl-checkpoint' items
}
# Run by the completion system itself, or sourced.
if [[ ${funcstack[1]} == _kubectl-checkpoint ]]; then
    _kubectl-checkpoint
elif (( $+functions[compdef] )); then
    compdef _kubectl-checkpoint kubectl-checkpoint
fi
