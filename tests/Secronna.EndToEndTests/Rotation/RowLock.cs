using Npgsql;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Holds one row in PostgreSQL, so that whoever changes it waits until this ends.</summary>
internal sealed class RowLock : IAsyncDisposable
{
    /// <summary>How many wait for somebody's lock.</summary>
    public const string CountWaiters =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    private readonly NpgsqlConnection connection;

    private RowLock(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>In the way of the data key of a KEK that comes after so many others, as the index has them.</summary>
    public static Task<RowLock> OnDataKeyAsync(string connectionString, string kekId, int after) => LockAsync(connectionString, $"""
        SELECT 1 FROM secret_versions WHERE (secret_id, version) =
            (SELECT secret_id, version FROM secret_versions WHERE kek_id = '{kekId}' OFFSET {after} LIMIT 1) FOR UPDATE
        """);

    /// <summary>In the way of a secret's next version.</summary>
    public static Task<RowLock> OnSecretAsync(string connectionString, string secretId) =>
        LockAsync(connectionString, $"SELECT 1 FROM secrets WHERE id = '{secretId}' FOR UPDATE");

    /// <summary>In the way of a workspace's next project.</summary>
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
