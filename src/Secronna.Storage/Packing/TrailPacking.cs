using Secronna.Storage.Engine;

namespace Secronna.Storage.Packing;

/// <summary>
/// Packs the entries of the table <c>audit_entries</c> into segments, between the migration that closes the table and the one that
/// removes it. It works in slices, each in a transaction of its own. Each slice begins where the segments end, so a packing that
/// was stopped goes on where it was. At the end every entry is compared with what was packed.
/// </summary>
/// <param name="encoding">How entries are encoded.</param>
/// <param name="progress">Receives descriptions of the progress.</param>
public sealed class TrailPacking(TrailEncoding encoding, Action<string> progress) : MigrationStep
{
    /// <inheritdoc/>
    internal override async ValueTask RunAsync(DatabaseEngine engine, IEngineConnection connection)
    {
        var slices = new MigrationSlices(engine, connection);
        await new EntryPacking(slices, encoding, progress).RunAsync();
        await new VersionHashing(slices, encoding, progress).RunAsync();
        await slices.RunAsync(async () =>
        {
            await engine.SetTrailCountersAsync(slices.Session);
            return false;
        });
    }
}
