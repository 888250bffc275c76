using System.CommandLine;
using Secronna.Cli.Fallback;
using Secronna.Cli.Session;
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
        var at = invocation.Get(At) is { } time ? Times.Parse(time) : (Instant?)null;
        var revealed = await invocation.Client.Environments.RevealAsync(
            invocation.Get(Environment)!, Keys(invocation), at, invocation.Cancellation).ConfigureAwait(false);
        if (revealed.Unrecoverable.Count > 0)
        {
            Invocation.Note($"Deleted since, and not there: {string.Join(", ", revealed.Unrecoverable)}");
        }

        return [.. revealed.Secrets.Select(secret => (secret.Key, secret.Value))];
    }

    /// <summary>The values, or those of the copy in a file while the server can't be reached.</summary>
    /// <exception cref="UsageException">There is no key to derive the file's key from, or values of a time are asked for.</exception>
    public async Task<List<(string Key, string Value)>> RevealAsync(Invocation invocation, string fallback)
    {
        var (server, credential) = invocation.Connection;
        if (credential.Key is not { } key)
        {
            throw new UsageException("--fallback takes an API key or access key: the key of its file is derived from it");
        }

        if (invocation.Get(At) is not null)
        {
            throw new UsageException("--fallback keeps the current values, not those of a time: leave --at or --fallback out");
        }

        using var client = Connecting.Open(server, credential, invocation.IsInsecure, isImpatient: true);
        var reveal = new FallbackReveal(client, Connecting.Origin(server), new CopyFile(fallback, key), TimeProvider.System);
        var secrets = await reveal.RevealAsync(
            invocation.Get(Environment)!, Keys(invocation), Invocation.Note, invocation.Cancellation).ConfigureAwait(false);
        return [.. secrets.Select(secret => (secret.Key, secret.Value))];
    }

    private string[]? Keys(Invocation invocation) =>
        invocation.Get(Only)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
