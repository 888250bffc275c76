using System.Collections;
using Secronna.Cli.Errors;
using Secronna.Cli.Variables;

namespace Secronna.Cli.Commands.Run;

/// <summary>
/// The environment variables of a program that <c>run</c> starts: the inherited variables and the secrets. The secrets take
/// precedence.
/// </summary>
internal static class ChildVariables
{
    /// <summary>The variables by name.</summary>
    /// <param name="secrets">The secrets.</param>
    /// <param name="inheritsNothing">Whether to leave out the variables of this process.</param>
    /// <param name="allowed">
    /// The keys that secrets may have although variables of these names change what the program runs.
    /// </param>
    /// <exception cref="CliException">
    /// A key or a value can't be put into a variable, or a key would change what the program runs.
    /// </exception>
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
            throw new CliException($"{key} can't be the name of a variable: leave it out with --only");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new CliException($"the value of {key} contains U+0000, which no variable can hold: leave it out with --only");
        }

        if (RefusedVariables.Has(key) && !allowed.Contains(key, StringComparer.Ordinal))
        {
            throw new CliException($"the variable {key} changes what the program runs: leave it out with --only, or allow it with --allow {key}");
        }
    }
}
