using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Secronna.Cli.Help;

/// <summary>
/// Says what is wrong with a command line, and which command or option the user may have meant. It repeats nothing that was
/// typed, because a typed word may be a value in the wrong place.
/// </summary>
internal static partial class UsageErrors
{
    /// <summary>What is wrong, and which help says more; <c>null</c> where the command line is right.</summary>
    public static string? Of(ParseResult parsed) =>
        Reason(parsed) is { } reason ? $"{reason}. See {string.Join(' ', PathOf(parsed.CommandResult))} --help" : null;

    private static string? Reason(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        if (parsed.Errors.Count == 0 && parsed.Action != result.Command.Action)
        {
            return null;
        }

        if (MisspeltOptions(parsed).FirstOrDefault() is { } option)
        {
            return Unknown(result, option) + "; if it is not meant as an option, write -- before it";
        }

        if (Missing(parsed).ToList() is { Count: > 0 } missing)
        {
            return $"missing: {string.Join(", ", missing)}";
        }

        if (parsed.Errors.Select(error => error.SymbolResult).OfType<OptionResult>().FirstOrDefault() is { } wrong)
        {
            return $"{wrong.Option.Name} {Rule(wrong)}";
        }

        return parsed.UnmatchedTokens is [var first, ..] ? Unknown(result, first)
            : parsed.Errors.Count > 0 ? $"a command must follow: {CommandsOf(result.Command)}"
            : null;
    }

    private static IEnumerable<string> Missing(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var arguments = command.Arguments
            .Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 });
        var options = command.Options.Where(option => option.Required && parsed.GetResult(option) is null or { Tokens.Count: 0 });
        return arguments.Select(argument => argument.Name).Concat(options.Select(option => option.Name));
    }

    // The rule that the option's value breaks.
    private static string Rule(OptionResult wrong)
    {
        var allowed = wrong.Option.GetCompletions(CompletionContext.Empty).Select(one => one.Label).ToList();
        return wrong.Tokens.Count == 0 ? "needs a value"
            : wrong.Tokens.Count > wrong.Option.Arity.MaximumNumberOfValues ? "may be given only once"
            : allowed.Count > 0 ? $"must be one of {string.Join(", ", allowed)}"
            : wrong.Option.ValueType == typeof(int) || wrong.Option.ValueType == typeof(int?) ? "must be a whole number"
            : "has a value that is not allowed";
    }

    private static string Unknown(CommandResult result, string word)
    {
        var commands = result.Command.Subcommands;
        return OptionPattern().IsMatch(word) ? "there is no such option" + NameSuggestion.For(word.Split('=')[0], OptionsOf(result))
            : commands.Count == 0 ? "there are too many words: a value that contains spaces must be quoted"
            : NameSuggestion.For(word, commands.Select(command => command.Name)) is { Length: > 0 } suggestion ? "there is no such command" + suggestion
            : $"there is no such command: the commands are {CommandsOf(result.Command)}";
    }

    private static string CommandsOf(Command command) => string.Join(", ", command.Subcommands.Select(one => one.Name));

    // The options of the command itself, and those that it has from the commands above it.
    private static IEnumerable<string> OptionsOf(CommandResult result)
    {
        var inherited = AncestorsOf(result).SelectMany(command => command.Options.Where(option => option.Recursive && option is not HelpOption));
        return result.Command.Options.Concat(inherited).Select(option => option.Name);
    }

    // System.CommandLine takes an unknown option for an argument.
    private static IEnumerable<string> MisspeltOptions(ParseResult parsed)
    {
        var afterDashes = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        return parsed.CommandResult.Command.Arguments
            .Select(argument => parsed.GetResult(argument)?.Tokens is [var first, ..] ? first : null)
            .OfType<Token>()
            .Where(token => !afterDashes.Contains(token) && OptionPattern().IsMatch(token.Value))
            .Select(token => token.Value);
    }

    private static IEnumerable<Command> AncestorsOf(CommandResult result) =>
        result.Parent is CommandResult parent ? AncestorsOf(parent).Append(parent.Command) : [];

    // The executable may have any name, so the root command's own is not used.
    private static IEnumerable<string> PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? [.. PathOf(parent), result.Command.Name] : ["secronna"];

    [GeneratedRegex(@"\A--?[A-Za-z][A-Za-z0-9-]*(=|\z)")]
    private static partial Regex OptionPattern();
}
