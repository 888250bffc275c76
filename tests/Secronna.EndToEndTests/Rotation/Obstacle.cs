using Npgsql;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Holds one version's row in PostgreSQL, so that whoever re-wraps its data key waits until this ends.</summary>
internal sealed class Obstacle : IAsyncDisposable
{
    /// <summary>How many wait for somebody's lock.</summary>
    public const string Waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    private readonly NpgsqlConnection connection;

    private Obstacle(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Before the data key of a KEK that comes after so many others, as the index has them.</summary>
    public static async Task<Obstacle> PutBeforeAsync(string connectionString, string kekId, int after)
    {
        var obstacle = new Obstacle(new NpgsqlConnection(connectionString + ";Pooling=false"));
        await obstacle.connection.OpenAsync();
        await obstacle.RunAsync("BEGIN");
        await obstacle.RunAsync($"""
            SELECT 1 FROM secret_versions WHERE (secret_id, version) =
                (SELECT secret_id, version FROM secret_versions WHERE kek_id = '{kekId}' OFFSET {after} LIMIT 1) FOR UPDATE
            """);
        return obstacle;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
