using System.CommandLine;
using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary>Which values of an environment a command takes, and as of when.</summary>
internal sealed class RevealOptions
{
    private Option<string> Environment { get; } = new("--env") { Description = "An environment: its id, or project/environment", Required = true };

    private Option<string?> Only { get; } = new("--only") { Description = "Some keys alone, with commas between them" };

    private Option<string?> At { get; } = new("--at") { Description = "The values of a time, as 2026-01-31T09:00:00Z" };

    public void AddTo(Command command)
    {
        command.Options.Add(Environment);
        command.Options.Add(Only);
        command.Options.Add(At);
    }

    /// <summary>The values, by one request; what was deleted since the time is named on standard error.</summary>
    public async Task<List<(string Key, string Value)>> RevealAsync(Invocation invocation)
    {
        var keys = invocation.Get(Only)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var at = invocation.Get(At) is { } time ? Times.Parse(time) : (Instant?)null;
        var revealed = await invocation.Client.Environments.RevealAsync(
            invocation.Get(Environment)!, keys, at, invocation.Cancellation).ConfigureAwait(false);
        if (revealed.Unrecoverable.Count > 0)
        {
            Invocation.Note($"Deleted since, and not there: {string.Join(", ", revealed.Unrecoverable)}");
        }

        return [.. revealed.Secrets.Select(secret => (secret.Key, secret.Value))];
    }
}
