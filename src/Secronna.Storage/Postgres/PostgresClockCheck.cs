using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>The statement that lets a transaction be committed only if the database's clock is believed.</summary>
internal static class PostgresClockCheck
{
    // The error of the function require_clock. Its message is the clock's reading.
    private const string NotBelieved = "SCLCK";

    /// <summary>The statement. It returns the clock's reading.</summary>
    public static NpgsqlBatchCommand ToCommand(ClockRange believed)
    {
        var command = new NpgsqlBatchCommand("SELECT require_clock($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = believed.Earliest, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = believed.Latest, NpgsqlDbType = NpgsqlDbType.Bigint });
        return command;
    }

    /// <summary>The reading that the statement refused, in microseconds since 1970; <c>null</c> for any other error.</summary>
    public static long? FindReading(PostgresException refused) =>
        refused.SqlState == NotBelieved && long.TryParse(refused.MessageText, CultureInfo.InvariantCulture, out var reading) ? reading : null;
}
