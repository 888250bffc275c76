using Npgsql;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Locks one row in PostgreSQL until it is disposed of, so that every change to the row waits.</summary>
internal sealed class RowLock : IAsyncDisposable
{
    /// <summary>SQL that counts the sessions of the database that wait for a lock.</summary>
    public const string CountWaiters =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    private readonly NpgsqlConnection connection;

    private RowLock(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>
    /// Locks one version whose data key the KEK wraps. Skips the first <paramref name="after"/> such versions in the order of the
    /// index.
    /// </summary>
    public static Task<RowLock> OnDataKeyAsync(string connectionString, string kekId, int after) => LockAsync(connectionString, $"""
        SELECT 1 FROM secret_versions WHERE (secret_id, version) =
            (SELECT secret_id, version FROM secret_versions WHERE kek_id = '{kekId}' OFFSET {after} LIMIT 1) FOR UPDATE
        """);

    /// <summary>Locks a secret, so that its next version waits.</summary>
    public static Task<RowLock> OnSecretAsync(string connectionString, string secretId) =>
        LockAsync(connectionString, $"SELECT 1 FROM secrets WHERE id = '{secretId}' FOR UPDATE");

    /// <summary>Locks the workspace, so that its next project waits.</summary>
    public static Task<RowLock> OnWorkspaceAsync(string connectionString) =>
        LockAsync(connectionString, $"SELECT 1 FROM workspaces WHERE id = '{TestInstallation.WorkspaceId}' FOR UPDATE");

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static async Task<RowLock> LockAsync(string connectionString, string sql)
    {
        var rowLock = new RowLock(new NpgsqlConnection(connectionString + ";Pooling=false"));
        await rowLock.connection.OpenAsync();
        await rowLock.RunAsync("BEGIN");
        await rowLock.RunAsync(sql);
        return rowLock;
    }

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
