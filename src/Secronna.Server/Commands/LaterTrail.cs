using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Features.Audit;
using Secronna.Server.Features.Backup;
using Secronna.Server.Features.Epochs;
using Secronna.Server.Features.Workspaces;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>
/// The trails of the database that was there before a backup was restored: read from that database, or from an export of its
/// trails.
/// </summary>
internal sealed class LaterTrail
{
    private readonly Dictionary<string, LaterChanges> changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TrailHistory> histories = new(StringComparer.Ordinal);
    private readonly List<Checkpoint> checkpoints = [];

    private LaterTrail()
    {
    }

    /// <summary>The changes that the restored database does not have, by workspace.</summary>
    public IReadOnlyDictionary<string, LaterChanges> Changes => changes;

    /// <summary>The last checkpoint of each trail. An export has none.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints => checkpoints;

    /// <summary>Reads what happened after the backup.</summary>
    /// <param name="from">A connection string, a SQLite database's file, or a file that <c>secronna-server audit</c> wrote.</param>
    /// <param name="restored">The restored database.</param>
    /// <exception cref="SettingsException">The old database or the export can't be read, or is another installation's.</exception>
    /// <remarks>Where the old database can't be read, the exception is one that <see cref="DatabaseFailure"/> knows.</remarks>
    public static async Task<LaterTrail> ReadAsync(string from, Database restored)
    {
        var own = await ReadHistoriesAsync(restored);
        var trail = new LaterTrail();
        if (from.Contains('=') && !File.Exists(from))
        {
            await trail.ReadAsync(DatabaseEngines.FromConnectionString(from, TimeProvider.System), restored, own);
        }
        else if (TrailExport.IsSqlite(from))
        {
            var connectionString = DatabaseEngines.SqliteConnectionString(Path.GetFullPath(from));
            await trail.ReadAsync(DatabaseEngines.Sqlite(connectionString, TimeProvider.System), restored, own);
        }
        else
        {
            await trail.ReadExportAsync(from, own);
        }

        return trail;
    }

    /// <summary>
    /// Whether this says all that is known to have happened: it or the restored database has what each checkpoint covers, and it is
    /// not an older state than the restored one.
    /// </summary>
    /// <param name="known">The checkpoints of this installation that are known from elsewhere.</param>
    /// <param name="restored">The restored database.</param>
    public async Task<bool> IsCompleteAsync(IReadOnlyList<Checkpoint> known, Database restored)
    {
        var own = await ReadHistoriesAsync(restored);
        return known.All(checkpoint => HasCovered(histories, checkpoint) || HasCovered(own, checkpoint))
            && own.All(trail => !histories.TryGetValue(trail.Key, out var other) || !other.IsBehind(trail.Value));
    }

    private static bool HasCovered(Dictionary<string, TrailHistory> trails, Checkpoint checkpoint) =>
        trails.TryGetValue(checkpoint.Origin.Workspace ?? EncodedEntry.Installation, out var history) && history.Covers(checkpoint);

    private async Task ReadAsync(DatabaseEngine engine, Database restored, Dictionary<string, TrailHistory> own)
    {
        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        await RequireSameAsync(database, restored);
        foreach (var (id, history) in await ReadHistoriesAsync(database))
        {
            histories[id] = history;
            if (await EpochService.FindCheckpointAsync(database, id) is { } latest)
            {
                checkpoints.Add(latest);
            }
        }

        foreach (var (id, history) in own.Where(trail => histories.ContainsKey(trail.Key)))
        {
            await foreach (var entry in AuditExport.ReadAboveAsync(database, id, history.SharedWith(histories[id])))
            {
                Add(id, entry);
            }
        }
    }

    // A backup of an older version may have no id of the installation's logs. The row of the installation is never made anew.
    private static async Task RequireSameAsync(Database old, Database restored)
    {
        var (one, other) = (await old.ReadAsync(InstallationTable.FindAsync), await restored.ReadAsync(InstallationTable.FindAsync));
        if (one is null || one.CreatedAt != other?.CreatedAt)
        {
            throw new SettingsException(
                $"{old.Engine.DisplayName} is not the database of the installation that was backed up: put the backup where that database is, "
                + "or move it to another folder first");
        }
    }

    private async Task ReadExportAsync(string file, Dictionary<string, TrailHistory> own)
    {
        foreach (var (id, history) in await TrailExport.ReadHistoriesAsync(file))
        {
            histories[id] = history;
        }

        await foreach (var (id, entry) in TrailExport.ReadAsync(file))
        {
            if (own.TryGetValue(id, out var history) && entry.Sequence > history.SharedWith(histories[id]))
            {
                Add(id, entry);
            }
        }
    }

    private static async Task<Dictionary<string, TrailHistory>> ReadHistoriesAsync(Database database)
    {
        var found = new Dictionary<string, TrailHistory>(StringComparer.Ordinal)
        {
            [EncodedEntry.Installation] = await database.ReadAsync(session => TrailHistory.ReadAsync(session, EncodedEntry.Installation)),
        };
        await foreach (var workspace in WorkspaceService.ListAsync(database))
        {
            found[workspace.Id] = await database.ReadAsync(session => TrailHistory.ReadAsync(session, workspace.Id));
        }

        return found;
    }

    private void Add(string workspaceId, AuditResponse entry)
    {
        if (!changes.TryGetValue(workspaceId, out var later))
        {
            changes[workspaceId] = later = new LaterChanges();
        }

        later.Add(entry);
    }
}
