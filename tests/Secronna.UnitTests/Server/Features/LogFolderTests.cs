using System.Security.Cryptography;
using Secronna.Crypto.Trail;
using Secronna.Server.Features.LogFolders;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Storage.Tables;
using Secronna.UnitTests.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Server.Features;

/// <summary>Folders with exported logs, compared with the files that the reference implementations made of the same entries.</summary>
public sealed class LogFolderTests : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("secronna-").FullName;
    private readonly LogKey key = LogKey.Create(new byte[LogKey.SeedSize]);

    /// <inheritdoc/>
    public void Dispose()
    {
        key.Dispose();
        Directory.Delete(path, recursive: true);
    }

    public static TheoryData<long> Sizes => [.. ReferenceVectors.Tree.Files.Select(log => log.Size)];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task The_files_are_those_of_the_reference_implementation(long size)
    {
        await ExportAsync(size);
        RequireFiles(ReferenceVectors.Tree.Files.Single(log => log.Size == size).Files, isWhole: true);
    }

    [Fact]
    public async Task A_folder_that_is_extended_has_the_files_of_one_that_is_written_at_once()
    {
        foreach (var log in ReferenceVectors.Tree.Files)
        {
            await ExportAsync(log.Size);
            RequireFiles(log.Files, isWhole: true);
        }

        await ExportAsync(ReferenceVectors.Tree.Large.Size);
        RequireFiles(ReferenceVectors.Tree.Large.Files, isWhole: false);
        Assert.DoesNotContain(
            Directory.EnumerateDirectories(path, "*", SearchOption.AllDirectories), folder => !Directory.EnumerateFileSystemEntries(folder).Any());
    }

    [Fact]
    public async Task An_export_that_is_stopped_leaves_the_old_checkpoint_and_is_continued()
    {
        await ExportAsync(300);
        var before = await File.ReadAllTextAsync(Path.Combine(path, "checkpoint"), TestContext.Current.CancellationToken);
        await ExportAsync(600, isStopped: true);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(path, "checkpoint"), TestContext.Current.CancellationToken));
        // What a write leaves behind that was killed in the middle.
        await File.WriteAllTextAsync(Path.Combine(path, "tile", "entries", "001"), "half", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(path, "checkpoint.new"), "half", TestContext.Current.CancellationToken);
        await ExportAsync(600);
        Assert.Contains("\n600\n", await File.ReadAllTextAsync(Path.Combine(path, "checkpoint"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_checkpoint_is_written_that_the_files_do_not_lead_to()
    {
        await Assert.ThrowsAsync<TrailDamagedException>(() => ExportAsync(300, root: new SampleLog(299).Root));
        Assert.False(File.Exists(Path.Combine(path, "checkpoint")));
    }

    [Fact]
    public async Task Entries_that_changed_since_they_were_exported_are_found()
    {
        await ExportAsync(300);
        var error = await Assert.ThrowsAsync<TrailDamagedException>(() => ExportAsync(600, change: 260));
        Assert.Contains("were changed since they were exported", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_tile_of_the_folder_is_found_before_the_folder_is_extended()
    {
        await ExportAsync(300);
        var tile = Path.Combine(path, "tile", "0", "001.p", "44");
        await File.WriteAllBytesAsync(tile, new byte[44 * TreeHash.Size], TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<SettingsException>(() => ExportAsync(600));
        File.Delete(tile);
        await Assert.ThrowsAsync<SettingsException>(() => ExportAsync(600));
    }

    [Fact]
    public void A_folder_is_written_to_by_one_command_at_a_time_and_holds_nothing_else()
    {
        using (LogFolder.Lock(path))
        {
            Assert.Contains("another command writes", Assert.Throws<SettingsException>(() => LogFolder.Lock(path)).Message, StringComparison.Ordinal);
        }

        LogFolder.Lock(path).Dispose();
        File.WriteAllText(Path.Combine(path, "notes.txt"), "");
        Assert.Contains("notes.txt", Assert.Throws<SettingsException>(() => LogFolder.Lock(path)).Message, StringComparison.Ordinal);
        Assert.Throws<SettingsException>(() => LogFolder.Lock(Path.Combine(path, "notes.txt")));
    }

    private async Task ExportAsync(long size, bool isStopped = false, TreeHash? root = null, long? change = null)
    {
        var identity = new LogIdentity("ins_1", [new LogKeyRow(1, key.PublicKey.ToArray(), [], 0, null)]);
        var checkpoint = new Checkpoint(identity.OriginOf("acc_1", 1), size, root ?? new SampleLog(size).Root);
        var log = new PublishedLog("acc_1", identity, checkpoint, checkpoint.Sign(key).ToString(), size);
        using var folder = LogFolder.Lock(path);
        var tree = FolderTree.Restore(folder, folder.ReadCheckpoint() is { } note ? log.Open(note) : null);
        while (tree.Size < size)
        {
            var tiles = Enumerable.Range((int)(tree.Size / TilePosition.FullWidth), 16)
                .TakeWhile(index => index * TilePosition.FullWidth < size).Select(index => TilePosition.In(size, 0, index));
            await tree.AppendAsync(
                new LogSlice([.. tiles.Select(tile => (tile, Changed(SampleLog.Bundle(tile), tile, change)))]), TestContext.Current.CancellationToken);
        }

        if (!isStopped)
        {
            tree.Publish(log);
        }
    }

    private static byte[] Changed(byte[] bundle, TilePosition tile, long? change)
    {
        if (change / TilePosition.FullWidth == tile.Index)
        {
            // The first byte of the first entry, behind its length.
            bundle[2] ^= 1;
        }

        return bundle;
    }

    private void RequireFiles(IReadOnlyList<FileVector> expected, bool isWhole)
    {
        foreach (var file in expected)
        {
            var bytes = File.ReadAllBytes(Path.Combine([path, .. file.Path.Split('/')]));
            Assert.Equal((file.Path, file.Bytes, file.Sha256), (file.Path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        }

        var found = Directory.EnumerateFiles(Path.Combine(path, "tile"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/'));
        Assert.Empty(isWhole ? found.Except(expected.Select(file => file.Path)) : []);
    }
}
