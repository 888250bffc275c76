using Secronna.Crypto.Trail;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Epochs;

/// <summary>
/// Begins new epochs of all trails of an installation. That must happen whenever a database may lack entries that somebody has a
/// checkpoint of, before anybody appends to its trails: the lost sequence numbers are given again, and one origin must never sign
/// two histories (S33).
/// </summary>
internal static class EpochService
{
    private const int WorkspacesInPage = 500;
    private const int MostAttempts = 10;

    /// <summary>
    /// Begins a new epoch of each trail of an open database, and of each that somebody has a checkpoint of. A workspace that the
    /// database does not know begins it on no allowlist: when it is allowed again, it must not sign its first history anew.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="known">The checkpoints of this installation that are known from elsewhere.</param>
    /// <param name="reason">Why the epochs begin. The entries say it.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Where each trail stood.</returns>
    /// <exception cref="SettingsException">A trail does not belong to its checkpoints.</exception>
    public static async Task<IReadOnlyList<EpochStart>> BeginAsync(
        Database database, IReadOnlyList<Checkpoint> known, string reason, TimeProvider time)
    {
        var starts = new List<EpochStart>();
        foreach (var workspaceId in (await database.ReadAsync(ListTrailsAsync)).Union(known.Select(EpochStart.WorkspaceOf)))
        {
            starts.Add(await SoundAsync(() => BeginAsync(database, workspaceId, known, reason, time)));
        }

        return starts;
    }

    /// <summary>Begins a new epoch of each trail of a copy that is not committed yet.</summary>
    /// <inheritdoc cref="BeginAsync(Database, IReadOnlyList{Checkpoint}, string, TimeProvider)"/>
    public static async Task BeginAsync(StorageCopy copy, string reason, TimeProvider time)
    {
        var entries = new List<EncodedEntry>();
        foreach (var workspaceId in await ListTrailsAsync(copy.Session))
        {
            var start = await SoundAsync(async () => await EpochStart.FindAsync(copy.Session, workspaceId, [], time.GetUtcNow()));
            Require(await TrailEpochTable.BeginAsync(copy.Session, workspaceId, start.Epoch, start.Size));
            entries.Add(TrailRecording.Encode(start.ToEntry(time, reason)));
        }

        await copy.AppendAsync(entries);
    }

    /// <summary>Finds the last checkpoint of a trail; <c>null</c> if it has none.</summary>
    /// <exception cref="TrailDamagedException">The checkpoint is damaged.</exception>
    public static async Task<Checkpoint?> FindCheckpointAsync(Database database, string workspaceId) =>
        (await database.ReadAsync(session => TrailCheckpointTable.FindLatestAsync(session, workspaceId)))?.Read();

    private static async Task<EpochStart> SoundAsync(Func<Task<EpochStart>> find)
    {
        try
        {
            return await find();
        }
        catch (TrailDamagedException exception)
        {
            throw new SettingsException($"{exception.Message}: run secronna-server backup verify, and use a backup or a database that is sound");
        }
    }

    private static async Task<EpochStart> BeginAsync(
        Database database, string workspaceId, IReadOnlyList<Checkpoint> known, string reason, TimeProvider time)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var start = await database.ReadSnapshotAsync(0, (session, _) => EpochStart.FindAsync(session, workspaceId, known, time.GetUtcNow()));
            if (await database.WriteAsync(transaction => TryBeginAsync(transaction, start, start.ToEntry(time, reason))))
            {
                return start;
            }
        }

        throw new StorageUnavailableException("the audit trail grew each time that an epoch was to begin: stop all servers first");
    }

    private static async ValueTask<bool> TryBeginAsync(Transaction transaction, EpochStart start, TrailEntry entry)
    {
        if (start.IsUnknown)
        {
            await WorkspaceTable.AddDeniedAsync(transaction, start.WorkspaceId);
        }

        var begins = await TrailEpochTable.BeginAsync(transaction, start.WorkspaceId, start.Epoch, start.Size);
        if (begins)
        {
            transaction.Audit.Append(entry);
        }

        return begins;
    }

    private static async ValueTask<List<string>> ListTrailsAsync(Session session)
    {
        List<string> trails = [EncodedEntry.Installation];
        while (await WorkspaceTable.ListAsync(session, trails[^1], WorkspacesInPage) is { Count: > 0 } page)
        {
            trails.AddRange(page.Select(workspace => workspace.Id));
        }

        return trails;
    }

    // Nobody else can write to a copy.
    private static void Require(bool begins)
    {
        if (!begins)
        {
            throw new InvalidOperationException("the copy's trail grew while an epoch was to begin");
        }
    }
}
