using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Secronna.Cli.Help;

/// <summary>
/// What is wrong with a command line, and what it may have been meant to be. Nothing that was typed is repeated: it may be
/// a value that lost its way.
/// </summary>
internal static partial class WrongUsage
{
    /// <summary>What is wrong, and whose help says more; null where nothing is.</summary>
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
            return Unknown(command, stray) + "; where it is none, write -- before it";
        }

        if (Missing(parsed).ToList() is { Count: > 0 } missing)
        {
            return $"missing: {string.Join(", ", missing)}";
        }

        if (parsed.Errors.Select(error => error.SymbolResult).OfType<OptionResult>().FirstOrDefault() is { } wrong)
        {
            return $"{wrong.Option.Name} {WhatFits(wrong)}";
        }

        return parsed.UnmatchedTokens is [var first, ..] ? Unknown(command, first)
            : parsed.Errors.Count > 0 ? $"name what to do: {CommandsOf(command)}"
            : null;
    }

    private static IEnumerable<string> Missing(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return command.Arguments
            .Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 })
            .Select(argument => argument.Name)
            .Concat(command.Options.Where(option => option.Required && parsed.GetResult(option) is null or { Tokens.Count: 0 }).Select(option => option.Name));
    }

    private static string WhatFits(OptionResult wrong)
    {
        var allowed = wrong.Option.GetCompletions(CompletionContext.Empty).Select(one => one.Label).ToList();
        return wrong.Tokens.Count == 0 ? "has no value"
            : wrong.Tokens.Count > wrong.Option.Arity.MaximumNumberOfValues ? "is there more than once"
            : allowed.Count > 0 ? $"is one of {string.Join(", ", allowed)}"
            : wrong.Option.ValueType == typeof(int) || wrong.Option.ValueType == typeof(int?) ? "is a whole number"
            : "has a value that does not fit it";
    }

    private static string Unknown(Command command, string word) =>
        Option().IsMatch(word) ? "there is no such option" + Suggestion(word.Split('=')[0], OptionsOf(command))
        : command.Subcommands.Count == 0 ? "there is a word too many: one with spaces is written in quotes"
        : Suggestion(word, command.Subcommands.Select(one => one.Name)) is { Length: > 0 } suggestion ? "there is no such command" + suggestion
        : $"there is no such command: name one of {CommandsOf(command)}";

    private static string CommandsOf(Command command) => string.Join(", ", command.Subcommands.Select(one => one.Name));

    private static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Select(option => option.Name).Append(GlobalOptions.Json.Name).Append(GlobalOptions.Insecure.Name);

    // A library passes on as an argument what begins as an option and is none.
    private static IEnumerable<string> Strays(ParseResult parsed)
    {
        var sure = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        return parsed.CommandResult.Command.Arguments
            .Select(argument => parsed.GetResult(argument)?.Tokens is [var first, ..] ? first : null)
            .OfType<Token>()
            .Where(token => !sure.Contains(token) && Option().IsMatch(token.Value))
            .Select(token => token.Value);
    }

    private static string Suggestion(string word, IEnumerable<string> names) =>
        names.OrderBy(name => Edits(word, name)).FirstOrDefault(name => Edits(word, name) <= name.Length / 3) is { } near
            ? $" (did you mean {near}?)"
            : "";

    // The fewest characters to insert, delete or replace (Levenshtein).
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var character in from)
        {
            var diagonal = row[0]++;
            for (var i = 1; i <= to.Length; i++)
            {
                (diagonal, row[i]) = (row[i], Math.Min(Math.Min(row[i], row[i - 1]) + 1, diagonal + (character == to[i - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }

    private static IEnumerable<string> PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? [.. PathOf(parent), result.Command.Name] : ["secronna"];

    [GeneratedRegex(@"\A--?[A-Za-z][A-Za-z0-9-]*(=|\z)")]
    private static partial Regex Option();
}
