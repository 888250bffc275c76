using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Checks that the entries of every trail are numbered from 1 to the trail's counter without a gap, and that their times never
/// decrease (S20).
/// </summary>
internal sealed class TrailVerifier(Action<string> progress)
{
    /// <summary>Checks all trails.</summary>
    public async Task CheckAsync(Session session, Verification found, CancellationToken cancellation)
    {
        await CheckAsync(session, await InstallationScan.InstallationTrailAsync(session), "the installation's trail", found, cancellation);
        var after = "";
        while (await InstallationScan.TrailsAsync(session, after) is { Count: > 0 } page)
        {
            foreach (var trail in page)
            {
                found.Workspaces++;
                await CheckAsync(session, trail, $"the trail of workspace {trail.WorkspaceId}", found, cancellation);
            }

            after = page[^1].WorkspaceId;
        }

        await CheckOwnersAsync(session, found);
    }

    private async Task CheckAsync(
        Session session, TrailRow trail, string name, Verification found, CancellationToken cancellation)
    {
        var (sequence, time) = (0L, 0L);
        while (await InstallationScan.EntriesAsync(session, trail.WorkspaceId, sequence) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var entry in page)
            {
                ReportMissing(sequence + 1, entry.Sequence - 1, name, found);
                if (entry.CreatedAt < time)
                {
                    found.Add($"entry {entry.Sequence} of {name} is older than the entry before it");
                }

                (sequence, time) = entry;
            }

            found.AuditEntries += page.Count;
            progress($"{found.AuditEntries:N0} audit entries checked");
        }

        ReportMissing(sequence + 1, trail.LastSequence, name, found);
        if (sequence > trail.LastSequence || time > trail.LastTime)
        {
            found.Add($"{name} has entries beyond its counter, {trail.LastSequence}");
        }
    }

    // Reports nothing when `last` is below `first`.
    private static void ReportMissing(long first, long last, string trail, Verification found)
    {
        if (last == first)
        {
            found.Add($"entry {first} of {trail} is missing");
        }
        else if (last > first)
        {
            found.Add($"entries {first} to {last} of {trail} are missing");
        }
    }

    private static async Task CheckOwnersAsync(Session session, Verification found)
    {
        var after = AuditEntry.Installation;
        while (await InstallationScan.NextAuditedAsync(session, after) is { } next)
        {
            if (!next.IsThere)
            {
                found.Add($"there are audit entries of workspace {next.Id}, but no such workspace");
            }

            after = next.Id;
        }
    }
}
