using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Bounds;

/// <summary>An engine whose databases measure what their reads cost.</summary>
internal sealed class MeasuredEngine(DatabaseEngine inner, ReadCost cost) : DatabaseEngine
{
    public override string DisplayName => inner.DisplayName;

    public override string? FilePath => inner.FilePath;

    internal override string MigrationsFolder => inner.MigrationsFolder;

    internal override string BeginSnapshotSql => inner.BeginSnapshotSql;

    internal override string BeginMigrationSql => inner.BeginMigrationSql;

    internal override string CountTablesSql => inner.CountTablesSql;

    public override async ValueTask<Database> OpenAsync(Action<string> onFsyncFailure, ClockJudge? clock = null) =>
        new MeasuredDatabase(this, await inner.OpenAsync(onFsyncFailure, clock), cost);

    public override IAsyncEnumerable<string> FindDamageAsync(Session session) => inner.FindDamageAsync(session);

    internal override ValueTask SetTrailCountersAsync(Session session) => inner.SetTrailCountersAsync(session);

    internal override void CreateIfMissing() => inner.CreateIfMissing();

    internal override ValueTask<IEngineConnection?> ConnectAsync() => inner.ConnectAsync();

    internal override ValueTask<BulkLoad> BeginBulkLoadAsync() => inner.BeginBulkLoadAsync();
}

/// <summary>What the reads of a database cost: rows looked at on PostgreSQL, steps of the virtual machine on SQLite.</summary>
internal sealed class ReadCost
{
    private long total;

    public void Add(long cost) => Interlocked.Add(ref total, cost);

    /// <summary>The cost since the last call.</summary>
    public long Take() => Interlocked.Exchange(ref total, 0);
}
