using System.CommandLine;
using Secronna.Cli.Errors;
using Secronna.Cli.Fallback;
using Secronna.Cli.Output;
using Secronna.Cli.Session;

namespace Secronna.Cli.Commands.Run;

/// <summary>
/// The option <c>--fallback FILE</c>: an encrypted copy of the values, for the time when the server can't be reached.
/// </summary>
internal sealed class FallbackOption
{
    private Option<string?> File { get; } = new("--fallback")
    {
        Description = "Keep an encrypted copy of the values in this file, and use it while the server can't be reached",
    };

    public void AddTo(Command command) => command.Options.Add(File);

    /// <summary>Reveals the chosen values. With the option, the values of the copy are used while the server can't be reached.</summary>
    /// <exception cref="UsageException">The option does not fit the credential or the other options.</exception>
    public async Task<List<(string Key, string Value)>> RevealAsync(CommandInvocation invocation, RevealOptions selection) =>
        invocation.Get(File) is { } path
            ? await RevealAsync(invocation, selection, path).ConfigureAwait(false)
            : await selection.RevealAsync(invocation).ConfigureAwait(false);

    private static async Task<List<(string Key, string Value)>> RevealAsync(CommandInvocation invocation, RevealOptions selection, string path)
    {
        var connection = invocation.Connection;
        var file = new FallbackFile(path, Key(connection.Credential));
        if (selection.HasTime(invocation))
        {
            throw new UsageException("--fallback keeps the current values, not those of an earlier time: leave --at or --fallback out");
        }

        using var client = connection.CreateClient(isImpatient: true);
        var reveal = new FallbackReveal(client, ServerAddress.Origin(connection.Server), file, TimeProvider.System);
        var secrets = await reveal.RevealAsync(
            selection.EnvironmentOf(invocation), selection.KeysOf(invocation), StandardError.WriteNote, invocation.Cancellation).ConfigureAwait(false);
        return [.. secrets.Select(secret => (secret.Key, secret.Value))];
    }

    private static string Key(Credential credential) => credential.Key
        ?? throw new UsageException("--fallback needs an API key or access key, because the key of its file is derived from it");
}
