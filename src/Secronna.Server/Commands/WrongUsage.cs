using System.CommandLine;
using System.CommandLine.Parsing;

namespace Secronna.Server.Commands;

/// <summary>
/// Says what is wrong with a command line. It repeats no typed word, because the word may be a secret typed in the wrong place.
/// </summary>
internal static class WrongUsage
{
    /// <summary>
    /// A message that says what is wrong and names the help to read; <c>null</c> when nothing is wrong.
    /// </summary>
    public static string? Of(ParseResult parsed) =>
        Reason(parsed) is { } reason ? $"{reason}. See {string.Join(' ', PathOf(parsed.CommandResult))} --help" : null;

    private static string? Reason(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.Errors.Count == 0 && parsed.Action != command.Action)
        {
            return null;
        }

        if (Strays(parsed).FirstOrDefault() is { } stray)
        {
            return Unknown(command, stray) + "; if it is not meant as an option, write -- before it";
        }

        if (Missing(parsed).ToList() is { Count: > 0 } missing)
        {
            return $"missing: {string.Join(", ", missing)}";
        }

        if (parsed.Errors.Select(error => error.SymbolResult).OfType<OptionResult>().FirstOrDefault() is { } wrong)
        {
            return $"{wrong.Option.Name} {ProblemOf(wrong)}";
        }

        return parsed.UnmatchedTokens is [var word, ..] ? Unknown(command, word)
            : parsed.Errors.Count == 0 ? null
            : command.Subcommands.Count > 0 ? $"a command must follow: {CommandsOf(command)}"
            : "a value is not allowed";
    }

    // If a word begins with -- and is not a known option, the library treats it as an argument.
    private static IEnumerable<string> Strays(ParseResult parsed) =>
        parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash) ? [] : parsed.CommandResult.Command.Arguments
            .SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? [])
            .Select(token => token.Value)
            .Where(value => value.StartsWith("--", StringComparison.Ordinal));

    private static IEnumerable<string> Missing(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return command.Options
            .Where(option => option.Required && parsed.GetResult(option) is null or { Implicit: true } or { Tokens.Count: 0 })
            .Select(option => option.Name)
            .Concat(command.Arguments
                .Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 })
                .Select(argument => argument.Name));
    }

    private static string ProblemOf(OptionResult wrong) =>
        wrong.Tokens.Count == 0 ? "needs a value"
        : wrong.Tokens.Count > wrong.Option.Arity.MaximumNumberOfValues ? "may be given only once"
        : wrong.Option.ValueType == typeof(int) || wrong.Option.ValueType == typeof(int?) ? "must be a whole number"
        : "has a value that is not allowed";

    private static string Unknown(Command command, string word) =>
        word.StartsWith('-') ? $"there is no such option: the options are {OptionsOf(command)}"
        : command is { Arguments.Count: 0, Subcommands.Count: > 0 } ? $"there is no such command: the commands are {CommandsOf(command)}"
        : "there are too many words: a value that contains spaces must be quoted";

    private static string CommandsOf(Command command) => string.Join(", ", command.Subcommands.Select(subcommand => subcommand.Name));

    private static string OptionsOf(Command command) =>
        string.Join(", ", command.Options.Select(option => option.Name).Append("--help").Distinct());

    private static IEnumerable<string> PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? [.. PathOf(parent), result.Command.Name] : ["secronna-server"];
}
