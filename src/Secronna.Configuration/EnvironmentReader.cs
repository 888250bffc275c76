using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>Reads an environment, and again only when it is no longer what was read. Not for several threads at once.</summary>
internal sealed class EnvironmentReader(SecronnaClient client, EnvironmentName environment, IReadOnlyList<string>? keys)
{
    private string? revision;
    private string? fault;

    /// <summary>The secrets by their keys in configuration; null where they are what was read before.</summary>
    /// <exception cref="SecronnaException">The server refused, or could not be reached.</exception>
    /// <exception cref="InvalidDataException">Two keys become one.</exception>
    public async Task<Dictionary<string, string?>?> ReadAsync(CancellationToken cancellation)
    {
        var revealed = revision is null
            ? await client.Environments.RevealAsync(environment, keys, at: null, cancellation).ConfigureAwait(false)
            : await client.Environments.RevealIfChangedAsync(environment, revision, keys, cancellation).ConfigureAwait(false);

        // Who gave up on it does not take the values, so it must not count as read.
        cancellation.ThrowIfCancellationRequested();
        if (revealed is null)
        {
            return fault is null ? null : throw Errors.Unusable(environment, fault);
        }

        // Known from here on even where it can't be used: as long as it stays so, there is no reason to read it again.
        revision = revealed.Revision;
        try
        {
            var values = SecretKeys.Map(revealed.Secrets.Select(secret => (secret.Key, secret.Value)));
            fault = null;
            return values;
        }
        catch (InvalidDataException error)
        {
            fault = error.Message;
            throw Errors.Unusable(environment, fault);
        }
    }
}
