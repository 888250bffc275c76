using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>Checks that every trail counts from 1 to its counter without a gap, in times that don't go back (S20).</summary>
internal sealed class TrailVerifier(Action<string> progress)
{
    public async Task CheckAsync(Session session, Verification found, CancellationToken cancellation)
    {
        await CheckAsync(session, await TrailScan.FindInstallationTrailAsync(session), "the installation's trail", found, cancellation);
        var after = "";
        while (await TrailScan.ListTrailsAsync(session, after) is { Count: > 0 } page)
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
        while (await TrailScan.ListEntriesAsync(session, trail.WorkspaceId, sequence) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var entry in page)
            {
                RequireNone(sequence + 1, entry.Sequence - 1, name, found);
                if (entry.CreatedAt < time)
                {
                    found.Add($"entry {entry.Sequence} of {name} is older than the one before it");
                }

                (sequence, time) = entry;
            }

            found.AuditEntries += page.Count;
            progress($"{found.AuditEntries:N0} audit entries looked at");
        }

        RequireNone(sequence + 1, trail.LastSequence, name, found);
        if (sequence > trail.LastSequence || time > trail.LastTime)
        {
            found.Add($"{name} goes on past its counter, {trail.LastSequence}");
        }
    }

    private static void RequireNone(long first, long last, string trail, Verification found)
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
        while (await TrailScan.FindNextWorkspaceAsync(session, after) is { } next)
        {
            if (!next.Exists)
            {
                found.Add($"there are audit entries of workspace {next.Id}, and no such workspace");
            }

            after = next.Id;
        }
    }
}
