#compdef secronna
# Completes secronna in zsh: the shell asks the program which words may come next. Where the program knows none, file names are completed.
_secronna() {
    local line="secronna ${(j: :)words[2,CURRENT-1]} $PREFIX"
    local -a candidates
    ((CURRENT > 2)) || line="secronna $PREFIX"
    # The words after -- belong to another program.
    if ((! ${words[2,CURRENT-1][(I)--]})); then
        candidates=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
        candidates=("${(@M)candidates:#${(b)PREFIX}*}")
        candidates=(${candidates:#})
        [[ $PREFIX == -* ]] || candidates=("${(@)candidates:#-*}")
    fi
    if (($#candidates)); then
        compadd -- "${candidates[@]}"
    else
        _files
    fi
}
if [[ $funcstack[1] == _secronna ]]; then
    _secronna "$@"
elif (($+functions[compdef])); then
    compdef _secronna secronna
fi
