using Npgsql;
using NpgsqlTypes;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Storage.Postgres;

/// <summary>Builds the statements that change how many bytes workspaces store. They are sent together with the commit.</summary>
internal static class PostgresStoredBytes
{
    /// <summary>The statements, ordered by workspace id. All transactions lock the workspaces' rows in this order.</summary>
    public static IEnumerable<NpgsqlBatchCommand> ToCommands(StoredBytes stored) => stored.Sums.Select(sum =>
    {
        var command = new NpgsqlBatchCommand(WorkspaceTable.AddStoredBytesSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sum.Bytes });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sum.WorkspaceId, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    });
}
