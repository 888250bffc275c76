using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.IntegrationTests.Trail.Tree;
using Secronna.Server.Features.LogFolders;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Xunit;

namespace Secronna.IntegrationTests.Features.LogFolders;

/// <summary><c>audit export --bundle</c>: the log of a trail in the database, as a folder.</summary>
public sealed class LogExporterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Bundle => folder["bundle"];

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_folder_has_what_the_latest_checkpoint_covers_and_is_extended()
    {
        await using var log = await TestLog.CreateAsync();
        var from = 0L;
        foreach (var entries in new[] { 1, 254, 1, 300, 5_000 })
        {
            await log.AppendAsync(entries);
            await log.FollowAsync();
            await log.AppendAsync(3);
            var latest = (await log.LatestAsync())!;
            Assert.Equal(new ExportedLog(latest.Origin.ToString(), from, latest.Size, 3), await ExportAsync(log));
            await RequireServedFilesAsync(log, latest.Size);
            Assert.Equal(latest.Size, (await ExportAsync(log)).From);
            from = latest.Size;
        }
    }

    [Fact]
    public async Task A_trail_without_a_checkpoint_has_no_log_yet()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(3);
        Assert.Null(await FindAsync(log, TestStorage.Workspace));
    }

    [Fact]
    public async Task A_folder_is_refused_for_another_log_and_for_a_database_that_has_lost_entries()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(300);
        await log.FollowAsync();
        await ExportAsync(log);
        await log.Storage.AppendAsync(log.Storage.Entry() with { WorkspaceId = TrailEntry.Installation });
        await log.FollowAsync(workspaceId: TrailEntry.Installation);
        await RefusesAsync(log, "another log", TrailEntry.Installation);

        // Another installation has an empty folder first, so that keys without a checkpoint are seen too.
        await using var other = await TestLog.CreateAsync();
        await other.AppendAsync(300);
        await other.FollowAsync();
        await RefusesAsync(other, "another log");
        File.Delete(Path.Combine(Bundle, "checkpoint"));
        await RefusesAsync(other, "another log");
        await ExportAsync(log);

        var kept = (await FindAsync(log, TestStorage.Workspace))!;
        await log.AppendAsync(1);
        await log.FollowAsync();
        await ExportAsync(log);
        var error = await Assert.ThrowsAsync<SettingsException>(() => ExportAsync(log, kept));
        Assert.Contains("has entries that the database has lost", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE trail_segments SET at = at + 1 WHERE first_sequence = 100", "don't lead to the root")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence = 100", "entry 100 of the audit trail is missing")]
    [InlineData("UPDATE trail_checkpoints SET note = 'note'", "is not signed by this installation's log key")]
    public async Task A_damaged_trail_gets_no_checkpoint_in_a_folder(string change, string problem)
    {
        await using var log = await TestLog.CreateAsync();
        foreach (var entries in new[] { 99, 1, 200 })
        {
            await log.AppendAsync(entries);
        }

        await log.FollowAsync();
        Tamper(log, change);
        var error = await Assert.ThrowsAsync<TrailDamagedException>(() => ExportAsync(log));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Bundle, "checkpoint")));
    }

    private async Task RefusesAsync(TestLog log, string problem, string workspaceId = TestStorage.Workspace)
    {
        var found = await FindAsync(log, workspaceId);
        var error = await Assert.ThrowsAsync<SettingsException>(() => ExportAsync(log, found));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private async Task<ExportedLog> ExportAsync(TestLog log, PublishedLog? published = null) =>
        await new LogExporter(log.Storage.Database, _ => { }).ExportAsync(
            published ?? (await FindAsync(log, TestStorage.Workspace))!, Bundle, TestContext.Current.CancellationToken);

    private static async Task<PublishedLog?> FindAsync(TestLog log, string workspaceId) =>
        await log.Storage.Database.ReadSnapshotAsync(workspaceId, static (session, id) => PublishedLog.FindAsync(session, id));

    // Every file of the folder is what the server gives for its path.
    private async Task RequireServedFilesAsync(TestLog log, long size)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Bundle, "tile"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Bundle, file).Replace('\\', '/')).ToList();
        foreach (var file in files)
        {
            var isEntries = TilePath.TryParseEntries(file, out var tile);
            Assert.True((isEntries || TilePath.TryParse(file, out tile)) && tile.IsIn(size), file);
            var served = await log.Storage.ReadAsync(session => isEntries
                ? TileReader.ReadBundleAsync(session, TestStorage.Workspace, tile)
                : TileReader.ReadAsync(session, TestStorage.Workspace, tile));
            Assert.Equal(served, await File.ReadAllBytesAsync(Path.Combine(Bundle, file), TestContext.Current.CancellationToken));
        }

        var levels = Enumerable.Range(0, TilePosition.Levels).Sum(level => ((size >> (8 * level)) + 255) / 256);
        Assert.Equal(levels + ((size + 255) / 256), files.Count);
    }

    private static void Tamper(TestLog log, string change)
    {
        using var direct = log.Storage.ConnectDirectly();
        if (TestEngine.Current is SqliteTestEngine)
        {
            direct.Run("DROP TRIGGER trail_segments_keep");
            direct.Run("DROP TRIGGER trail_segments_stay");
            direct.Run("DROP TRIGGER trail_checkpoints_keep");
        }

        Assert.True(direct.Run(change) > 0);
    }
}
