#compdef secronna
# Completes secronna in zsh: the program itself says what may follow. Where it knows nothing, files do.
_secronna() {
    local line="secronna ${(j: :)words[2,CURRENT-1]} $PREFIX"
    local -a candidates
    ((CURRENT > 2)) || line="secronna $PREFIX"
    # After -- a command's own words follow.
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
