# fish completion of kubectl-checkpoint: kubectl checkpoint completion fish | source
function __kubectl_checkpoint_lines
    set -l words (commandline -opc) (commandline -ct)
    kubectl-checkpoint __complete $words[2..-1] 2>/dev/null
end
function __kubectl_checkpoint_words
    __kubectl_checkpoint_lines | string match -v -r '^:[0-9]+$'
end
function __kubectl_checkpoint_is_file
    test (__kubectl_checkpoint_lines)[-1] = :0
end
complete -c kubectl-checkpoint -f -a '(__kubectl_checkpoint_words)'
complete -c kubectl-checkpoint -F -n __kubectl_checkpoint_is_file
