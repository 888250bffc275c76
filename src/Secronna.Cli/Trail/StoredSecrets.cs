using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>
/// Reads all secrets of a workspace with their versions, and keeps those that contradict a log. Some of these were only changed
/// since the log was read.
/// </summary>
internal sealed class StoredSecrets(SecronnaClient client, LoggedVersions logged)
{
    // As many lists of versions are asked for at the same time.
    private const int MostRequests = 8;

    private readonly Lock guard = new();
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly List<StoredSecret> suspects = [];

    /// <summary>The number of secrets that were read.</summary>
    public long Secrets => read.Count;

    /// <summary>The number of versions that were read.</summary>
    public long Versions { get; private set; }

    /// <summary>What contradicts the log as it is now.</summary>
    public IEnumerable<string> Problems() => suspects.OrderBy(secret => secret.Path, StringComparer.Ordinal)
        .SelectMany(secret => secret.ProblemsBy(logged))
        .Concat(logged.Remaining().Where(id => !read.Contains(id)).Order(StringComparer.Ordinal)
            .Select(id => $"secret {id} is missing, although by the log it was not deleted"));

    /// <summary>Reads everything. The log must be read before, up to its mark.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        foreach (var project in await ListAsync("the projects", client.Projects.ListAsync(cancellation), cancellation).ConfigureAwait(false))
        {
            foreach (var environment in await ListAsync(
                "the environments", client.Environments.ListAsync(project.Id, cancellation), cancellation).ConfigureAwait(false))
            {
                var secrets = await ListAsync(
                    "the secrets", client.Environments.ListSecretsAsync(environment.Id, null, cancellation), cancellation).ConfigureAwait(false);
                await Parallel.ForEachAsync(
                    secrets, new ParallelOptions { MaxDegreeOfParallelism = MostRequests, CancellationToken = cancellation },
                    async (secret, stop) => await ReadAsync(secret, $"{project.Slug}/{environment.Slug}/{secret.Key}", stop).ConfigureAwait(false))
                    .ConfigureAwait(false);
            }
        }
    }

    // A secret, an environment or a project that was deleted meanwhile is not found any more. The log will say so.
    private static async Task<List<T>> ListAsync<T>(string what, IAsyncEnumerable<T> list, CancellationToken cancellation)
    {
        try
        {
            return await PatientRequest.SendAsync(what, () => list.ToListAsync(cancellation).AsTask(), cancellation).ConfigureAwait(false);
        }
        catch (SecronnaException exception) when (exception.Code == ErrorCodes.NotFound)
        {
            return [];
        }
    }

    private async Task ReadAsync(SecretSummary secret, string path, CancellationToken cancellation)
    {
        var versions = await ListAsync(
            $"the versions of {path}", client.Secrets.ListVersionsAsync(secret.Id, cancellation), cancellation).ConfigureAwait(false);
        if (versions.Count > 0)
        {
            Take(new StoredSecret(secret.Id, path, secret.CurrentVersion, versions));
        }
    }

    private void Take(StoredSecret secret)
    {
        var isSuspect = secret.ProblemsBy(logged).Any();
        lock (guard)
        {
            read.Add(secret.Id);
            Versions += secret.Versions.Count;
            if (isSuspect)
            {
                suspects.Add(secret);
            }
        }
    }
}
