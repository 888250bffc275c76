using System.Data.Common;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Bounds;

/// <summary>
/// A node over a workspace in which a few secrets lie among 25,000 rows of each kind that a request must not read: deleted ones,
/// foreign ones, and those of a deleted environment that is not purged yet. It has no background work.
/// </summary>
public sealed class CrowdedNode : IAsyncLifetime
{
    public const int Crowd = 25_000;
    private const string Workspace = "acc_a";

    // The rows 1 to Crowd.
    private static readonly string Rows = $"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Crowd})";

    private readonly ReadCost cost = new();
    private TestDatabase database = null!;
    private TestNode node = null!;

    public string ProjectId { get; private set; } = null!;

    public string EnvironmentId { get; private set; } = null!;

    public string SecretId { get; private set; } = null!;

    /// <summary>An instant at which 103 secrets existed. Half of the tombstones are older, and half are younger.</summary>
    public Instant At { get; private set; }

    internal ReadCost Cost => cost;

    internal Database Database => node.Database;

    /// <summary>A caller who sees everything.</summary>
    internal Caller Owner { get; } = ServiceCalls.Caller(Workspace);

    /// <summary>A caller who sees three secrets. Their keys begin with the same letters.</summary>
    internal Caller Narrow { get; } = Granted("target/prod/NARROW_*");

    /// <summary>A caller whose grants give no ranges to read in.</summary>
    internal Caller Scattered { get; } = Granted("*arget/*rod/*RROW_*");

    internal T Get<T>()
        where T : notnull => node.Get<T>();

    public async ValueTask InitializeAsync()
    {
        database = await TestEngine.Current.NewDatabaseAsync();
        node = await TestNode.OpenAsync(
            database, new ScriptedProvider("mk_1"), new QuickClock(), wrap: engine => new MeasuredEngine(engine, cost));
        await node.Services.AllowAsync(Workspace);
        ProjectId = await node.Services.AddProjectAsync(Workspace, "Target");
        EnvironmentId = await node.Services.AddEnvironmentAsync(Workspace, ProjectId, "Prod");
        SecretId = (await node.Services.WriteAsync(Workspace, ProjectId, EnvironmentId, "NARROW_1", "NARROW_2", "NARROW_3"))[0].SecretId;
        await node.Services.WriteAsync(Workspace, ProjectId, EnvironmentId, "NARROW_1", "NARROW_2", "NARROW_3");
        At = new Instant(await node.Database.NowAsync() + 1_000_000);
        using var direct = database.ConnectToTamper();
        direct.Run("BEGIN");
        AddSecrets(direct);
        AddPlaces(direct);
        AddCredentials(direct);
        AddReads(direct);
        direct.Run("COMMIT");
        await AddEntriesAsync();
        direct.Run("ANALYZE");
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await database.DisposeAsync();
    }

    private static Caller Granted(string path) => ServiceCalls.Caller(Workspace) with
    {
        ActorType = ActorTypes.AccessKey,
        Role = Role.AccessKey,
        Grants = GrantSet.Of([new Grant(path, ["list", "reveal", "write", "delete"])]),
    };

    // Tombstones of many keys and of one key, secrets of a deleted environment under a retiring KEK, and few present secrets that
    // are younger than the instant. The environment's last change is past the instant, so that nothing has to be settled.
    private void AddSecrets(DbConnection direct)
    {
        AddTombstones(direct, "d", "'DEAD_' || i", "@at - @crowd + 2 * i", 1);
        AddTombstones(direct, "c", "'CHURN'", "@at - @crowd + 2 * i", 1);
        direct.Run($"{Lives(100)} {Insert} {Select("a", "'ALIVE_' || i", "@env", "@at - 1000", "@at + 1000", "@node")}",
            Parameters(("@node", Enumerable.Range(0, 52).Min(level => ((At.Microseconds + 999) >> level) << level is var node && node >= At.Microseconds - 1000 ? node : long.MaxValue))));
        direct.Run($"{Lives(4_900)} {Insert} {Select("f", "'FOREIGN_' || i", "@env", "@at + 5", "NULL", "NULL")}", Parameters());
        direct.Run($"{Rows} {Insert} {Select("g", "'GONE_' || i", "'env_gone'", "@at", "NULL", "NULL")}", Parameters());
        direct.Run("""
            INSERT INTO secret_changes (environment_id, instant, secret_id, version)
            SELECT environment_id, deleted_at, id, NULL FROM secrets WHERE deleted_at IS NOT NULL
            """);
        direct.Run("""
            INSERT INTO secret_versions (secret_id, version, kek_id, wrapped_data_key, ciphertext, tag, kind, created_at, created_by)
            SELECT id, 1, 'kek_old', @box, @box, @box, 'written', created_at, 'key_1' FROM secrets WHERE environment_id = 'env_gone'
            """, ("@box", new byte[] { 1 }));
        direct.Run("UPDATE environments SET changed_at = @at + 1000000, secret_count = 4903 WHERE id = @env", ("@at", At.Microseconds), ("@env", EnvironmentId));
        direct.Run("""
            INSERT INTO project_keys (id, project_id, master_key_id, wrapped_key, state, wraps, created_at)
            VALUES ('kek_old', @project, 'mk_1', @box, 'retiring', 1, 1)
            """, ("@project", ProjectId), ("@box", new byte[] { 1 }));
    }

