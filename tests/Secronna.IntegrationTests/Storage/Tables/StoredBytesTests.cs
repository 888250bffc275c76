using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Tables;

/// <summary>A workspace's row always holds the bytes of the ciphertexts and wrapped keys that the workspace stores.</summary>
[DependsOnTransactions]
public sealed class StoredBytesTests
{
    // A ciphertext and a wrapped key of TestStorage.
    private const long VersionBytes = 90 + 78;

    [Fact]
    public async Task Every_version_counts_also_old_ones_and_only_for_its_workspace()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        var environment = await storage.AddEnvironmentAsync();
        await storage.WriteVersionsAsync(environment, "KEY", 3);
        await storage.WriteVersionAsync(environment, "OTHER", new byte[1_000]);
        Assert.Equal((4 * VersionBytes) - 90 + 1_000, await ExpectExactAsync(storage));
        Assert.Equal(0, await storage.ReadAsync(session => WorkspaceTable.FindStoredBytesAsync(session, "acc_b")));
    }

    [Fact]
    public async Task A_deleted_secret_gives_its_bytes_back_slice_by_slice()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var secretId = (await storage.WriteVersionsAsync(environment, "KEY", Purge.SliceVersions + 2))[0].SecretId;
        await storage.WriteVersionAsync(environment, "STAYS");
        await storage.DeleteSecretAsync(environment, secretId);
        Assert.Equal(3 * VersionBytes, await ExpectExactAsync(storage));
        await storage.PurgeAllAsync();
        Assert.Equal(VersionBytes, await ExpectExactAsync(storage));
    }

    [Theory]
    [InlineData("environments")]
    [InlineData("projects")]
    public async Task A_deleted_environment_or_project_gives_its_bytes_back_once(string table)
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var kept = await storage.AddEnvironmentAsync("kept");
        await storage.WriteVersionsAsync(environment, "KEY", Purge.SliceVersions + 2);
        var deleted = await storage.WriteVersionAsync(environment, "DELETED");
        await storage.DeleteSecretAsync(environment, deleted.SecretId);
        await storage.WriteVersionAsync(kept, "KEPT");
        await storage.WriteAsync(transaction => table == "projects"
            ? ProjectTable.MarkDeletedAsync(transaction, environment.WorkspaceId, environment.ProjectId, storage.Now)
            : EnvironmentTable.MarkDeletedAsync(transaction, environment.WorkspaceId, environment.Id, storage.Now));
        await storage.PurgeAllAsync();
        Assert.Equal(VersionBytes, await ExpectExactAsync(storage));
    }

    [Fact]
    public async Task A_unit_of_work_that_fails_counts_nothing_and_those_beside_it_count()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var failing = storage.WriteAsync<bool>(async transaction =>
        {
            var change = await EnvironmentTable.BeginChangeAsync(transaction, environment.WorkspaceId, environment.Id);
            await VersionTable.MintAsync(
                transaction, environment,
                [new NewVersion("sec_lost", "LOST", 1, "kek_1", TestStorage.NewWrappedKey(), new byte[500], "written", "key_1", null)],
                change!.Instant);
            throw new InvalidOperationException("the unit fails");
        });
        await Task.WhenAll(storage.WriteVersionAsync(environment, "A"), storage.WriteVersionAsync(environment, "B"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal(2 * VersionBytes, await ExpectExactAsync(storage));
    }

    [Fact]
    public async Task A_transaction_that_begins_a_change_learns_what_its_workspace_stores()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        await storage.WriteVersionAsync(environment, "KEY");
        var seen = await storage.WriteAsync(async transaction =>
            (await EnvironmentTable.BeginChangeAsync(transaction, environment.WorkspaceId, environment.Id))!.StoredBytes
            + transaction.StoredBytes.PendingOf(environment.WorkspaceId));
        Assert.Equal(VersionBytes, seen);
    }

    [Fact]
    public async Task The_migration_counts_what_is_stored_already()
    {
        var known = Migrator.KnownFor((await TestEngine.Current.NewDatabaseAsync(isEmpty: true)).EngineWith(TimeProvider.System));
        var before = known.TakeWhile(migration => migration.Name != "0007_stored_bytes").Count();
        await using var database = await OlderSchema.NewDatabaseAsync(before);
        using (var direct = database.Connect())
        {
            direct.Run("""
                INSERT INTO workspaces (id, allowed, created_at) VALUES ('acc_a', 1, 10), ('acc_b', 1, 10);
                INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES ('prj_1', 'acc_a', 'P', 'p', 1, 'k');
                INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at) VALUES
                    ('env_1', 'acc_a', 'prj_1', 'E', 'e', 1, 'k', 1);
                INSERT INTO secrets (id, workspace_id, project_id, environment_id, key, current_version, created_at, updated_at) VALUES
                    ('sec_1', 'acc_a', 'prj_1', 'env_1', 'KEY', 3, 1, 1);
                INSERT INTO secret_versions (secret_id, version, kek_id, wrapped_data_key, ciphertext, tag, kind, created_at, created_by) VALUES
                    ('sec_1', 1, NULL, NULL, NULL, NULL, 'written', 1, 'k'),
                    ('sec_1', 2, 'kek_1', @key, @box, @tag, 'written', 1, 'k'),
                    ('sec_1', 3, 'kek_1', @key, @box, @tag, 'written', 1, 'k')
                """, ("@key", new byte[3]), ("@box", new byte[40]), ("@tag", new byte[16]));
        }

        await Migrator.ApplyAsync(database.EngineWith(TimeProvider.System));
        using var migrated = database.Connect();
        Assert.Equal([86L, 0L], migrated.All("SELECT stored_bytes FROM workspaces ORDER BY id").Select(row => (long)row[0]));
    }

    // Counts the rows anew, and returns what both ways of counting agree on.
    private static async Task<long> ExpectExactAsync(TestStorage storage)
    {
        var counted = await storage.ReadAsync(async session =>
        {
            await using var query = session.Prepare(
                "SELECT CAST(coalesce(sum(length(wrapped_data_key) + length(ciphertext)), 0) AS bigint) FROM secret_versions");
            return await query.ReadAsync() ? query.GetInt64(0) : -1;
        });
        var stored = await storage.ReadAsync(session => WorkspaceTable.FindStoredBytesAsync(session, TestStorage.Workspace));
        Assert.Equal(counted, stored);
        return stored;
    }
}
