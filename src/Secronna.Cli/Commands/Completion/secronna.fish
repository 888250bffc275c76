# Completes secronna in fish: the shell asks the program which words may come next. Where the program knows none, file names are completed.
function __secronna_candidates
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l candidates
    # The words after -- belong to another program.
    if not contains -- -- $before
        set -l line (string join ' ' -- secronna $before[2..-1] "$current")
        set candidates ($before[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
        string match -q -- '-*' "$current"; or set candidates (string match -v -- '-*' $candidates)
        set candidates (string match -r -- '^'(string escape --style=regex -- "$current")'.*' $candidates | string match -r '.+')
    end
    if test (count $candidates) -gt 0
        printf '%s\n' $candidates
    else
        __fish_complete_path "$current"
    end
end
complete -c secronna -f -a '(__secronna_candidates)'
