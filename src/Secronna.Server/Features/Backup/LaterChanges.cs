using Secronna.Protocol;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// What a workspace's trail says was taken away after a backup was made: credentials, grants, secrets, versions, the workspace
/// itself. A restored backup would give all of it back.
/// </summary>
internal sealed class LaterChanges
{
    private readonly Dictionary<string, LaterKey> changedKeys = new(StringComparer.Ordinal);

    /// <summary>The ids of deleted projects.</summary>
    public HashSet<string> Projects { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids of deleted environments.</summary>
    public HashSet<string> Environments { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids of deleted secrets.</summary>
    public HashSet<string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>The destroyed versions.</summary>
    public HashSet<(string SecretId, int Version)> Versions { get; } = [];

    /// <summary>The ids of revoked API keys.</summary>
    public HashSet<string> ApiKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids of revoked access keys.</summary>
    public HashSet<string> AccessKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>What access keys were changed to last, by their ids.</summary>
    public IReadOnlyDictionary<string, LaterKey> ChangedKeys => changedKeys;

    /// <summary>Whether the workspace was taken off the allowlist, and not put on it again.</summary>
    public bool IsDenied { get; private set; }

    /// <summary>Takes the next entry of the trail.</summary>
    public void Add(AuditResponse entry)
    {
        if (entry.Outcome != AuditOutcomes.Success)
        {
            return;
        }

        var about = entry.Metadata;
        switch (entry.Action)
        {
            case AuditActions.ProjectDelete: Projects.Add(about.ProjectId!); break;
            case AuditActions.EnvironmentDelete: Environments.Add(about.EnvironmentId!); break;
            case AuditActions.SecretDelete: Secrets.Add(about.SecretId!); break;
            case AuditActions.SecretDestroy: Versions.Add((about.SecretId!, about.Version!.Value)); break;
            case AuditActions.ApiKeyRevoke: ApiKeys.Add(about.TargetId!); break;
            case AuditActions.AccessKeyRevoke: AccessKeys.Add(about.TargetId!); break;
            case AuditActions.AccessKeyUpdate: Add(about.TargetId!, about); break;
            case AuditActions.WorkspaceDeny: IsDenied = true; break;
            case AuditActions.WorkspaceAllow: IsDenied = false; break;
        }
    }

    // A long list of grants goes on in further entries, which are numbered from 1.
    private void Add(string id, AuditMetadata about)
    {
        var key = changedKeys.GetValueOrDefault(id) ?? new LaterKey(null, null);
        if (about.After?.Grants is { } grants || about.Before?.Grants is not null)
        {
            grants = about.After?.Grants ?? [];
            key = key with { Grants = about.Part > 1 ? [.. key.Grants ?? [], .. grants] : grants };
        }

        changedKeys[id] = about.After?.ExpiresAt is { } expiry ? key with { ExpiresAt = expiry } : key;
    }
}

/// <summary>What an access key was changed to; <c>null</c> for what was not changed.</summary>
/// <param name="Grants">The grants.</param>
/// <param name="ExpiresAt">When it expires.</param>
internal sealed record LaterKey(IReadOnlyList<Grant>? Grants, Instant? ExpiresAt);
