using System.Collections;

namespace Secronna.Cli.Commands.Run;

/// <summary>The variables of a command: what is inherited, and the secrets, which win.</summary>
internal static class ChildVariables
{
    // Who can write a secret under one of these names would choose what the command runs.
    private static readonly HashSet<string> Refused = new(
        [
            "PATH", "BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "PROMPT_COMMAND", "PS4", "IFS", "CDPATH", "GCONV_PATH", "HOSTALIASES",
            "NODE_OPTIONS", "NODE_PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PERL5LIB", "PERL5OPT", "PERLLIB",
            "RUBYLIB", "RUBYOPT", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "DOTNET_STARTUP_HOOKS",
            "DOTNET_ADDITIONAL_DEPS", "DOTNET_SHARED_STORE", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "EDITOR", "VISUAL", "PAGER",
            "COMSPEC", "PATHEXT", "PSMODULEPATH", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] RefusedPrefixes = ["LD_", "DYLD_", "BASH_FUNC_", "CORECLR_", "COR_", "MALLOC_"];

    /// <summary>Name and value of each.</summary>
    /// <exception cref="CliException">A key or value that no variable can hold, or that would change what is run.</exception>
    public static IReadOnlyDictionary<string, string> Of(
        IEnumerable<(string Key, string Value)> secrets, bool inheritsNothing, IReadOnlyCollection<string> allowed)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!inheritsNothing)
        {
            foreach (DictionaryEntry inherited in Environment.GetEnvironmentVariables())
            {
                variables[(string)inherited.Key] = (string)inherited.Value!;
            }
        }

        foreach (var (key, value) in secrets)
        {
            Require(key, value, allowed);
            variables[key] = value;
        }

        return variables;
    }

    /// <summary>Whether a variable of this name can make a program run something else.</summary>
    public static bool ChangesWhatRuns(string key) =>
        Refused.Contains(key) || RefusedPrefixes.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static void Require(string key, string value, IReadOnlyCollection<string> allowed)
    {
        if (key.Contains('=', StringComparison.Ordinal) || key.Contains('\0', StringComparison.Ordinal))
        {
            throw new CliException($"{key} can't be the name of a variable");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new CliException($"the value of {key} has a U+0000, which no variable can hold: leave it out with --only");
        }

        if (ChangesWhatRuns(key) && !allowed.Contains(key, StringComparer.Ordinal))
        {
            throw new CliException($"{key} changes what the command runs: leave it out with --only, or say --allow {key}");
        }
    }
}
