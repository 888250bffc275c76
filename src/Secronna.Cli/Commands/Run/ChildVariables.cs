using System.Collections;

namespace Secronna.Cli.Commands.Run;

/// <summary>The variables of a command: what is inherited, and the secrets, which win.</summary>
internal static class ChildVariables
{
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

        if (RefusedVariables.Has(key) && !allowed.Contains(key, StringComparer.Ordinal))
        {
            throw new CliException($"{key} changes what the command runs: leave it out with --only, or say --allow {key}");
        }
    }
}
