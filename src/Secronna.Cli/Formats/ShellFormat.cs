using Secronna.Protocol;

namespace Secronna.Cli.Formats;

/// <summary>
/// Commands for bash and a POSIX sh that export variables. Between single quotes a shell takes everything as it stands, but for
/// the quote itself; what remains is what a shell does with a variable for its name.
/// </summary>
internal static class ShellFormat
{
    // Readonly, set by the shell itself, or not exported.
    private static readonly HashSet<string> OfShell =
    [
        "_", "BASHOPTS", "BASHPID", "BASH_ALIASES", "BASH_ARGC", "BASH_ARGV", "BASH_CMDS", "BASH_COMMAND", "BASH_COMPAT", "BASH_LINENO",
        "BASH_MONOSECONDS", "BASH_SOURCE", "BASH_SUBSHELL", "BASH_TRAPSIG", "BASH_VERSINFO", "BASH_XTRACEFD", "DIRSTACK", "EGID",
        "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GID", "GROUPS", "HISTCMD", "LINENO", "OPTIND", "PPID", "RANDOM", "SECONDS",
        "SHELLOPTS", "SRANDOM", "UID",
    ];

    // Some shell reads them as numbers, which are expressions, in which a command can stand: a[$(command)].
    private static readonly HashSet<string> Numbers =
    [
        "BAUD", "COLUMNS", "DIRSTACKSIZE", "FUNCNEST", "HISTSIZE", "KEYTIMEOUT", "LINES", "LISTMAX", "LOGCHECK", "MAILCHECK", "REPORTMEMORY",
        "REPORTTIME", "SAVEHIST", "SHLVL", "TMOUT", "TRY_BLOCK_ERROR", "TRY_BLOCK_INTERRUPT", "TTYIDLE", "ZSH_SUBSHELL",
    ];

    // Expanded by an interactive shell, commands and all, or files of commands.
    private static readonly HashSet<string> Expanded = new(
        ["FCEDIT", "MAILPATH", "PROMPT2", "PROMPT3", "PROMPT4", "RPS1"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The command for a key and its value.</summary>
    /// <exception cref="CliException">The shell can't hold it, or would do something else with it than keep it.</exception>
    public static string Line(string key, string value)
    {
        Require(key, value);
        return $"export {key}='{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static void Require(string key, string value)
    {
        if (!Names.IsKey(key) || OfShell.Contains(key))
        {
            throw new CliException($"{key} can't be the name of a shell's variable: leave it out with --only");
        }

        if (RefusedVariables.Has(key) || Expanded.Contains(key) || (Numbers.Contains(key) && !value.All(char.IsAsciiDigit)))
        {
            throw new CliException($"{key} changes what a shell runs: leave it out with --only");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new CliException($"the value of {key} has a U+0000, which no variable can hold: leave it out with --only");
        }
    }
}
