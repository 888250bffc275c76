using System.CommandLine;
using System.CommandLine.Parsing;
using Secronna.Server.Access;

namespace Secronna.Server.Commands;

/// <summary>What is wrong with a command line. Nothing that was typed is repeated: it may be a value that lost its way.</summary>
internal static class WrongUsage
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

        return parsed.UnmatchedTokens is [var word, ..] ? Unknown(command, word)
            : parsed.Errors.Count == 0 ? null
            : command.Subcommands.Count > 0 ? $"name what to do: {CommandsOf(command)}"
            : "there is a value that does not fit";
    }

    // The library passes on as an argument what begins as an option and is none.
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

    private static string WhatFits(OptionResult wrong) =>
        wrong.Tokens.Count == 0 ? "has no value"
        : wrong.Tokens.Count > wrong.Option.Arity.MaximumNumberOfValues ? "is there more than once"
        : wrong.Option.ValueType == typeof(int) || wrong.Option.ValueType == typeof(int?) ? "is a whole number"
        : "has a value that does not fit it";

    private static string Unknown(Command command, string word) =>
        word.StartsWith('-') ? $"there is no such option: there is {OptionsOf(command)}"
        : command is { Arguments.Count: 0, Subcommands.Count: > 0 } ? $"there is no such command: name one of {CommandsOf(command)}"
        : "there is a word too many: one with spaces is written in quotes";

    private static string CommandsOf(Command command) => string.Join(", ", command.Subcommands.Select(one => one.Name));

    private static string OptionsOf(Command command) =>
        string.Join(", ", command.Options.Select(option => option.Name).Append("--help").Distinct());

    private static IEnumerable<string> PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? [.. PathOf(parent), result.Command.Name] : ["secronna-server"];
}
