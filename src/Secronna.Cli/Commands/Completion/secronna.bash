# Completes secronna in bash: the shell asks the program which words may come next. Where the program knows none, file names are completed.
_secronna() {
    local current=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} word
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        # The words after -- belong to another program.
        [[ $word == -- ]] && line=
    done
    if [[ -n $line ]]; then
        line="secronna ${line#* }"
        while IFS= read -r word; do
            [[ -n $word && $word == "$current"* ]] || continue
            [[ $word != -* || $current == -* ]] && COMPREPLY+=("$word")
        done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
    fi
    if ((${#COMPREPLY[@]} == 0)); then
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null || true
    fi
    return 0
}
complete -F _secronna secronna
