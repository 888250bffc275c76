using Secronna.Protocol;

namespace Secronna.Cli.Output;

/// <summary>Colours, for a terminal alone: never for a program that reads along, nor where NO_COLOR is set or TERM is dumb.</summary>
/// <param name="isOn">Whether there are any.</param>
internal sealed class Style(bool isOn)
{
    private const string End = "\e[0m";

    /// <summary>That of standard output.</summary>
    public static Style Output => new(IsWanted && !Console.IsOutputRedirected);

    /// <summary>That of standard error.</summary>
    public static Style Error => new(IsWanted && !Console.IsErrorRedirected);

    private static bool IsWanted =>
        Variables.Find("NO_COLOR") is null && Variables.Find("TERM") != "dumb";

    public string Bold(string text) => With("\e[1m", text);

    /// <summary>A message whose first word, if that is Error, stands out.</summary>
    public string Message(string message) =>
        message.StartsWith("Error", StringComparison.Ordinal) ? With("\e[1;31m", "Error") + message["Error".Length..] : message;

    /// <summary>A result by what it is: green is more or went well, yellow is another, red is less or went badly.</summary>
    /// <param name="word">The result.</param>
    /// <param name="text">What is printed for it.</param>
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
