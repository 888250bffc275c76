using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Reading;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

/// <summary>
/// A migrated database for one test, with an installation and the workspace <c>acc_a</c>, and methods to fill it.
/// </summary>
internal sealed class TestStorage : IAsyncDisposable
{
    public const string Workspace = "acc_a";

    /// <summary>The size of a wrapped data key or KEK, in bytes.</summary>
    private const int WrappedKeySize = 78;

    private readonly TestDatabase testDatabase;
    private Database? database;

    private TestStorage(TestDatabase testDatabase) => this.testDatabase = testDatabase;

    /// <summary>The clock of the program and of the database. <see cref="AdvanceAsync"/> moves it.</summary>
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 31, 9, 0, 0, TimeSpan.Zero));

    public string ConnectionString => testDatabase.ConnectionString;

    public DatabaseEngine Engine => testDatabase.EngineWith(Clock);

    public Database Database => database!;

    public long Now => Instant.From(Clock.GetUtcNow()).Microseconds;

    public static async Task<TestStorage> CreateAsync()
    {
        var storage = new TestStorage(await TestEngine.Current.NewDatabaseAsync());
        await storage.testDatabase.SetClockAsync(storage.Clock);
        storage.database = await storage.OpenAsync();
        await storage.WriteAsync(transaction => InstallationTable.InsertAsync(
            transaction, new InstallationRow(storage.Now, "mk_1", [1, 2, 3]), new byte[] { 4 }));
        await storage.AllowAsync(Workspace);
        return storage;
    }

    public async Task ReopenAsync()
    {
        await Database.DisposeAsync();
        database = await OpenAsync();
    }

    /// <summary>Opens the same database again, as another node would.</summary>
    public async Task<Database> OpenAsync() => await Engine.OpenAsync(
        reason => throw new InvalidOperationException($"fsync failed: {reason}"));

    /// <summary>A connection that bypasses the program. It checks no references between rows.</summary>
    public DbConnection ConnectDirectly() => testDatabase.ConnectToTamper();

    /// <summary>Blocks all writes of audit entries until the result is disposed of.</summary>
    public IDisposable HoldAudit() => testDatabase.HoldAudit(Database);

    /// <summary>Makes the database refuse a kind of change of a table until <see cref="Mend"/> is called.</summary>
    public void Break(string change, string table) => testDatabase.Break(change, table);

    public void Mend(string table) => testDatabase.Mend(table);

    public Task AdvanceAsync(TimeSpan by) => SetClockAsync(Clock.GetUtcNow() + by);

    /// <summary>Sets the clock, forwards or backwards.</summary>
    public async Task SetClockAsync(DateTimeOffset time)
    {
        Clock.AdjustTime(time);
        await testDatabase.SetClockAsync(Clock);
    }

    public async ValueTask DisposeAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }

        await testDatabase.DisposeAsync();
    }

    public Task<T> WriteAsync<T>(Func<Transaction, ValueTask<T>> work) =>
        Database.WriteAsync(work);

    public Task WriteAsync(Func<Transaction, ValueTask> work) => WriteAsync(async transaction =>
    {
        await work(transaction);
        return true;
    });

    public ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read) =>
        Database.ReadAsync(read);

    /// <summary>Random bytes with the size of a wrapped key.</summary>
    public static byte[] NewWrappedKey() => RandomNumberGenerator.GetBytes(WrappedKeySize);

    /// <summary>Random bytes that stand for a ciphertext.</summary>
    public static byte[] NewCiphertext() => RandomNumberGenerator.GetBytes(90);

    public Task AllowAsync(string workspaceId) =>
        WriteAsync(transaction => WorkspaceTable.AllowAsync(transaction, workspaceId, null, Now));

    public TrailEntry Entry(string workspaceId = Workspace, string action = "secret.reveal") => new()
    {
        WorkspaceId = workspaceId,
        Id = Ids.New(Ids.AuditEntry, Clock.GetUtcNow()),
        ActorType = ActorTypes.ApiKey,
        ActorId = "key_1",
        Action = action,
        Outcome = AuditOutcomes.Success,
    };

    public Task AppendAsync(params TrailEntry[] entries) => Database.AppendAsync(entries);

    /// <summary>All audit entries of a workspace, oldest first, as an export reads them.</summary>
    public async Task<List<RecordedEntry>> TrailAsync(string workspaceId = Workspace)
    {
        var all = new List<RecordedEntry>();
        while (await ReadAsync(session => TrailReader.ListAsync(session, workspaceId, all.Count, 1_000)) is { Count: > 0 } entries)
        {
            all.AddRange(entries);
        }

        return all;
    }

    public ProjectRow NewProject(string slug, string workspaceId = Workspace) =>
        new(Ids.New(Ids.Project, Clock.GetUtcNow()), workspaceId, slug, slug, Now, "key_1");

    public async Task<ProjectRow> AddProjectAsync(string slug, string workspaceId = Workspace)
    {
        var row = NewProject(slug, workspaceId);
        await WriteAsync(transaction => ProjectTable.InsertAsync(transaction, row));
        return row;
    }

    public async Task<KekRow> AddKekAsync(ProjectRow project)
    {
        var row = new KekRow(
            Ids.New(Ids.Kek, Clock.GetUtcNow()), project.WorkspaceId, project.Id, "mk_1",
            NewWrappedKey(), KekStates.Active, 0, Now);
        Assert.True(await WriteAsync(transaction => KekTable.InsertAsync(transaction, row)));
        return row;
    }

    public async Task<EnvironmentRow> AddEnvironmentAsync(ProjectRow project, string slug = "production")
    {
        var row = new EnvironmentRow(
            Ids.New(Ids.Environment, Clock.GetUtcNow()), project.WorkspaceId, project.Id, "", "", slug, slug, Now, 0);
        Assert.True(await WriteAsync(transaction => EnvironmentTable.InsertAsync(transaction, row, "key_1")));
        return row;
    }

    /// <summary>Adds an environment in a new project.</summary>
    public async Task<EnvironmentRow> AddEnvironmentAsync(string projectSlug = "web") =>
        await AddEnvironmentAsync(await AddProjectAsync(projectSlug));

    /// <summary>
    /// Writes the next version of a key as the server does, with the given or random bytes as ciphertext and wrapped key.
    /// </summary>
    public async Task<NewVersion> WriteVersionAsync(
        EnvironmentRow environment, string key, byte[]? ciphertext = null, byte[]? wrappedDataKey = null) =>
        (await WriteVersionsAsync(environment, key, 1, ciphertext, wrappedDataKey))[0];

    public Task<List<NewVersion>> WriteVersionsAsync(
        EnvironmentRow environment, string key, int count, byte[]? ciphertext = null, byte[]? wrappedDataKey = null) =>
        WriteAsync(async transaction =>
        {
            var rows = new List<NewVersion>();
            for (var i = 0; i < count; i++)
            {
                rows.Add(await WriteVersionAsync(
                    transaction, environment, key, ciphertext ?? NewCiphertext(),
                    wrappedDataKey ?? NewWrappedKey()));
            }

            return rows;
        });

    /// <summary>
    /// Deletes a secret as the server does: makes the tombstone, adjusts the count, and destroys the first slice of versions.
    /// </summary>
    public Task DeleteSecretAsync(EnvironmentRow environment, string secretId) => WriteAsync(async transaction =>
    {
        var change = await EnvironmentTable.BeginChangeAsync(transaction, environment.WorkspaceId, environment.Id);
        await SecretTable.MarkDeletedAsync(transaction, environment.Id, [secretId], "key_1", change!.Instant);
        await Purge.DestroyVersionsAsync(transaction, [secretId], 0);
    });

    /// <summary>Destroys one version as the server does. Returns false, and does nothing, if it is the current one.</summary>
    public Task<bool> DestroyVersionAsync(EnvironmentRow environment, string secretId, int version) => WriteAsync(async transaction =>
    {
        var secret = await SecretTable.FindAsync(transaction, environment.WorkspaceId, secretId);
        if (secret!.CurrentVersion == version)
        {
            return false;
        }

        var change = await EnvironmentTable.BeginChangeAsync(transaction, environment.WorkspaceId, environment.Id);
        await VersionTable.DestroyAsync(transaction, secret, version, "key_1", change!.Instant);
        return true;
    });

    public async Task PurgeAllAsync()
    {
        while (await WriteAsync(Purge.RunSliceAsync))
        {
        }
    }

    private async ValueTask<NewVersion> WriteVersionAsync(
        Transaction transaction, EnvironmentRow environment, string key, byte[] ciphertext, byte[] wrappedDataKey)
    {
        var change = await EnvironmentTable.BeginChangeAsync(transaction, environment.WorkspaceId, environment.Id);
        var current = await SecretTable.FindCurrentAsync(transaction, environment.Id, key);
        var row = new NewVersion(
            current?.Id ?? Ids.New(Ids.Secret, Clock.GetUtcNow()), key, (current?.CurrentVersion ?? 0) + 1, "kek_1",
            wrappedDataKey, ciphertext, VersionKinds.Written, "key_1", "a comment");
        await VersionTable.MintAsync(transaction, environment, [row], change!.Instant);
        return row;
    }
}
