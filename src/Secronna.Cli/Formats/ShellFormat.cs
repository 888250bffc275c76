using Secronna.Cli.Errors;
using Secronna.Cli.Variables;
using Secronna.Protocol;

namespace Secronna.Cli.Formats;

/// <summary>
/// Writes commands that export variables, for bash and any POSIX sh. Between single quotes a shell takes every character
/// literally except the quote itself. Some variables are refused, because a shell gives their names a meaning.
/// </summary>
internal static class ShellFormat
{
    // Variables that are read-only, set by the shell itself, or not exported.
    private static readonly HashSet<string> OfShell =
    [
        "_", "BASHOPTS", "BASHPID", "BASH_ALIASES", "BASH_ARGC", "BASH_ARGV", "BASH_CMDS", "BASH_COMMAND", "BASH_COMPAT", "BASH_LINENO",
        "BASH_MONOSECONDS", "BASH_SOURCE", "BASH_SUBSHELL", "BASH_TRAPSIG", "BASH_VERSINFO", "BASH_XTRACEFD", "DIRSTACK", "EGID",
        "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GID", "GROUPS", "HISTCMD", "LINENO", "OPTIND", "PPID", "RANDOM", "SECONDS",
        "SHELLOPTS", "SRANDOM", "UID",
    ];

    // Variables that some shell reads as numbers. A number is an expression, which can contain a command: a[$(command)].
    private static readonly HashSet<string> Numbers =
    [
        "BAUD", "COLUMNS", "DIRSTACKSIZE", "FUNCNEST", "HISTSIZE", "KEYTIMEOUT", "LINES", "LISTMAX", "LOGCHECK", "MAILCHECK", "REPORTMEMORY",
        "REPORTTIME", "SAVEHIST", "SHLVL", "TMOUT", "TRY_BLOCK_ERROR", "TRY_BLOCK_INTERRUPT", "TTYIDLE", "ZSH_SUBSHELL",
    ];

    // Variables that an interactive shell expands, running the commands in them, or that name files of commands.
    private static readonly HashSet<string> Expanded = new(
        ["FCEDIT", "MAILPATH", "PROMPT2", "PROMPT3", "PROMPT4", "RPS1"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The command for a key and its value.</summary>
    /// <exception cref="CliException">A shell can't hold the key or value, or would do more with it than store it.</exception>
    public static string Line(string key, string value)
    {
        Require(key, value);
        return $"export {key}='{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static void Require(string key, string value)
    {
        if (!Names.IsKey(key) || OfShell.Contains(key))
        {
            throw new CliException($"{key} can't be the name of a shell variable: leave it out with --only");
        }

        if (RefusedVariables.Has(key) || Expanded.Contains(key) || (Numbers.Contains(key) && !value.All(char.IsAsciiDigit)))
        {
            throw new CliException($"the variable {key} changes what a shell runs: leave it out with --only");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new CliException($"the value of {key} contains U+0000, which no variable can hold: leave it out with --only");
        }
    }
}