    private void AddTombstones(DbConnection direct, string letter, string key, string created, int lived) => direct.Run(
        $"{Rows} {Insert} {Select(letter, key, "@env", created, $"{created} + {lived}", created)}", Parameters(("@crowd", (long)Crowd)));

    private void AddPlaces(DbConnection direct)
    {
        direct.Run($"""
            {Rows} INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by)
            SELECT {Id("proj_00f")}, '{Workspace}', 'x', 'foreign-' || i, 1, 'key_1' FROM n
            """);
        foreach (var (letter, deleted) in new[] { ("f", "NULL"), ("d", "1") })
        {
            direct.Run($"""
                {Rows} INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at, deleted_at)
                SELECT {Id("env_00" + letter)}, '{Workspace}', @project, 'x', '{letter}-' || i, 1, 'key_1', 1, {deleted} FROM n
                """, ("@project", ProjectId));
        }

        direct.Run($"""
            INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at, deleted_at)
            VALUES ('env_gone', '{Workspace}', @project, 'x', 'gone', 1, 'key_1', 1, 1)
            """, ("@project", ProjectId));
    }

    private static void AddCredentials(DbConnection direct)
    {
        foreach (var (kind, letter, revoked) in new[] { ("api_key", "r", "1"), ("access_key", "l", "NULL") })
        {
            direct.Run($"""
                {Rows} INSERT INTO credentials (id, workspace_id, kind, name, prefix, token_hash, created_at, created_by, revoked_at)
                SELECT {Id("key_00" + letter)}, '{Workspace}', '{kind}', 'x', '{letter}_' || i, @box, 1, 'key_1', {revoked} FROM n
                """, ("@box", new byte[] { 1 }));
        }
    }

    // Every secret was revealed, half of them lately, and each secret of the environment on each of many days. One secret has many
    // readers and many versions.
    private void AddReads(DbConnection direct)
    {
        var today = At.Microseconds / 86_400_000_000;
        direct.Run("""
            INSERT INTO secret_reads (workspace_id, secret_id, last_at, actor_type, actor_id, subject, readers)
            SELECT workspace_id, id, CASE WHEN substr(id, 30, 1) < '5' THEN @at ELSE 1 END, 'api_key', 'key_' || id, '', 1 FROM secrets
            """, ("@at", At.Microseconds));
        direct.Run($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
            INSERT INTO secret_read_days (workspace_id, secret_id, day, count, readers)
            SELECT s.workspace_id, s.id, @today + 1 - i, 1, 1 FROM n, secrets s WHERE s.environment_id = @env AND s.deleted_at IS NULL
            """, ("@today", today), ("@env", EnvironmentId));
        direct.Run($"""
            {Rows} INSERT INTO secret_read_versions (workspace_id, secret_id, day, version, count) SELECT '{Workspace}', @secret, @today, i, 1 FROM n
            """, ("@today", today), ("@secret", SecretId));
        direct.Run($"""
            {Rows} INSERT INTO secret_readers (workspace_id, secret_id, actor_type, actor_id, subject, first_at, first_sequence, last_at)
            SELECT '{Workspace}', @secret, 'api_key', 'key_' || i, '', 1, i, 1 FROM n
            """, ("@secret", SecretId));
    }

    private async Task AddEntriesAsync()
    {
        foreach (var chunk in Enumerable.Range(0, Crowd).Chunk(1_000))
        {
            await node.Database.AppendAsync(chunk.Select(i => new TrailEntry
            {
                WorkspaceId = Workspace,
                Id = $"aud_{i}",
                ActorType = ActorTypes.ApiKey,
                ActorId = "key_other",
                Action = AuditActions.SecretReveal,
                Outcome = AuditOutcomes.Success,
            }));
        }

        await node.Database.IndexAsync(Workspace);
    }

    private static string Insert => """
        INSERT INTO secrets (id, workspace_id, project_id, environment_id, key, current_version, created_at, updated_at, deleted_at,
            deleted_by, destroyed_to, lifetime_node)
        """;

    private static string Lives(int count) => Rows.Replace($"{Crowd}", $"{count}", StringComparison.Ordinal);

    private static string Select(string letter, string key, string environment, string created, string deleted, string node) =>
        $"SELECT {Id("sec_00" + letter)}, '{Workspace}', @project, {environment}, {key}, 1, {created}, {created}, {deleted}, 'key_1', 1, {node} FROM n";

    // An id of 30 characters that ends with the row's number.
    private static string Id(string prefix) =>
        $"'{prefix}' || substr('00000000000000000000000000', 1, {30 - prefix.Length} - length(CAST(i AS TEXT))) || CAST(i AS TEXT)";

    private (string Name, object? Value)[] Parameters(params (string Name, object? Value)[] more) =>
        [.. more, ("@project", ProjectId), ("@env", EnvironmentId), ("@at", At.Microseconds)];
}
