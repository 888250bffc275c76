using System.Collections.Concurrent;
using Secronna.Protocol;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>
/// The versions that were written and the deletions of their secrets, from which the right outcome of each reveal follows.
/// </summary>
internal sealed class VersionModel
{
    private readonly ConcurrentBag<WrittenVersion> versions = [];
    private readonly ConcurrentDictionary<string, bool> deletions = new(StringComparer.Ordinal);

    public ConcurrentBag<(string ProjectId, string EnvironmentId)> Environments { get; } = [];

    public List<WrittenVersion> Versions => [.. versions.OrderBy(version => version.SecretId, StringComparer.Ordinal).ThenBy(version => version.Version)];

    /// <summary>The versions of secrets whose deletion has not begun.</summary>
    public List<WrittenVersion> NotDeleted => [.. Versions.Where(version => !deletions.ContainsKey(version.SecretId))];

    public void Add(IEnumerable<WrittenVersion> written)
    {
        foreach (var version in written)
        {
            versions.Add(version);
        }
    }

    public void BeginDeletion(string secretId) => deletions.TryAdd(secretId, false);

    public void EndDeletion(string secretId) => deletions[secretId] = true;

    /// <summary>Reveals a version and asserts that the result is its value, or a refusal that is right at this moment.</summary>
    public async Task CheckAsync(SimulatedNode on, WrittenVersion version)
    {
        var wasDeleted = deletions.TryGetValue(version.SecretId, out var isDeleted) && isDeleted;
        var mayBeUnavailable = on.MayBeUnavailable;
        var outcome = await on.Node.Services.RevealAsync(version);
        var isRight = outcome switch
        {
            ErrorCodes.NotFound => deletions.ContainsKey(version.SecretId),
            ErrorCodes.Unavailable => (mayBeUnavailable || on.MayBeUnavailable) && !wasDeleted,
            _ => outcome == version.Value && !wasDeleted,
        };
        Assert.True(isRight, $"{version.SecretId}, version {version.Version}, on node {on.Name}: {outcome}; expected: {(wasDeleted ? "deleted" : version.Value)}");
    }
}
