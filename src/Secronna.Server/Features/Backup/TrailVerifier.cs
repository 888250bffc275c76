using Secronna.Crypto.Trail;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Checks every trail: that its entries are numbered from 1 without a gap, that their times never decrease (S20), and that each
/// entry can be read, and that the entries give the tree that checkpoints and tiles say (S33). It collects what the entries say of
/// versions.
/// </summary>
internal sealed class TrailVerifier(LoggedVersions logged, Action<string> progress)
{
    private const int SegmentsBetweenReports = 1_000;
    private const int WorkspacesInPage = 500;

    /// <summary>Checks all trails.</summary>
    public async Task CheckAsync(Session session, Verification found, CancellationToken cancellation)
    {
        await CheckAsync(session, EncodedEntry.Installation, "the installation's trail", found, cancellation);
        var after = "";
        while (await WorkspaceTable.ListAsync(session, after, WorkspacesInPage) is { Count: > 0 } page)
        {
            foreach (var workspace in page)
            {
                found.Workspaces++;
                await CheckAsync(session, workspace.Id, $"the trail of workspace {workspace.Id}", found, cancellation);
            }

            after = page[^1].Id;
        }

        await CheckOwnersAsync(session, found);
    }

    private async Task CheckAsync(
        Session session, string workspaceId, string name, Verification found, CancellationToken cancellation)
    {
        var tree = await TreeVerifier.BeginAsync(session, workspaceId);
        logged.BeginTrail();
        var (last, segments, isWhole) = (default(TrailEnd), 0, true);
        await TrailSegmentTable.ReadAllAsync(session, workspaceId, segment =>
        {
            isWhole &= segment.FirstSequence == last.LastSequence + 1;
            last = Check(segment, last, name, found);
            isWhole &= Read(segment, workspaceId, name, isWhole ? tree : null, found);
            if (++segments % SegmentsBetweenReports == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress($"{found.AuditEntries:N0} audit entries checked");
            }
        });
        // Where entries are missing, the tree would only repeat that.
        if (isWhole)
        {
            await tree.EndAsync(session, await LogIdentity.FindAsync(session), name, found);
        }
    }

    private static TrailEnd Check(TrailSegmentRow segment, TrailEnd last, string name, Verification found)
    {
        Report(last.LastSequence + 1, segment.FirstSequence - 1, name, "missing", found);
        Report(segment.FirstSequence, Math.Min(segment.LastSequence, last.LastSequence), name, "there twice", found);
        if (segment.At < last.At)
        {
            found.Add($"entry {segment.FirstSequence} of {name} is older than the entry before it");
        }

        return new TrailEnd(Math.Max(last.LastSequence, segment.LastSequence), Math.Max(last.At, segment.At));
    }

    // Returns whether all entries could be unpacked.
    private bool Read(TrailSegmentRow segment, string workspaceId, string name, TreeVerifier? tree, Verification found)
    {
        found.AuditEntries += segment.Count;
        try
        {
            var sequence = segment.FirstSequence;
            foreach (var bytes in segment.UnpackAll())
            {
                tree?.Add(sequence, segment.At, bytes.Span);
                Read(workspaceId, sequence, bytes.Span, $"entry {sequence} of {name}", found);
                sequence++;
            }

            return true;
        }
        catch (TrailDamagedException exception)
        {
            found.Add($"{name}: {exception.Message}");
            return false;
        }
    }

    private void Read(string workspaceId, long sequence, ReadOnlySpan<byte> bytes, string entry, Verification found)
    {
        try
        {
            _ = TrailEntryFormat.Decode(workspaceId, bytes);
            logged.Add(sequence, bytes);
        }
        catch (FormatException exception)
        {
            found.Add($"{entry} is damaged: {exception.Message}");
        }
    }

    // Reports nothing when `last` is below `first`.
    private static void Report(long first, long last, string trail, string problem, Verification found)
    {
        if (last == first)
        {
            found.Add($"entry {first} of {trail} is {problem}");
        }
        else if (last > first)
        {
            found.Add($"entries {first} to {last} of {trail} are {problem}");
        }
    }

    private static async Task CheckOwnersAsync(Session session, Verification found)
    {
        var after = EncodedEntry.Installation;
        while (await TrailSegmentTable.FindNextWorkspaceAsync(session, after) is { } next)
        {
            if (!next.Exists)
            {
                found.Add($"there are audit entries of workspace {next.Id}, but no such workspace");
            }

            after = next.Id;
        }
    }
}
