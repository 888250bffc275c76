using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>
/// Reads an environment. After the first read, it reads the values again only if the environment changed. It is not safe for
/// concurrent use.
/// </summary>
internal sealed class EnvironmentReader(SecronnaClient client, EnvironmentName environment, IReadOnlyList<string>? keys)
{
    private string? revision;
    private string? keyConflict;

    /// <summary>
    /// The values by their configuration keys; <c>null</c> where the environment did not change since the last read.
    /// </summary>
    /// <exception cref="SecronnaException">The server refused, or could not be reached.</exception>
    /// <exception cref="InvalidDataException">Two secrets have the same configuration key.</exception>
    public async Task<Dictionary<string, string?>?> ReadAsync(CancellationToken cancellation)
    {
        var revealed = revision is null
            ? await client.Environments.RevealAsync(environment, keys, at: null, cancellation).ConfigureAwait(false)
            : await client.Environments.RevealIfChangedAsync(environment, revision, keys, cancellation).ConfigureAwait(false);

        // A caller that has given up does not take the values, so this revision must not count as read.
        cancellation.ThrowIfCancellationRequested();
        if (revealed is null)
        {
            return keyConflict is null ? null : throw LoadErrors.Unusable(environment, keyConflict);
        }

        // The revision counts as read even where its keys conflict: reading it again would decrypt and audit every value in vain.
        revision = revealed.Revision;
        try
        {
            var values = ConfigurationKeys.Map(revealed.Secrets.Select(secret => (secret.Key, secret.Value)));
            keyConflict = null;
            return values;
        }
        catch (InvalidDataException error)
        {
            keyConflict = error.Message;
            throw LoadErrors.Unusable(environment, keyConflict);
        }
    }
}
