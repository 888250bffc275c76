using System.CommandLine;
using Secronna.Cli.Errors;
using Secronna.Cli.Output;

namespace Secronna.Cli.Commands;

/// <summary>The options that choose values of an environment: <c>--env</c>, <c>--only</c> and <c>--at</c>.</summary>
internal sealed class RevealOptions
{
    private Option<string> Environment { get; } = ResourceArguments.EnvironmentOption();

    private Option<string?> Only { get; } = new("--only") { Description = "Only these keys, separated by commas" };

    private Option<string?> At { get; } = new("--at") { Description = "The values as of a time, for example 2026-01-31T09:00:00Z" };

    public void AddTo(Command command)
    {
        command.Options.Add(Environment);
        command.Options.Add(Only);
        command.Options.Add(At);
    }

    /// <summary>The environment, as the command line names it.</summary>
    public string EnvironmentOf(CommandInvocation invocation) => invocation.Get(Environment)!;

    /// <summary>The chosen keys; <c>null</c> means all.</summary>
    public string[]? KeysOf(CommandInvocation invocation) =>
        invocation.Get(Only)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether the values of an earlier time are wanted.</summary>
    public bool HasTime(CommandInvocation invocation) => invocation.Get(At) is not null;

    /// <summary>Reveals the values by one request. Keys that were deleted since the time are named on standard error.</summary>
    /// <exception cref="UsageException">The time is not in the format of RFC 3339.</exception>
    public async Task<List<(string Key, string Value)>> RevealAsync(CommandInvocation invocation)
    {
        var at = TimeArgument.ParseOptional(invocation.Get(At));
        var revealed = await invocation.Client.Environments.RevealAsync(
            EnvironmentOf(invocation), KeysOf(invocation), at, invocation.Cancellation).ConfigureAwait(false);
        if (revealed.Unrecoverable.Count > 0)
        {
            StandardError.WriteNote($"Left out, because they were deleted since that time: {string.Join(", ", revealed.Unrecoverable)}");
        }

        return [.. revealed.Secrets.Select(secret => (secret.Key, secret.Value))];
    }
}
