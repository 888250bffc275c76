using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>Deleted content is erased from the files too (S15): from the database's pages and the write-ahead log.</summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SqliteDeletionTests
{
    [Fact]
    public async Task The_files_hold_nothing_of_a_deleted_secret_even_when_a_reader_delays_the_truncation()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var marks = new List<byte[]>();
        var secretId = await FillAsync(storage, environment, marks);
        Assert.All(marks, mark => Assert.True(IsInFiles(storage, mark)));

        // A reader with a snapshot from before the deletion prevents the truncation.
        using (var direct = storage.ConnectDirectly())
        {
            direct.Run("BEGIN");
            Assert.NotEmpty(direct.All("SELECT version FROM secret_versions LIMIT 1"));
            await storage.DeleteSecretAsync(environment, secretId);
            storage.Database.EraseDeletedInBackground();
            // The writer accepts writes while the truncation waits for the reader.
            for (var i = 0; i < 5; i++)
            {
                await storage.WriteVersionAsync(environment, "OTHER");
            }

            Assert.True(new FileInfo(Log(storage)).Length > 0);
            direct.Run("COMMIT");
        }

        await LogIsEmptyAsync(storage);
        Assert.DoesNotContain(marks, mark => IsInFiles(storage, mark));
    }

    [Fact]
    public async Task The_files_hold_nothing_of_deleted_secrets_of_many_sizes_written_and_deleted_in_random_order()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var live = new Dictionary<string, (string Id, List<byte[]> Marks)>();
        var deletedMarks = new List<byte[]>();
        for (var step = 0; step < 1_500; step++)
        {
            var key = $"KEY_{RandomNumberGenerator.GetInt32(60)}";
            if (RandomNumberGenerator.GetInt32(8) == 0 && live.Remove(key, out var deleted))
            {
                await storage.DeleteSecretAsync(environment, deleted.Id);
                deletedMarks.AddRange(deleted.Marks);
                continue;
            }

            byte[] ciphertext = RandomNumberGenerator.GetBytes(60 + RandomNumberGenerator.GetInt32(step % 7 == 0 ? 9_000 : 300));
            byte[] wrapped = RandomNumberGenerator.GetBytes(78);
            var row = await storage.WriteVersionAsync(environment, key, ciphertext, wrapped);
            live.TryAdd(key, (row.SecretId, []));
            live[key].Marks.AddRange([ciphertext[..16], ciphertext[^16..], wrapped[..16], wrapped[^16..]]);
        }

        await storage.PurgeAllAsync();
        storage.Database.EraseDeletedInBackground();
        await LogIsEmptyAsync(storage);
        var files = Files(storage);
        Assert.Contains(live.Values.SelectMany(secret => secret.Marks), mark => IsIn(files, mark));
        Assert.Equal(0, deletedMarks.Count(mark => IsIn(files, mark)));
    }

    [Fact]
    public async Task The_files_hold_nothing_of_versions_that_were_destroyed_one_by_one_between_others_that_live()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var live = new List<(string SecretId, int Version, byte[][] Marks)>();
        var destroyedMarks = new List<byte[]>();
        for (var step = 0; step < 1_500; step++)
        {
            if (RandomNumberGenerator.GetInt32(4) == 0 && live.Count > 100)
            {
                var (secretId, version, marks) = live[RandomNumberGenerator.GetInt32(live.Count)];
                if (await storage.DestroyVersionAsync(environment, secretId, version))
                {
                    live.RemoveAll(other => other.SecretId == secretId && other.Version == version);
                    destroyedMarks.AddRange(marks);
                }

                continue;
            }

            byte[] ciphertext = RandomNumberGenerator.GetBytes(60 + RandomNumberGenerator.GetInt32(step % 7 == 0 ? 9_000 : 300));
            byte[] wrapped = RandomNumberGenerator.GetBytes(78);
            var row = await storage.WriteVersionAsync(environment, $"KEY_{RandomNumberGenerator.GetInt32(30)}", ciphertext, wrapped);
            live.Add((row.SecretId, row.Version, [ciphertext[..16], ciphertext[^16..], wrapped[..16], wrapped[^16..]]));
        }

        storage.Database.EraseDeletedInBackground();
        await LogIsEmptyAsync(storage);
        var files = Files(storage);
        Assert.All(live.SelectMany(version => version.Marks), mark => Assert.True(IsIn(files, mark)));
        Assert.InRange(destroyedMarks.Count, 100, int.MaxValue);
        Assert.Equal(0, destroyedMarks.Count(mark => IsIn(files, mark)));
    }

    [Fact]
    public async Task Content_that_was_deleted_right_before_a_stop_is_erased_after_the_next_start()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var marks = new List<byte[]>();
        var secretId = await FillAsync(storage, environment, marks);
        using var direct = storage.ConnectDirectly();
        direct.Run("BEGIN");
        Assert.NotEmpty(direct.All("SELECT version FROM secret_versions LIMIT 1"));
        await storage.DeleteSecretAsync(environment, secretId);
        // The stop can't truncate the log because of the reader. The next start tries again by itself.
        await storage.ReopenAsync();
        direct.Run("COMMIT");
        await LogIsEmptyAsync(storage);
        Assert.DoesNotContain(marks, mark => IsInFiles(storage, mark));
    }

    [Fact]
    public async Task The_log_does_not_grow_without_bound()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var ciphertext = new byte[60_000];
        for (var i = 0; i < 60; i++)
        {
            await storage.WriteVersionsAsync(environment, "LARGE", 20, ciphertext);
        }

        // 72 MB were written. After each checkpoint the log is reused from its start.
        Assert.InRange(new FileInfo(Log(storage)).Length, 1, 40_000_000);
    }

    private static async Task<string> FillAsync(TestStorage storage, EnvironmentRow environment, List<byte[]> marks)
    {
        var secretId = "";
        for (var i = 0; i < 20; i++)
        {
            byte[] ciphertext = RandomNumberGenerator.GetBytes(60 + (i * 500)), wrapped = RandomNumberGenerator.GetBytes(78);
            secretId = (await storage.WriteVersionAsync(environment, "KEY", ciphertext, wrapped)).SecretId;
            marks.AddRange([ciphertext[..16], ciphertext[^16..], wrapped[..16], wrapped[^16..]]);
        }

        return secretId;
    }

    private static string Log(TestStorage storage) => storage.Engine.FilePath + "-wal";

    // The server tries the truncation by itself a few times a second. A reader in this test would only delay it.
    private static Task<TimeSpan> LogIsEmptyAsync(TestStorage storage) => Until.HoldsAsync(
        "the log is truncated", () => new FileInfo(Log(storage)) is not { Exists: true, Length: > 0 });

    private static List<byte[]> Files(TestStorage storage) =>
        [.. Directory.GetFiles(Path.GetDirectoryName(storage.Engine.FilePath)!).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Select(Read)];

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsInFiles(TestStorage storage, byte[] mark) => IsIn(Files(storage), mark);

    private static bool IsIn(List<byte[]> files, byte[] mark) => files.Exists(file => file.AsSpan().IndexOf(mark) >= 0);
}
