using System.Data.Common;

namespace Secronna.Tests.Databases;

/// <summary>
/// Runs SQL on a connection that bypasses the server. Both engines must understand the SQL. Parameters are named <c>@name</c>.
/// </summary>
internal static class DirectSql
{
    /// <summary>Runs a statement. Returns the number of rows that it changed.</summary>
    public static int Run(this DbConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs a query and returns the first column of the first row.</summary>
    public static T One<T>(this DbConnection connection, string sql, params (string Name, object? Value)[] parameters) =>
        (T)connection.All(sql, parameters)[0][0];

    /// <summary>Runs a query and returns all rows.</summary>
    public static List<object[]> All(this DbConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var snapshot = DecodedTrail.FillFor(connection, sql);
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            // SQLite returns every number as long, so the numbers of PostgreSQL become long too.
            rows.Add(Array.ConvertAll(row, value => value is int number ? (long)number : value));
        }

        return rows;
    }

    private static DbCommand Command(DbConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
