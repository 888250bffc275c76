using Npgsql;

namespace Secronna.Storage.Postgres;

/// <summary>
/// The program's defaults for settings that the connection string does not have. All times are in seconds. Together they bound
/// how long a request waits for a database that does not answer.
/// </summary>
internal static class PostgresSettings
{
    private const int PoolSize = 24;
    private const int ConnectSeconds = 3;
    private const int StatementSeconds = 10;
    private const int KeepaliveSeconds = 5;
    private const int PreparedStatements = 128;

    /// <summary>Parses a connection string and adds the defaults.</summary>
    /// <exception cref="ArgumentException">
    /// A parameter is malformed. The message repeats nothing of the connection string.
    /// </exception>
    public static NpgsqlConnectionStringBuilder Read(string connectionString)
    {
        var settings = Parse(connectionString);
        PostgresParameters.Require(settings);
        Default("Maximum Pool Size", PoolSize);
        Default("Timeout", ConnectSeconds);
        Default("Command Timeout", StatementSeconds);
        Default("Application Name", "secronna");
        // Finds an idle connection whose server went away without closing it, before a request uses it. A Unix socket refuses
        // these options, and its server can't go away unnoticed.
        if (!settings.Host!.Split(',').Any(PostgresParameters.IsFolder))
        {
            Default("Tcp Keepalive", true);
            Default("Tcp Keepalive Time", KeepaliveSeconds);
            Default("Tcp Keepalive Interval", KeepaliveSeconds);
        }

        // Npgsql asks the server for each kind of encryption, also when it cancels a statement that took too long. If the server
        // does not respond, each question lasts for the connection timeout and holds a thread.
        Default("GSS Encryption Mode", nameof(GssEncryptionMode.Disable));
        // Error details would put names of rows and their data into messages.
        settings.IncludeErrorDetail = false;
        // The program leaves nothing in a session that would need a reset.
        settings.NoResetOnClose = true;
        settings.Enlist = false;
        return settings;

        void Default(string name, object value)
        {
            if (!IsGiven(settings, name))
            {
                settings[name] = value;
            }
        }
    }

    // Npgsql's messages, and those of the parsers that it calls, may quote the value that they refuse.
    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new ArgumentException("a parameter is unknown, or its value doesn't fit", nameof(connectionString));
        }
    }

    // ContainsKey is true for every name that Npgsql knows, even if the connection string does not have it.
    private static bool IsGiven(NpgsqlConnectionStringBuilder settings, string name) =>
        settings.Keys.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a pool of connections.</summary>
    /// <param name="settings">The result of <see cref="Read"/>.</param>
    /// <param name="isDirect">
    /// Whether connections go directly to the server, without a pooler. If so, each connection prepares the statements that it
    /// uses often, unless the connection string has its own setting for that.
    /// </param>
    public static NpgsqlDataSource NewSource(NpgsqlConnectionStringBuilder settings, bool isDirect)
    {
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        if (isDirect && !IsGiven(own, "Max Auto Prepare"))
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
