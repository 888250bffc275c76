using Npgsql;

namespace Secronna.Storage.Postgres;

/// <summary>
/// A connection string with our defaults for what it leaves open. All times are in seconds: together they bound how long
/// a request waits for a database that is gone.
/// </summary>
internal static class PostgresSettings
{
    private const int PoolSize = 24;
    private const int ConnectSeconds = 3;
    private const int StatementSeconds = 10;
    private const int KeepaliveSeconds = 5;
    private const int PreparedStatements = 128;

    public static NpgsqlConnectionStringBuilder Read(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new ArgumentException("no host", nameof(connectionString));
        }

        Default("Maximum Pool Size", PoolSize);
        Default("Timeout", ConnectSeconds);
        Default("Command Timeout", StatementSeconds);
        Default("Application Name", "secronna");
        // An idle connection whose server went away without a word is found before a request is.
        Default("Tcp Keepalive", true);
        Default("Tcp Keepalive Time", KeepaliveSeconds);
        Default("Tcp Keepalive Interval", KeepaliveSeconds);
        // A server that stands still is asked for each kind of encryption, and again when a statement that took too long is
        // cancelled: every question costs the time of a connection, and a thread that waits.
        Default("GSS Encryption Mode", nameof(GssEncryptionMode.Disable));
        // Names of rows and their data would stand in messages.
        settings.IncludeErrorDetail = false;
        // Nothing is left in a session that would need a reset.
        settings.NoResetOnClose = true;
        settings.Enlist = false;
        return settings;

        void Default(string name, object value)
        {
            if (!Says(settings, name))
            {
                settings[name] = value;
            }
        }
    }

    // ContainsKey is true of every name that there is.
    private static bool Says(NpgsqlConnectionStringBuilder settings, string name) =>
        settings.Keys.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <param name="settings">What <see cref="Read"/> gave.</param>
    /// <param name="isDirect">
    /// Whether there is no pooler between: then statements are prepared once a connection, unless the connection string
    /// says how many.
    /// </param>
    public static NpgsqlDataSource NewSource(NpgsqlConnectionStringBuilder settings, bool isDirect)
    {
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        if (isDirect && !Says(own, "Max Auto Prepare"))
        {
            own.MaxAutoPrepare = PreparedStatements;
            own.AutoPrepareMinUsages = 2;
        }

        var builder = new NpgsqlDataSourceBuilder(own.ConnectionString);
        return own.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : builder.Build();
    }
}
