using Npgsql;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Holds one row in PostgreSQL, so that whoever changes it waits until this ends.</summary>
internal sealed class Obstacle : IAsyncDisposable
{
    /// <summary>How many wait for somebody's lock.</summary>
    public const string Waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    private readonly NpgsqlConnection connection;

    private Obstacle(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>In the way of the data key of a KEK that comes after so many others, as the index has them.</summary>
    public static Task<Obstacle> PutAsync(string connectionString, string kekId, int after) => PutRowAsync(connectionString, $"""
        SELECT 1 FROM secret_versions WHERE (secret_id, version) =
            (SELECT secret_id, version FROM secret_versions WHERE kek_id = '{kekId}' OFFSET {after} LIMIT 1) FOR UPDATE
        """);

    /// <summary>In the way of a secret's next version.</summary>
    public static Task<Obstacle> PutAsync(string connectionString, string secretId) =>
        PutRowAsync(connectionString, $"SELECT 1 FROM secrets WHERE id = '{secretId}' FOR UPDATE");

    /// <summary>In the way of a workspace's next project.</summary>
    public static Task<Obstacle> PutAsync(string connectionString) =>
        PutRowAsync(connectionString, $"SELECT 1 FROM workspaces WHERE id = '{TestInstallation.WorkspaceId}' FOR UPDATE");

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static async Task<Obstacle> PutRowAsync(string connectionString, string sql)
    {
        var obstacle = new Obstacle(new NpgsqlConnection(connectionString + ";Pooling=false"));
        await obstacle.connection.OpenAsync();
        await obstacle.RunAsync("BEGIN");
        await obstacle.RunAsync(sql);
        return obstacle;
    }

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
