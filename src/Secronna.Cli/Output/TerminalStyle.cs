using Secronna.Cli.Variables;
using Secronna.Protocol;

namespace Secronna.Cli.Output;

/// <summary>Colours text for a terminal. There are no colours in a file or pipe, where NO_COLOR is set, or where TERM is dumb.</summary>
/// <param name="isOn">Whether to use colours.</param>
internal sealed class TerminalStyle(bool isOn)
{
    private const string End = "\e[0m";

    /// <summary>The style of standard output.</summary>
    public static TerminalStyle Output => new(IsWanted && !Console.IsOutputRedirected);

    /// <summary>The style of standard error.</summary>
    public static TerminalStyle Error => new(IsWanted && !Console.IsErrorRedirected);

    private static bool IsWanted =>
        EnvironmentVariables.Find("NO_COLOR") is null && EnvironmentVariables.Find("TERM") != "dumb";

    public string Bold(string text) => With("\e[1m", text);

    /// <summary>A message in which a leading "Error" is bold and red.</summary>
    public string Message(string message) =>
        message.StartsWith("Error", StringComparison.Ordinal) ? With("\e[1;31m", "Error") + message["Error".Length..] : message;

    /// <summary>Colours a result: green means added or succeeded, yellow means changed, red means missing or failed.</summary>
    /// <param name="word">The result.</param>
    /// <param name="text">The text to print for it.</param>
    public string Result(string word, string text) => word switch
    {
        ImportResults.Added or CompareResults.OnlyThere or AuditOutcomes.Success => With("\e[32m", text),
        ImportResults.Changed or CompareResults.Different or RestoreResults.Restored => With("\e[33m", text),
        CompareResults.OnlyHere or RestoreResults.Pruned or RestoreResults.Unrecoverable or AuditOutcomes.Denied or AuditOutcomes.Failed =>
            With("\e[31m", text),
        _ => text,
    };

    private string With(string colour, string text) => isOn ? colour + text + End : text;
}
